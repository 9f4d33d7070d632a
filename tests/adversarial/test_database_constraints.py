"""Raw SQL with the app role, past every function of ours: what the database itself refuses."""

import uuid
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from catalog import registration
from fans.models import Experience
from rights import hashing
from rights.models import Decision
from tests import factories

pytestmark = pytest.mark.django_db


def sql(statement: str, *values: Any) -> None:
    """As the app role, in a transaction of its own."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def refused(promise: str, statement: str, *values: Any) -> None:
    with pytest.raises(DatabaseError, match=promise):
        sql(statement, *values)


def copy_experience_sql(experience: Experience, **changes: Any) -> tuple[str, list[Any]]:
    """An INSERT of the same experience as another row, but for the changes."""
    columns = [
        "person_id", "artist_id", "draft", "kind", "mark", "credit", "salt", "text", "why", "decision_id",
        "clearance_id", "receipt", "receipt_key",
    ]  # fmt: skip
    row = {"draft": experience.draft + 1000, "receipt_key": uuid.uuid4().hex, **changes}
    kept = [name for name in columns if name not in row]
    inserted = f"INSERT INTO fans_experience ({', '.join([*row, *kept])})"
    return f"{inserted} SELECT {', '.join(['%s'] * len(row))}, {', '.join(kept)} FROM fans_experience WHERE id = %s", [
        *row.values(),
        experience.pk,
    ]


@pytest.fixture
def experience() -> Experience:
    return factories.create_experience(factories.create_artist())


def test_the_tests_run_with_the_app_role() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == ("fanfare_app", False)


# In front of a fan


def test_a_copy_for_the_same_fan_is_possible_so_the_refusals_below_mean_something(experience: Experience) -> None:
    statement, values = copy_experience_sql(experience)

    sql(statement, *values)

    assert Experience.objects.filter(text=experience.text, person=experience.person).count() == 2


def test_an_experience_needs_a_decision(experience: Experience) -> None:
    statement, values = copy_experience_sql(experience, decision_id=None)

    refused('null value in column "decision_id"', statement, *values)


@pytest.mark.parametrize(
    "change",
    [
        {"text": "Send me money, Ana."},
        {"mark": "written"},
        {"credit": "Ove Lind"},
        {"salt": "0" * 32},
        {"text": "", "mark": "recorded"},
    ],
)
def test_nothing_else_goes_under_the_same_decision(experience: Experience, change: dict[str, str]) -> None:
    statement, values = copy_experience_sql(experience, **change)

    refused("nothing_undecided", statement, *values)


def test_nobodys_text_is_moved_to_somebody_else(experience: Experience) -> None:
    another = factories.create_fan("Bea", opted_in=experience.artist)
    other = factories.create_artist("Ove Lind")

    for change in ({"person_id": another.pk}, {"artist_id": other.pk}):
        statement, values = copy_experience_sql(experience, **change)
        refused("nothing_undecided", statement, *values)


def test_a_decision_on_something_else_is_no_decision_on_this(experience: Experience) -> None:
    second = factories.create_experience(experience.artist)
    signed = Decision.objects.filter(kind="shape").first()

    for decision in (second.decision, signed):
        statement, values = copy_experience_sql(experience, decision_id=decision.pk)
        refused("nothing_undecided", statement, *values)


@pytest.mark.parametrize(
    "change",
    [{"salt": "short"}, {"mark": "wri\ntten"}, {"salt": None}, {"text": None}],
)
def test_there_is_no_way_around_the_hash(experience: Experience, change: dict[str, Any]) -> None:
    statement, values = copy_experience_sql(experience, **change)

    refused("text_is_hashed_or_gone|one_of_the_six_marks", statement, *values)


def test_an_unknown_mark_is_refused(experience: Experience) -> None:
    with transaction.atomic():
        content_hash = hashing.content_hash(
            salt=experience.salt,
            person=experience.person_id,
            artist=experience.artist_id,
            mark="human",
            credit=experience.credit,
            text=experience.text,
        )
        decision = Decision.objects.create(kind="item", content_hash=content_hash, by="person:x", role="principal")
    statement, values = copy_experience_sql(experience, mark="human", decision_id=decision.pk)

    refused("one_of_the_six_marks", statement, *values)


@pytest.mark.parametrize(
    "change",
    [
        "mark = 'written'",
        "credit = 'Ove Lind'",
        "person_id = gen_random_uuid()",
        "decision_id = 1",
        "clearance_id = 1",
        "receipt = '{}'",
        "draft = 99",
        "delivered_at = now()",
    ],
)
def test_what_was_delivered_stays_as_it_was(experience: Experience, change: str) -> None:
    refused("permission denied", f"UPDATE fans_experience SET {change} WHERE id = %s", experience.pk)


def test_a_delivered_text_can_be_erased_and_never_replaced(experience: Experience) -> None:
    refused("nothing_undecided", "UPDATE fans_experience SET text = 'Other' WHERE id = %s", experience.pk)
    refused("text_is_hashed_or_gone", "UPDATE fans_experience SET text = NULL WHERE id = %s", experience.pk)

    sql("UPDATE fans_experience SET text = NULL, salt = NULL, why = NULL WHERE id = %s", experience.pk)
    refused(
        "nothing_undecided",
        "UPDATE fans_experience SET text = 'Other', salt = %s WHERE id = %s",
        "0" * 32,
        experience.pk,
    )


def test_what_was_opened_or_taken_back_stays_so(experience: Experience) -> None:
    sql("UPDATE fans_experience SET opened_at = now(), withdrawn_at = now() WHERE id = %s", experience.pk)

    for change in ("opened_at = NULL", "withdrawn_at = NULL", "why = '{}'"):
        refused("history is not changed", f"UPDATE fans_experience SET {change} WHERE id = %s", experience.pk)


@pytest.mark.parametrize("table", ["artists_draft", "artists_moment"])
def test_what_was_drafted_is_not_removed(experience: Experience, table: str) -> None:
    refused("permission denied", f"DELETE FROM {table}")


def test_one_draft_is_delivered_once(experience: Experience) -> None:
    statement, values = copy_experience_sql(experience, draft=experience.draft)

    refused("fans_experience_draft", statement, *values)


# Signatures and decisions


def test_a_signature_holds_for_the_version_it_was_made_on(experience: Experience) -> None:
    signed = Decision.objects.get(kind="shape")
    program = experience.artist.programs.get()
    sign = "UPDATE artists_programversion SET decision_id = %s WHERE id = %s"
    unsign = "UPDATE artists_programversion SET decision_id = NULL WHERE decision_id = %s"
    other = factories.create_version(program, nth=1)

    refused("artists_programversion_decision_id", sign, signed.pk, other.pk)
    refused("signed_as_it_stands", sign, experience.decision_id, other.pk)
    refused("history is not changed", unsign, signed.pk)


def test_only_what_is_signed_is_offered(experience: Experience) -> None:
    program, other = experience.artist.programs.get(), factories.create_program(factories.create_artist("Ove Lind"))
    offer = "UPDATE artists_program SET current_id = %s WHERE id = %s"

    refused("not signed", offer, factories.create_version(program, nth=1).pk, program.pk)
    refused("not signed", offer, other.current_id, program.pk)


def test_the_same_words_are_not_signed_for_another_moment(experience: Experience) -> None:
    """The signature covers the program, the version and the moment, not the words alone."""
    first, second = (
        experience.artist.programs.get().current,
        factories.create_version(experience.artist.programs.get(), nth=1),
    )

    assert first.wording == second.wording
    assert first.shape_hash != second.shape_hash


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "item", "by": None, "under_id": None},
        {"kind": "shape", "by": None, "under_id": "own"},
    ],
)
def test_somebody_decided(experience: Experience, values: dict[str, Any]) -> None:
    under = Decision.objects.get(kind="shape").pk if values["under_id"] else None

    refused(
        "somebody_decided|a_person_signs",
        "INSERT INTO rights_decision (kind, content_hash, by, role, under_id) VALUES (%s, repeat('0', 64), %s, '', %s)",
        values["kind"],
        values["by"],
        under,
    )


@pytest.mark.parametrize(
    "change", ["text = 'Other words'", "mark = 'written'", "credit = 'Ove Lind'", "salt = repeat('0', 32)"]
)
def test_an_approved_draft_stays_as_it_was_approved(change: str) -> None:
    draft = factories.create_approved_draft(factories.create_artist())

    refused("decided_as_it_stands", f"UPDATE artists_draft SET {change} WHERE id = %s", draft.pk)


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


def test_an_unsigned_program_does_not_go_live() -> None:
    program = factories.create_program(factories.create_artist(), signed=False)

    refused("only_a_signed_program_goes_live", "UPDATE artists_program SET state = 'live' WHERE id = %s", program.pk)


def test_two_live_grants_for_one_use_are_refused(experience: Experience) -> None:
    refused(
        "one_live_grant_a_use",
        "INSERT INTO rights_grant (party_id, artist_id, use, version, territories, by)"
        " SELECT party_id, artist_id, use, 2, '', by FROM rights_grant",
    )


def test_a_song_has_one_main_recording() -> None:
    artist = factories.create_artist()
    for isrc in ("PTABC2600001", "PTABC2600002"):
        registration.add_recording(artist, "Salt Radio", by="system:test", isrc=isrc)
    sql("UPDATE catalog_recording SET is_main = true WHERE isrc = 'PTABC2600001'")

    refused("one_main_recording_a_song", "UPDATE catalog_recording SET is_main = true")
