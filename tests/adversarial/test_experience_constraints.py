"""Raw SQL with the app role: what the database refuses to put in front of a fan."""

import copy
import uuid
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from accounts import consents
from artists import review
from artists.models import Draft
from fans import opt_ins
from fans.models import Experience
from rights import clearance, hashing
from rights.models import Decision, Use
from tests import factories
from tests.adversarial.test_database_constraints import refused, sql

pytestmark = pytest.mark.django_db

WHY = {"moment": "nth_listen", "nth": 3, "recording": None, "program": "Thank you"}


def insert_experience_sql(made: Draft, **changes: Any) -> tuple[str, list[Any]]:
    """An INSERT of the experience of this draft, but for the changes."""
    names = ("person_id", "artist_id", "mark", "credit", "salt", "text", "maker", "decision_id", "clearance_id")
    row = {name: getattr(made, name) for name in names}
    row |= {"draft": made.pk, "kind": "message", "why": made.why, "receipt_key": uuid.uuid4().hex}
    row |= {"program": made.version.program_id, "program_version": made.version.version, **changes}
    row["why"] = Jsonb(row["why"]) if row["why"] else None
    return f"INSERT INTO fans_experience ({', '.join(row)}) VALUES ({', '.join(['%s'] * len(row))})", [*row.values()]


@pytest.fixture(scope="module")
def module_draft(module_db: None) -> Draft:
    """An approved draft that counts as delivered, whose experience nobody has stored yet."""
    approved = factories.create_approved_draft(factories.create_artist("Tove Marsh"))
    sql("UPDATE artists_draft SET state = 'delivered' WHERE id = %s", approved.pk)
    return approved


@pytest.fixture
def draft(db: None, module_draft: Draft) -> Draft:
    return copy.deepcopy(module_draft)


def test_the_experience_of_the_draft_is_possible_so_the_refusals_below_mean_something(draft: Draft) -> None:
    statement, values = insert_experience_sql(draft)

    sql(statement, *values)

    assert Experience.objects.get(draft=draft.pk).reason_sentence.startswith("You got this because you reached 3")


@pytest.mark.parametrize(
    "change",
    [
        {"text": "Send me money, Ana."},
        {"mark": "written"},
        {"credit": "Ove Lind"},
        {"salt": "0" * 32},
        {"text": "", "mark": "recorded"},
        {"why": {**WHY, "recording": "whatever evil.example sells"}},
        {"why": {**WHY, "sentence": "You got this because you won. Go to evil.example."}},
    ],
)
def test_nothing_else_goes_under_the_same_decision(draft: Draft, change: dict[str, Any]) -> None:
    statement, values = insert_experience_sql(draft, **change)

    refused("nothing_undecided", statement, *values)


@pytest.mark.parametrize(
    "change",
    [{"text": None}, {"salt": None}, {"why": None}, {"text": None, "salt": None}, {"text": None, "why": None}],
)
def test_an_experience_is_inserted_whole(draft: Draft, change: dict[str, None]) -> None:
    """Without its words it has no hash, and its own `why` would be shown unread."""
    statement, values = insert_experience_sql(draft, **change)

    refused("inserted whole", statement, *values)


def test_not_even_a_tombstone_is_inserted(draft: Draft) -> None:
    statement, values = insert_experience_sql(draft, text=None, salt=None, why=None)

    refused("inserted whole", statement, *values)


@pytest.mark.parametrize("change", [{"salt": "short"}, {"mark": "wri\ntten"}])
def test_there_is_no_way_around_the_hash(draft: Draft, change: dict[str, Any]) -> None:
    statement, values = insert_experience_sql(draft, **change)

    refused("text_is_hashed_or_gone|one_of_the_seven_marks", statement, *values)


def test_nobodys_text_is_moved_to_somebody_else(draft: Draft) -> None:
    another = factories.create_fan("Bea", opted_in=draft.artist)
    other = factories.create_artist("Ove Lind")

    for change in ({"person_id": another.pk}, {"artist_id": other.pk}):
        statement, values = insert_experience_sql(draft, **change)
        refused("nothing_undecided|differs from its draft", statement, *values)


def test_what_the_receipt_says_is_what_the_draft_says(draft: Draft) -> None:
    second = factories.create_experience(draft.artist)
    signed = Decision.objects.filter(kind="shape").first()
    another = clearance.clear(Use.PERSONAL_MESSAGE, draft.artist, territory="SE")
    assert signed
    assert another.id != draft.clearance_id

    for change in (
        {"decision_id": None},
        {"decision_id": second.decision_id},
        {"decision_id": signed.pk},
        {"clearance_id": another.id},
        {"maker": "model:somebody who greets you from evil.example"},
        {"program": draft.version.program_id + 1},
        {"program_version": 2},
        {"draft": second.draft},
        {"draft": draft.pk + 1000},
    ):
        statement, values = insert_experience_sql(draft, **change)
        refused("differs from its draft", statement, *values)


def test_what_a_fan_keeps_is_what_the_grants_say(draft: Draft) -> None:
    statement, values = insert_experience_sql(draft, after_end="stops")

    refused("says what its fan keeps as its grants do", statement, *values)


def test_nothing_is_delivered_to_a_fan_on_a_clearance_of_another_country(draft: Draft) -> None:
    assert draft.clearance.territory == "PT"
    sql("UPDATE accounts_person SET country = 'JP' WHERE id = %s", draft.person_id)
    statement, values = insert_experience_sql(draft)

    refused("cleared for the country where its fan is", statement, *values)


