"""Raw SQL with the app role against drafts: made words and facts stay as they were made, decided ones as decided."""

import copy

import pytest
from django.db import DatabaseError, transaction
from psycopg.types.json import Jsonb

from accounts.exceptions import NotAllowed
from accounts.models import Role
from artists import explanations, review
from artists.models import Draft
from fans.models import Experience
from tests import factories
from tests.adversarial.test_database_constraints import refused, sql

pytestmark = pytest.mark.django_db

MONEY = "Thank you, Ana. Send me money."
ERASABLE = ("salt", "text", "original_text", "facts", "why")


@pytest.fixture(scope="module")
def module_draft(module_db: None) -> Draft:
    return factories.create_pending_draft(factories.create_artist("Tove Marsh"))


@pytest.fixture
def draft(db: None, module_draft: Draft) -> Draft:
    return copy.deepcopy(module_draft)


@pytest.mark.parametrize(
    "change",
    [
        "original_text = text || '!'",
        "facts = '[]'",
        "facts = jsonb_set(facts, '{0,value}', '\"Bea\"')",
        "why = jsonb_set(why, '{nth}', '99')",
        'why = why || \'{"sentence": "Go to evil.example."}\'',
        "salt = repeat('0', 32)",
        "maker = 'model:tiny'",
        "moment_id = moment_id + 1",
        "replaces_id = id",
        "version_id = version_id + 1",
        "person_id = gen_random_uuid()",
        "artist_id = artist_id + 1",
        "written_at = now() - interval '1 day'",
    ],
)
def test_a_draft_stays_as_it_was_made(draft: Draft, change: str) -> None:
    refused("history is not changed", f"UPDATE artists_draft SET {change} WHERE id = %s", draft.pk)


def test_that_somebody_of_the_team_typed_stays_so(draft: Draft) -> None:
    sql("UPDATE artists_draft SET team_typed = true WHERE id = %s", draft.pk)

    refused("history is not changed", "UPDATE artists_draft SET team_typed = false WHERE id = %s", draft.pk)


@pytest.mark.parametrize("kept", ERASABLE)
def test_words_and_facts_are_erased_together_and_do_not_come_back(draft: Draft, kept: str) -> None:
    some = ", ".join(f"{column} = NULL" for column in ERASABLE if column != kept)
    refused("words_and_facts_are_erased_together", f"UPDATE artists_draft SET {some} WHERE id = %s", draft.pk)

    everything = ", ".join(f"{column} = NULL" for column in ERASABLE)
    sql(f"UPDATE artists_draft SET {everything} WHERE id = %s", draft.pk)

    refused(
        "history is not changed|words_and_facts_are_erased_together",
        "UPDATE artists_draft SET salt = %s, text = 'x', original_text = 'x', facts = '[]', why = '{}' WHERE id = %s",
        "0" * 32,
        draft.pk,
    )


def test_words_typed_past_us_are_for_a_principal_whatever_their_row_says(draft: Draft) -> None:
    """The text alone can be replaced, and it decides for itself that nobody signed it."""
    reviewer = factories.get_member(draft.artist, Role.REVIEWER)
    refused("history is not changed", "UPDATE artists_draft SET text = %s, original_text = %s", MONEY, MONEY)
    sql("UPDATE artists_draft SET text = %s WHERE id = %s", MONEY, draft.pk)

    with pytest.raises(NotAllowed):
        review.approve(draft.pk, by=reviewer)


def test_words_inserted_as_made_are_for_a_principal_too(draft: Draft) -> None:
    """A whole draft of somebody's own, which says that the composer made it."""
    reviewer = factories.get_member(draft.artist, Role.REVIEWER)
    moment = factories.create_moment(draft.version.program)
    why = Jsonb(explanations.list_reasons(moment))
    insert_copy(draft, moment_id=moment.pk, person_id=moment.person_id, text=MONEY, original_text=MONEY, why=why)

    with pytest.raises(NotAllowed):
        review.approve(Draft.objects.get(moment=moment).pk, by=reviewer)


@pytest.mark.parametrize(
    "change",
    [
        {"recording": "tickets at evil.example"},
        {"program": "Go to evil.example"},
        {"nth": 99},
        {"moment": "first_listen"},
        {"noticed_at": "today, at evil.example"},
        {"sentence": "You won. Go to evil.example."},
    ],
)
def test_no_reason_of_somebodys_own_is_approved_with_true_words(draft: Draft, change: dict[str, object]) -> None:
    """A reviewer reads the text, and the fan would read the reason too."""
    stop_as_outdated(draft)
    again = {"replaces_id": draft.pk, "state": "pending", "reason": ""}

    refuse_copy("says why its moment does", draft, **again, why=Jsonb({**draft.why, **change}))

    insert_copy(draft, **again)


