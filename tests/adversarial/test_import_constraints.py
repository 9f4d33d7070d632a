"""Raw SQL with the app role against imports: the database refuses."""

import uuid

import pytest

from catalog.models import Artist
from rights.models import Party
from tests import factories
from tests.adversarial.test_database_constraints import refused, sql
from tests.rights import factories as owners
from tests.rights.imports.factories import bring_in, read

pytestmark = pytest.mark.django_db
NOBODY = f"person:{uuid.UUID(int=4)}"
ROW = "Salt Radio,Mara Veil,PTPLR2500417,3:45"
INSERT_LINE = (
    "INSERT INTO rights_importline"
    " (catalog_import_id, number, verdict, reason, facts, title, artist_name, work_title, share, named, unshared)"
    " VALUES (%s, 99, 'no', 'same', '{}', '', '', '', 0, '[]', '')"
)
REQUEST = "UPDATE rights_catalogimport SET state = 'requested', requested_by = %s WHERE id = %s"


@pytest.fixture
def label(label: Party, artist: Artist) -> Party:
    owners.add_to_roster(label, artist)
    return label


def test_whoever_signs_asks_for_an_import(label: Party, artist: Artist) -> None:
    brought = read(label, ROW)
    for by in (NOBODY, factories.get_member(artist, "principal").actor, "system:command"):
        refused("whoever signs for its party", REQUEST, by, brought.pk)
    refused("somebody_asked_for_an_import", REQUEST, None, brought.pk)

    sql(REQUEST, owners.get_signer(label).actor, brought.pk)


def test_an_import_is_brought_by_its_team_and_read_first(label: Party) -> None:
    insert = (
        "INSERT INTO rights_catalogimport (party_id, file_name, size, uploaded_by, state) VALUES (%s, '', 1, %s, %s)"
    )
    refused("somebody of the team", insert, label.pk, NOBODY, "reading")
    refused("is read first", insert, label.pk, owners.get_signer(label).actor, "ready")

    sql(insert, label.pk, owners.get_signer(label).actor, "reading")


def test_an_import_skips_no_state(label: Party) -> None:
    brought, signer = read(label, ROW), owners.get_signer(label).actor
    done = "UPDATE rights_catalogimport SET state = 'done', imported_at = now(), requested_by = %s WHERE id = %s"
    refused("read, then asked for, then done", done, signer, brought.pk)
    refused("read, then asked for", "UPDATE rights_catalogimport SET state = 'reading' WHERE id = %s", brought.pk)


def test_a_finished_import_is_dated_by_the_clock(label: Party) -> None:
    brought = read(label, ROW)
    sql(REQUEST, owners.get_signer(label).actor, brought.pk)
    sql("UPDATE rights_catalogimport SET state = 'done', imported_at = '2020-01-01' WHERE id = %s", brought.pk)

    brought.refresh_from_db()
    assert brought.imported_at
    assert brought.imported_at.year > 2020


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE rights_catalogimport SET problem = 'x' WHERE id = %s",
        "DELETE FROM rights_catalogimport WHERE id = %s",
        "UPDATE rights_importline SET verdict = 'no' WHERE catalog_import_id = %s",
        "UPDATE rights_importline SET facts = '{}' WHERE catalog_import_id = %s",
        "DELETE FROM rights_importline WHERE catalog_import_id = %s",
        "DELETE FROM rights_importedartist WHERE catalog_import_id = %s",
        "UPDATE rights_catalogimport SET told_at = now(), problem = 'x' WHERE id = %s",
        INSERT_LINE,
    ],
)
def test_what_was_imported_is_not_changed(label: Party, statement: str) -> None:
    refused("history is not changed", statement, bring_in(label, ROW).pk)


@pytest.mark.parametrize(
    "change", ["party_id = party_id", "file_name = ''", "uploaded_by = uploaded_by", "uploaded_at = now()"]
)
def test_who_brought_what_is_not_changed(label: Party, change: str) -> None:
    read(label, ROW)

    refused("permission denied", f"UPDATE rights_catalogimport SET {change}")


@pytest.mark.parametrize("change", ["title = ''", "isrc = NULL", "artist_id = NULL", "share = 1", "text_key = NULL"])
def test_what_a_line_says_is_not_changed(label: Party, change: str) -> None:
    read(label, ROW)

    refused("permission denied", f"UPDATE rights_importline SET {change}")


