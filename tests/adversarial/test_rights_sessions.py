"""Tricks of a session with the app role: isolation, deferred checks, shadowing, COPY, MERGE, upserts, writing CTEs."""

import psycopg
import pytest
from django.db import connection, transaction

from catalog.models import Artist
from rights.models import Grant, RosterEntry, StoredClearance, Use
from tests import factories
from tests.adversarial.test_database_constraints import refused, sql
from tests.adversarial.test_rights_constraints import INSERT_CLEARANCE, refuse, remix
from tests.rights import factories as owners
from tests.rights.factories import OwnedSong
from tests.servers import Database

GRANT = "INSERT INTO rights_grant (party_id, use, version, by) VALUES (%s, 'playlist', 77, %s)"


@pytest.fixture
def song(db: None, artist: Artist) -> OwnedSong:
    """What a test changes in its session ends with its transaction."""
    return owners.create_owned_song(artist)


@pytest.mark.parametrize("level", [psycopg.IsolationLevel.REPEATABLE_READ, psycopg.IsolationLevel.SERIALIZABLE])
@pytest.mark.parametrize(
    "table",
    ["rights_party", "rights_acceptance", "rights_agreementversion", "rights_rosterentry", "rights_partydecision",
     "rights_isrcprefix", "rights_catalogimport", "catalog_recordingwork", "artists_draft"],
)  # fmt: skip
def test_an_old_snapshot_writes_nothing(committing_db: Database, table: str, level: psycopg.IsolationLevel) -> None:
    with psycopg.connect(committing_db.url) as one:
        one.isolation_level = level
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="READ COMMITTED"):
            one.execute(f"INSERT INTO {table} DEFAULT VALUES")


@pytest.mark.parametrize(
    "statement",
    [
        "SET session_replication_role = replica",
        "SET LOCAL session_replication_role = replica",
        "SET ROLE fanfare_owner",
        "CREATE SCHEMA past",
        "CREATE FUNCTION public.statement_timestamp() RETURNS timestamptz LANGUAGE sql RETURN 'epoch'::timestamptz",
        "ALTER TABLE rights_grant DISABLE TRIGGER ALL",
        "ALTER TABLE rights_clearance DISABLE TRIGGER only_with_every_yes",
        "CREATE RULE r AS ON INSERT TO rights_grant DO INSTEAD NOTHING",
        "CREATE TRIGGER zz BEFORE INSERT ON rights_grant FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        "DROP TRIGGER dated ON catalog_recordingwork",
        "CREATE OR REPLACE FUNCTION public.accounts_is_staff(actor text) RETURNS boolean LANGUAGE sql RETURN true",
        "ALTER FUNCTION rights_may_sign(bigint, text) SET search_path = pg_temp",
        "ALTER TABLE rights_party DROP CONSTRAINT an_ipi_has_its_check_digits",
    ],
)
@pytest.mark.django_db
def test_the_app_role_turns_nothing_off(statement: str) -> None:
    refused("permission denied|must be owner|must be able to SET ROLE", statement)


def test_deferred_constraints_let_nothing_through(song: OwnedSong) -> None:
    with transaction.atomic():
        sql("SET CONSTRAINTS ALL DEFERRED")
        refuse("does not rest on the yes of everybody", INSERT_CLEARANCE, **remix(song, grants=[]))
        stranger = owners.get_signer(song.writer).actor
        refused("whoever signs", GRANT, song.label.pk, stranger)
        refused(
            "a_work_once_a_recording",
            "INSERT INTO catalog_recordingwork (recording_id, work_id, added_by) VALUES (%s, %s, %s)",
            *(song.recording.pk, song.work.pk, factories.get_staff().actor),
        )


@pytest.mark.parametrize("path", ["pg_temp, public", "pg_temp, pg_catalog, public", "public, pg_temp"])
def test_temporary_tables_and_functions_stand_in_for_nothing(song: OwnedSong, path: str) -> None:
    stranger = factories.create_person("Stranger")
    label_team, signer = song.label.team_id, owners.get_signer(song.label).actor
    with connection.cursor() as cursor:
        cursor.execute("""
            CREATE TEMPORARY TABLE accounts_person AS SELECT * FROM public.accounts_person;
            CREATE TEMPORARY TABLE accounts_member AS SELECT * FROM public.accounts_member;
            CREATE TEMPORARY TABLE rights_claim (LIKE public.rights_claim);
            CREATE TEMPORARY TABLE catalog_recordingwork (LIKE public.catalog_recordingwork);
            UPDATE pg_temp.accounts_person SET is_staff = true;
            CREATE FUNCTION pg_temp.statement_timestamp() RETURNS timestamptz LANGUAGE sql
            RETURN '2020-01-01'::timestamptz;
            CREATE FUNCTION pg_temp.rights_may_sign(bigint, text) RETURNS boolean LANGUAGE sql RETURN true;
        """)
        cursor.execute(
            "INSERT INTO pg_temp.accounts_member (id, team_id, person_id, role, since)"
            " VALUES (1, %s, %s, 'signatory', now())",
            [label_team, stranger.pk],
        )
        cursor.execute(f"SET LOCAL search_path = {path}")
    grant = GRANT.replace("rights_grant", "public.rights_grant")

    refused("whoever signs", grant, song.label.pk, stranger.actor)
    refused("only staff give", "UPDATE public.rights_party SET team_id = %s, team_by = %s WHERE id = %s",
            *(label_team, stranger.actor, song.artist.pk))  # fmt: skip
    sql(grant, song.label.pk, signer)
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(at) FROM public.rights_grant WHERE use = 'playlist'")
        assert cursor.fetchone()[0].year > 2020