def test_a_draft_is_for_the_fan_and_the_artist_of_its_moment(draft: Draft) -> None:
    other = factories.create_pending_draft(factories.create_artist("Ove Lind"))
    stop_as_outdated(draft)
    again = {"replaces_id": draft.pk, "state": "pending", "reason": ""}

    refuse_copy("says why its moment does", draft, **again, person_id=other.person_id)
    refuse_copy("says why its moment does|cleared_for_its_artist", draft, **again, artist_id=other.artist_id)
    refuse_copy("says why its moment does", draft, **again, version_id=other.version_id)


@pytest.mark.parametrize(
    "change", ["text = 'Other words'", "mark = 'written'", "credit = 'Ove Lind'", "decision_id = NULL"]
)
def test_an_approved_draft_stays_as_it_was_approved(change: str) -> None:
    draft = factories.create_approved_draft(factories.create_artist())

    refused(
        "decided_as_it_stands|nothing_goes_out_undecided",
        f"UPDATE artists_draft SET {change} WHERE id = %s",
        draft.pk,
    )


def test_a_draft_is_not_approved_by_another_ones_decision() -> None:
    artist = factories.create_artist()
    approved, pending = factories.create_approved_draft(artist), factories.create_pending_draft(artist)
    approve = "UPDATE artists_draft SET state = 'approved', deliver_after = now()"

    refused(
        "decided_as_it_stands",
        f"{approve}, decision_id = %s, mark = 'filled', credit = 'Mara Veil' WHERE id = %s",
        approved.decision_id,
        pending.pk,
    )
    refused("nothing_goes_out_undecided", f"{approve} WHERE id = %s", pending.pk)


@pytest.mark.parametrize("table", ["artists_draft", "artists_moment"])
def test_what_was_drafted_is_not_removed(experience: Experience, table: str) -> None:
    refused("permission denied", f"DELETE FROM {table}")


def copy_draft(draft: Draft, **changes: object) -> tuple[str, list[object]]:
    """An INSERT of the same draft as another pending row, but for the changes."""
    columns = (
        "moment_id, replaces_id, version_id, person_id, artist_id, clearance_id, state, reason, revision, salt, text,"
        " original_text, maker, team_typed, facts, why, deadline"
    )
    names = [*(("id",) if "id" in changes else ()), *columns.split(", ")]
    chosen = ", ".join("%s" if name in changes else name for name in names)
    values = [changes[name] for name in names if name in changes]
    insert = f"INSERT INTO artists_draft ({', '.join(names)}) SELECT {chosen} FROM artists_draft WHERE id = %s"
    return insert, [*values, draft.pk]


def insert_copy(draft: Draft, **changes: object) -> None:
    statement, values = copy_draft(draft, **changes)
    sql(statement, *values)


def refuse_copy(promise: str, draft: Draft, **changes: object) -> None:
    statement, values = copy_draft(draft, **changes)
    refused(promise, statement, *values)


def stop_as_outdated(draft: Draft) -> None:
    sql("UPDATE artists_draft SET state = 'withdrawn', reason = 'outdated: x' WHERE id = %s", draft.pk)


def test_a_moment_has_one_open_draft_and_is_written_again_once(draft: Draft) -> None:
    refuse_copy("one_open_draft_a_moment|one_first_draft_a_moment", draft)
    refuse_copy("one_open_draft_a_moment", draft, replaces_id=draft.pk)
    stop_as_outdated(draft)
    refuse_copy("one_first_draft_a_moment", draft, state="pending", reason="")

    insert_copy(draft, replaces_id=draft.pk, state="pending", reason="")

    stop_as_outdated(Draft.objects.get(replaces=draft))
    refuse_copy("a_draft_is_replaced_once", draft, replaces_id=draft.pk, state="pending", reason="")


def test_a_draft_replaces_another_one_of_its_moment(draft: Draft) -> None:
    other = factories.create_pending_draft(factories.create_artist("Ove Lind"))
    stop_as_outdated(draft)

    refuse_copy("replaces_a_draft_of_its_moment", draft, replaces_id=other.pk, state="pending", reason="")
    refuse_copy("a_draft_replaces_another", draft, id=10**9, replaces_id=10**9, state="pending", reason="")


def test_no_model_writes_to_a_fan_on_older_words(draft: Draft) -> None:
    fan = factories.create_fan("Bo")
    factories.opt_in_under(2, fan, draft.artist)
    moment = factories.create_moment(draft.version.program, fan)
    names = ("version", "artist", "use", "clearance", "text", "original_text", "facts", "deadline")
    own = {name: getattr(draft, name) for name in names} | {"why": explanations.list_reasons(moment)}

    def insert(maker: str) -> None:
        with transaction.atomic():
            Draft.objects.create(moment=moment, person=fan, maker=maker, **own)

    with pytest.raises(DatabaseError, match="did not agree that a model"):
        insert("model:tiny")
    insert("composer")
