"""Raw SQL with the app role, past every function of ours: what the database itself refuses."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from catalog import registration
from fans.models import Experience
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


def test_the_tests_run_with_the_app_role() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == ("fanfare_app", False)


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


@pytest.mark.parametrize(("kind", "why_hash"), [("item", None), ("shape", "0" * 64)])
def test_an_item_and_nothing_else_is_decided_with_its_why(kind: str, why_hash: str | None) -> None:
    artist = factories.create_artist()

    refused(
        "an_item_is_decided_with_its_why",
        "INSERT INTO rights_decision (artist_id, kind, content_hash, why_hash, by, role)"
        " VALUES (%s, %s, repeat('0', 64), %s, %s, 'principal')",
        artist.pk,
        kind,
        why_hash,
        factories.get_member(artist, "principal").actor,
    )


def test_an_unsigned_program_does_not_go_live() -> None:
    program = factories.create_program(factories.create_artist(), signed=False)

    refused("only_a_signed_program_goes_live", "UPDATE artists_program SET state = 'live' WHERE id = %s", program.pk)


def test_two_live_grants_for_one_use_are_refused(experience: Experience) -> None:
    refused(
        "one_live_grant_a_scope",
        "INSERT INTO rights_grant (party_id, artist_id, use, version, by)"
        " SELECT party_id, artist_id, use, 2, by FROM rights_grant",
    )


def test_a_song_has_one_main_recording() -> None:
    artist = factories.create_artist()
    for isrc in ("PTABC2600001", "PTABC2600002"):
        registration.add_recording(artist, "Salt Radio", by="system:operator", isrc=isrc)
    sql("UPDATE catalog_recording SET is_main = true WHERE isrc = 'PTABC2600001'")

    refused("one_main_recording_a_song", "UPDATE catalog_recording SET is_main = true")


# Listens


MARK = "UPDATE listens_listen SET duplicate_of_id = %s, duplicate_reason = 'other_client' WHERE id = %s"


@pytest.fixture
def listens() -> list[int]:
    """The ids of three listens of one fan, and of one of another."""
    artist = factories.create_artist()
    own = factories.insert_listens(factories.create_fan(), artist, 3)
    return [listen.id for listen in (*own, *factories.insert_listens(factories.create_fan(), artist))]


def test_a_duplicate_has_an_original_of_the_same_fan(listens: list[int]) -> None:
    first, second, third, theirs = listens
    sql(MARK, first, second)

    refused("cannot be a duplicate", MARK, theirs, third)
    refused("cannot be a duplicate", MARK, 10**9, third)
    refused("cannot be a duplicate", MARK, third, third)
    refused("history is not changed", "UPDATE listens_listen SET person_id = gen_random_uuid() WHERE id = %s", first)
    refused("history is not changed", "UPDATE listens_listen SET id = 77777777 WHERE id = %s", first)


def test_duplicates_make_no_chain(listens: list[int]) -> None:
    first, second, third, _ = listens
    sql(MARK, first, second)

    refused("cannot be a duplicate", MARK, second, third)
    refused("cannot be a duplicate", MARK, third, first)

    sql(
        "UPDATE listens_listen SET duplicate_of_id = nullif(%s, id),"
        " duplicate_reason = CASE WHEN id = %s THEN '' ELSE 'other_client' END WHERE id = ANY(%s::bigint[])",
        third, third, [first, second, third],
    )  # fmt: skip


def test_a_duplicate_says_why_and_is_no_play_of_its_own(listens: list[int]) -> None:
    first, second, *_ = listens

    refused("a_duplicate_says_why", "UPDATE listens_listen SET duplicate_of_id = %s WHERE id = %s", first, second)
    refused("a_duplicate_says_why", "UPDATE listens_listen SET duplicate_reason = 'other_end' WHERE id = %s", second)
    sql(MARK, first, second)
    refused("a_duplicate_says_why", "UPDATE listens_listen SET duplicate_reason = 'so' WHERE id = %s", second)
    refused("a_duplicate_says_why", "UPDATE listens_listen SET is_separate = true WHERE id = %s", second)


def test_a_listen_is_not_deleted_without_its_duplicates(listens: list[int]) -> None:
    first, second, *_ = listens
    sql(MARK, first, second)

    refused("together with them", "DELETE FROM listens_listen WHERE id = %s", first)

    sql("DELETE FROM listens_listen WHERE id = ANY(%s::bigint[])", [first, second])