def test_a_line_that_could_not_be_read_is_made_no_good_one(label: Party) -> None:
    read(label, "Bad,Mara Veil,PT,")

    refused("a_good_line_is_whole", "UPDATE rights_importline SET verdict = 'new'")


def test_a_verdict_is_one_of_five(label: Party) -> None:
    read(label, ROW)

    refused("a_line_has_a_known_verdict", "UPDATE rights_importline SET verdict = 'fine'")


def test_an_artist_is_told_what_the_lines_say(label: Party, artist: Artist) -> None:
    brought, signer = read(label, ROW), owners.get_signer(label).actor
    insert = "INSERT INTO rights_importedartist (catalog_import_id, artist_id, added, changed) VALUES (%s, %s, %s, %s)"
    sql(REQUEST, signer, brought.pk)
    for added, changed in ((2, 0), (1, 1), (0, 1)):
        refused("is told what the lines of an import say", insert, brought.pk, artist.pk, added, changed)
    refused("is told what the lines", insert, brought.pk, factories.create_artist("Stranger").pk, 1, 0)

    sql(insert, brought.pk, artist.pk, 1, 0)


def test_those_whom_an_import_asks_are_told_once_and_the_clock_says_when(label: Party) -> None:
    brought = read(label, ROW)
    tell = "UPDATE rights_catalogimport SET told_at = '2020-01-01' WHERE id = %s"
    refused("a_finished_import_is_told", tell, brought.pk)
    brought = bring_in(label, ROW)
    sql(tell, brought.pk)

    brought.refresh_from_db()
    assert brought.told_at
    assert brought.told_at.year > 2020
    refused("history is not changed", tell, brought.pk)


def test_a_claim_of_an_import_is_made_by_whoever_asked_for_it(label: Party, artist: Artist) -> None:
    signer, song = owners.get_signer(label).actor, factories.create_recording(artist, "Low Tide")
    done, ready = bring_in(label, ROW), read(label, "Low Tide,Mara Veil,,")
    claim = (
        "INSERT INTO rights_claim (recording_id, role, party_id, share, claimed_by, catalog_import_id)"
        " VALUES (%s, 'recording_owner', %s, 100, %s, %s)"
    )
    for by, brought in ((signer, done), (signer, ready), (factories.get_member(artist, "principal").actor, ready)):
        refused("made by whoever asked for the import", claim, song.pk, label.pk, by, brought.pk)
    sql(REQUEST, signer, ready.pk)

    refused("made by whoever asked", claim, song.pk, label.pk, factories.get_staff().actor, ready.pk)
    sql(claim, song.pk, label.pk, signer, ready.pk)
    other = factories.create_recording(artist, "High Tide")
    refused("by whoever asked for the import", claim, other.pk, label.pk, signer, ready.pk + 99)

    # Not requested any more, it could be removed. The claim names it for ever.
    sql("UPDATE rights_catalogimport SET state = 'ready', requested_by = NULL WHERE id = %s", ready.pk)
    refused("claims were made by this import", "DELETE FROM rights_catalogimport WHERE id = %s", ready.pk)


@pytest.mark.parametrize("column", ["recording_id", "work_id"])
def test_no_import_ends_with_a_line_of_what_is_not_there(label: Party, column: str) -> None:
    brought = read(label, ROW)
    sql(REQUEST, owners.get_signer(label).actor, brought.pk)
    done = "UPDATE rights_catalogimport SET state = 'done', imported_at = now() WHERE id = %s"
    sql(f"UPDATE rights_importline SET {column} = 987654321 WHERE catalog_import_id = %s", brought.pk)
    refused("names a recording and a work that are there", done, brought.pk)

    sql(f"UPDATE rights_importline SET {column} = NULL WHERE catalog_import_id = %s", brought.pk)
    sql(done, brought.pk)


@pytest.mark.parametrize("table", ["catalog_recording", "catalog_work"])
def test_what_lines_of_imports_name_stays(artist: Artist, table: str) -> None:
    owners.create_owned_song(artist)
    for statement in (f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
        refused("permission denied", statement)
    refused("history is not changed", f"UPDATE {table} SET id = id + 1000000")