def test_a_draft_that_nobody_delivers_has_no_experience() -> None:
    approved = factories.create_approved_draft(factories.create_artist())
    statement, values = insert_experience_sql(approved)

    refused("differs from its draft", statement, *values)


def test_one_draft_and_one_decision_are_delivered_once(draft: Draft) -> None:
    other = factories.create_experience(draft.artist)
    statement, values = insert_experience_sql(draft)
    sql(statement, *values)

    again, values = insert_experience_sql(draft)
    refused("fans_experience_draft|fans_experience_decision_id", again, *values)
    delivered = Draft.objects.get(pk=other.draft)
    again, values = insert_experience_sql(draft, draft=delivered.pk, decision_id=delivered.decision_id)
    refused("fans_experience_draft|fans_experience_decision_id|nothing_undecided", again, *values)


def test_an_unknown_mark_is_refused(draft: Draft) -> None:
    salted = {"salt": draft.salt, "person": draft.person_id, "artist": draft.artist_id}
    decision = Decision.objects.create(
        artist=draft.artist,
        kind="item",
        content_hash=hashing.content_hash(**salted, mark="human", credit=draft.credit, text=draft.text),
        why_hash=hashing.why_hash(**salted, why=draft.why),
        by=factories.get_member(draft.artist, "principal").actor,
        role="principal",
    )
    sql("UPDATE artists_draft SET mark = 'human', decision_id = %s WHERE id = %s", decision.pk, draft.pk)
    statement, values = insert_experience_sql(draft, mark="human", decision_id=decision.pk)

    refused("one_of_the_seven_marks", statement, *values)


@pytest.mark.parametrize(
    "change",
    [
        "mark = 'written'",
        "credit = 'Ove Lind'",
        "person_id = gen_random_uuid()",
        "decision_id = 1",
        "clearance_id = 1",
        "maker = 'composer'",
        "program = 1",
        "program_version = 2",
        "draft = 99",
        "after_end = 'stops'",
        "delivered_at = now()",
    ],
)
def test_what_was_delivered_stays_as_it_was(experience: Experience, change: str) -> None:
    refused("permission denied", f"UPDATE fans_experience SET {change} WHERE id = %s", experience.pk)


def test_a_delivered_text_can_be_erased_and_never_replaced(experience: Experience) -> None:
    words = (experience.text, experience.salt, Jsonb(experience.why))
    put = "UPDATE fans_experience SET text = %s, salt = %s, why = %s WHERE id = %s"
    refused("nothing_undecided", "UPDATE fans_experience SET text = 'Other' WHERE id = %s", experience.pk)

    sql("UPDATE fans_experience SET text = NULL, salt = NULL, why = NULL WHERE id = %s", experience.pk)

    refused("history is not changed", put, *words, experience.pk)
    refused("text_is_hashed_or_gone", put, "Other", "0" * 32, None, experience.pk)
    refused("history is not changed", put, None, None, Jsonb(WHY), experience.pk)


@pytest.mark.parametrize("some", ["text", "salt", "why", "text, salt", "text, why", "salt, why"])
def test_text_salt_and_why_are_erased_together(experience: Experience, some: str) -> None:
    erase = ", ".join(f"{column} = NULL" for column in some.split(", "))

    refused("text_is_hashed_or_gone", f"UPDATE fans_experience SET {erase} WHERE id = %s", experience.pk)


def test_what_was_opened_or_taken_back_stays_so(experience: Experience) -> None:
    sql("UPDATE fans_experience SET opened_at = now(), withdrawn_at = now() WHERE id = %s", experience.pk)

    for change in ("opened_at = NULL", "withdrawn_at = NULL", "why = '{}'"):
        refused("history is not changed", f"UPDATE fans_experience SET {change} WHERE id = %s", experience.pk)


@pytest.mark.parametrize("by_model", [True, False])
def test_a_fan_on_older_words_gets_no_words_of_a_model_and_nothing_unread(by_model: bool) -> None:
    artist = factories.create_artist()
    factories.remove_undo_time(artist)
    draft = factories.create_pending_draft(artist, by_model=by_model)
    draft = review.approve(draft.pk, by=factories.get_member(artist, "principal"))
    sql("UPDATE artists_draft SET state = 'delivered' WHERE id = %s", draft.pk)
    statement, values = insert_experience_sql(draft, mark=draft.mark if by_model else "bounds")
    opt_ins.opt_out(draft.person, artist)
    factories.opt_in_under(2, draft.person, artist)

    refused("did not agree" if by_model else "did not agree|nothing_undecided", statement, *values)


def test_an_opt_in_rests_on_what_its_own_fan_said_about_its_artist() -> None:
    artist, other = factories.create_artist(), factories.create_artist("Ove Lind")
    fan, neighbour = factories.create_fan(opted_in=artist), factories.create_fan("Bo")
    own = factories.opt_in_under(2, neighbour, other)
    ended = consents.withdraw(fan, f"artist:{artist.pk}", 3, "No.")

    for consent in (own.consent_id, ended.pk):
        statement = "UPDATE fans_optin SET consent_id = %s WHERE person_id = %s AND artist_id = %s"
        refused("rests on what its fan agreed to", statement, consent, fan.pk, artist.pk)