def test_copy_is_asked_as_an_insert_is(song: OwnedSong) -> None:
    stranger = owners.get_signer(song.writer).actor
    for columns, row, promise in (
        ("rights_grant (party_id, use, version, by)", (song.label.pk, "playlist", 77, stranger), "whoever signs"),
        ("rights_grant (party_id, use, version, by)", (song.label.pk, "voice", 77, stranger), "whoever signs|voice"),
        ("rights_party (kind, name, verified_at, verified_by)", ("label", "X", "2020-01-01", stranger), "only staff"),
    ):
        with (
            pytest.raises(psycopg.errors.CheckViolation, match=promise),
            transaction.atomic(),
            connection.cursor() as cursor,
            cursor.copy(f"COPY {columns} FROM STDIN") as copy,
        ):
            copy.write_row(row)


def test_merge_and_upserts_write_no_more_than_their_parts(song: OwnedSong) -> None:
    stranger, own = owners.get_signer(song.writer).actor, Grant.objects.get(party=song.label)
    merge = (
        "MERGE INTO rights_grant USING (VALUES (%s::bigint)) one (id) ON rights_grant.id = one.id"
        " WHEN MATCHED THEN UPDATE SET {} WHEN NOT MATCHED THEN"
        " INSERT (party_id, use, version, by) VALUES (%s, 'playlist', 77, %s)"
    )
    refused("permission denied", merge.format("after_end = 'stops'"), own.pk, song.label.pk, stranger)
    refused("whoever signs", merge.format("ended_at = now(), ended_by = 'x'"), 0, song.label.pk, stranger)
    refused("ended by its party", merge.format("ended_at = now(), ended_by = 'x'"), own.pk, song.label.pk, stranger)
    for change in ("by = 'x'", "live_until = now()", "country = 'PT'"):
        refused(
            "permission denied",
            "INSERT INTO rights_grant (party_id, use, version, by) VALUES (%s, 'remix', 1, %s)"
            f" ON CONFLICT (id) DO UPDATE SET {change}",
            *(song.label.pk, owners.get_signer(song.label).actor),
        )
    refused(
        "permission denied",
        "INSERT INTO rights_agreement (number, title) VALUES ('A', 'A') ON CONFLICT (number) DO UPDATE SET title = 'B'",
    )


def test_a_statement_that_ends_a_yes_stores_no_clearance_on_it(song: OwnedSong) -> None:
    own = Grant.objects.get(party=song.label)
    by = owners.get_signer(song.label).actor
    both = INSERT_CLEARANCE.replace(
        "WITH cleared AS",
        "WITH ended AS (UPDATE rights_grant SET ended_at = statement_timestamp(), ended_by = %(by)s"
        " WHERE id = %(own)s RETURNING id), cleared AS",
    )

    refuse("does not rest on the yes of everybody", both, **remix(song), own=own.pk, by=by)
    assert not StoredClearance.objects.filter(use=Use.REMIX).exists()


def test_a_statement_that_ends_what_a_song_is_of_stores_no_clearance_of_it(song: OwnedSong) -> None:
    both = INSERT_CLEARANCE.replace(
        "WITH cleared AS",
        "WITH ended AS (UPDATE catalog_recordingwork SET live_until = statement_timestamp(), ended_by = %(by)s"
        " RETURNING id), cleared AS",
    )

    refuse("does not rest on the yes of everybody", both, **remix(song), by=factories.get_staff().actor)


def test_a_roster_entry_is_not_answered_by_its_own_proposal(song: OwnedSong) -> None:
    signer = owners.get_signer(song.label).actor
    refused(
        "answered by a principal|permission denied|answered after",
        "WITH made AS (INSERT INTO rights_rosterentry (label_id, artist_id, proposed_by, answered_at, answered_by,"
        " accepted, live_from) VALUES (%s, %s, %s, now(), %s, true, now()) RETURNING id) SELECT id FROM made",
        *(song.label.pk, song.artist.artist_id, signer, signer),
    )
    assert not RosterEntry.objects.exists()
