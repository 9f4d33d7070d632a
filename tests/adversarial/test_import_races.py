"""Two open transactions with the app role at one import: no claim and no line of it names what is not there."""

from functools import partial

import psycopg
import pytest
from django.db import DatabaseError, transaction

from rights.models import CatalogImport, Party
from tests import factories
from tests.adversarial.test_database_constraints import sql
from tests.adversarial.test_import_constraints import REQUEST, ROW
from tests.concurrency import start_until_blocked
from tests.rights import factories as owners
from tests.rights.imports.factories import read
from tests.servers import Database

REMOVE_LINES = "DELETE FROM rights_importline WHERE catalog_import_id = %s"
REMOVE = "DELETE FROM rights_catalogimport WHERE id = %s"
LINE_OF_NOTHING = "UPDATE rights_importline SET recording_id = 987654321 WHERE catalog_import_id = %s"
FINISH = "UPDATE rights_catalogimport SET state = 'done', imported_at = now() WHERE id = %s"


@pytest.fixture
def label(committing_db: Database) -> Party:
    label = owners.create_party()
    owners.add_to_roster(label, factories.create_artist())
    return label


@pytest.fixture
def brought(label: Party) -> CatalogImport:
    """It was asked for."""
    brought = read(label, ROW)
    sql(REQUEST, owners.get_signer(label).actor, brought.pk)
    brought.refresh_from_db()
    return brought


def claim(brought: CatalogImport) -> None:
    recording = factories.create_recording(brought.party.roster.get().artist, "Low Tide")
    sql(
        "INSERT INTO rights_claim (recording_id, role, party_id, share, claimed_by, catalog_import_id)"
        " VALUES (%s, 'recording_owner', %s, 100, %s, %s)",
        *(recording.pk, brought.party_id, brought.requested_by, brought.pk),
    )


def test_whoever_removes_an_import_waits_for_a_claim_that_names_it(brought: CatalogImport) -> None:
    sql(REMOVE_LINES, brought.pk)
    with transaction.atomic():
        claim(brought)
        remove = start_until_blocked(partial(sql, REMOVE, brought.pk))

    with pytest.raises(DatabaseError, match="claims were made by this import"):
        remove()


def test_a_claim_waits_for_whoever_removes_its_import(brought: CatalogImport) -> None:
    with transaction.atomic():
        sql(REMOVE_LINES, brought.pk)
        sql(REMOVE, brought.pk)
        make = start_until_blocked(partial(claim, brought))

    with pytest.raises(DatabaseError, match="made by whoever asked for the import"):
        make()


def test_an_import_is_not_finished_while_its_lines_are_changed(brought: CatalogImport) -> None:
    with transaction.atomic():
        sql(LINE_OF_NOTHING, brought.pk)
        finish = start_until_blocked(partial(sql, FINISH, brought.pk))

    with pytest.raises(DatabaseError, match="names a recording and a work that are there"):
        finish()


def test_no_line_is_changed_while_its_import_is_finished(brought: CatalogImport) -> None:
    with transaction.atomic():
        sql(FINISH, brought.pk)
        change = start_until_blocked(partial(sql, LINE_OF_NOTHING, brought.pk))

    with pytest.raises(DatabaseError, match="history is not changed"):
        change()


@pytest.mark.parametrize(
    "statement", ["UPDATE rights_catalogimport SET problem = 'x'", "DELETE FROM rights_catalogimport"]
)
def test_an_old_snapshot_changes_and_removes_no_import(committing_db: Database, statement: str) -> None:
    """It would not see the claims and lines that were committed since."""
    with psycopg.connect(committing_db.url) as one:
        one.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="READ COMMITTED"):
            one.execute(statement)
