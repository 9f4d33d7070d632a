"""Keys that are checked once a statement: they hold what a foreign key holds, for the app role and for the owner."""

from collections.abc import Iterator
from contextlib import nullcontext
from functools import partial

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import ForeignKey

from audit.statement_keys import statement_key
from catalog.models import RecordingWork
from config.database import as_owner
from listens.models import Listen
from rights.models import Claim, ImportLine
from tests.adversarial.test_database_constraints import sql
from tests.concurrency import start_until_blocked
from tests.servers import Database

CREATE = """
CREATE TABLE parent (id bigint PRIMARY KEY, name text);
CREATE TABLE child (id bigint PRIMARY KEY, parent_id bigint);
GRANT ALL ON parent, child TO fanfare_app;
"""
pytestmark = pytest.mark.shared_site
OWN_TRIGGERS = {
    Listen._meta.get_field("duplicate_of"),
    *(Claim._meta.get_field(name) for name in ("recording", "work", "party", "catalog_import")),
    *(ImportLine._meta.get_field(name) for name in ("recording", "work")),
    *(RecordingWork._meta.get_field(name) for name in ("recording", "work")),
}
"""Each is held by triggers of its app, which say more than that the row is there."""
KEYS_SQL = """
SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = %s
UNION ALL
SELECT confrelid::regclass::text FROM pg_constraint JOIN pg_attribute AS column_ ON attrelid = conrelid
WHERE contype = 'f' AND attnum = ANY(conkey) AND conrelid = %s::regclass AND attname = %s
"""


@pytest.fixture(params=["app", "owner"])
def tables(request: pytest.FixtureRequest, committing_db: Database) -> Iterator[None]:
    """A table with three rows, and one whose rows can point to them. The test has one of the two roles."""
    if not has_tables():
        with as_owner(), connection.cursor() as cursor:
            cursor.execute(CREATE)
            cursor.execute(str(statement_key("child", "parent_id", "parent").sql))
    sql("DELETE FROM child")
    sql("DELETE FROM parent")
    sql("INSERT INTO parent VALUES (1), (2), (3)")
    with as_owner() if request.param == "owner" else nullcontext():
        yield


def has_tables() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('child') IS NOT NULL")
        return bool(cursor.fetchone()[0])


def count_children() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM child")
        return int(cursor.fetchone()[0])


def copy(*rows: tuple[int, int | None]) -> None:
    with (
        transaction.atomic(),
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy("COPY child FROM STDIN") as writer,
    ):
        for row in rows:
            writer.write_row(row)


def test_a_field_without_a_foreign_key_has_these_triggers(db: None) -> None:
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, ForeignKey) and not field.db_constraint and field not in OWN_TRIGGERS:
                table, parent = model._meta.db_table, field.related_model._meta.db_table
                with connection.cursor() as cursor:
                    cursor.execute(KEYS_SQL, [f"{table}_{field.column}_deleted", table, field.column])
                    assert set(cursor.fetchall()) == {(parent,)}, field


def test_rows_with_parents_and_without_a_key_are_stored(tables: None) -> None:
    sql("INSERT INTO child VALUES (1, 1), (2, 1), (3, NULL)")
    copy((4, 2), (5, None))
    sql("UPDATE child SET parent_id = 2 WHERE id = 1")
    sql("UPDATE child SET parent_id = NULL WHERE id = 2")

    assert count_children() == 5


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO child VALUES (11, 1), (12, 9)",
        "INSERT INTO child VALUES (11, 9) ON CONFLICT DO NOTHING",
        "INSERT INTO child VALUES (11, 9) ON CONFLICT (id) DO UPDATE SET parent_id = 1",
        "INSERT INTO child VALUES (10, 1) ON CONFLICT (id) DO UPDATE SET parent_id = 9",
        "UPDATE child SET parent_id = 9",
        "MERGE INTO child USING (VALUES (11)) AS n (id) ON child.id = n.id WHEN NOT MATCHED THEN INSERT VALUES (11, 9)",
    ],
)
def test_a_row_without_a_parent_is_refused(tables: None, statement: str) -> None:
    sql("INSERT INTO child VALUES (10, 1)")

    with pytest.raises(IntegrityError, match="there is no parent 9"):
        sql(statement)

    assert count_children() == 1


def test_copied_rows_without_a_parent_are_refused(tables: None) -> None:
    with pytest.raises(IntegrityError, match="there is no parent 9"):
        copy((1, 1), (2, 9))

    assert count_children() == 0


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM parent WHERE id = 1",
        "UPDATE parent SET id = 9 WHERE id = 1",
        "TRUNCATE parent",
        "TRUNCATE parent CASCADE",
    ],
)
def test_a_parent_of_rows_stays(tables: None, statement: str) -> None:
    sql("INSERT INTO child VALUES (1, 1)")

    with pytest.raises(IntegrityError, match="rows of child need it"):
        sql(statement)

    sql("DELETE FROM parent WHERE id = 2")
    sql("UPDATE parent SET name = 'another'")
    sql("TRUNCATE parent, child")


@pytest.mark.parametrize("remove", ["DELETE FROM parent WHERE id = 1", "UPDATE parent SET id = 9 WHERE id = 1"])
def test_a_parent_is_not_removed_while_rows_are_added(tables: None, remove: str) -> None:
    with transaction.atomic():
        sql("INSERT INTO child VALUES (1, 1)")
        finish = start_until_blocked(partial(sql, remove))

    with pytest.raises(IntegrityError, match="rows of child need it"):
        finish()


@pytest.mark.parametrize("remove", ["DELETE FROM parent WHERE id = 1", "UPDATE parent SET id = 9 WHERE id = 1"])
@pytest.mark.parametrize("add", ["INSERT INTO child VALUES (1, 1)", "UPDATE child SET parent_id = 1"])
def test_no_row_is_added_while_its_parent_is_removed(tables: None, remove: str, add: str) -> None:
    sql("INSERT INTO child VALUES (7, 2)")
    with transaction.atomic():
        sql(remove)
        finish = start_until_blocked(partial(sql, add))

    with pytest.raises(IntegrityError, match="there is no parent 1"):
        finish()


def test_a_transaction_that_does_not_see_new_rows_removes_no_parent(tables: None) -> None:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")

        with pytest.raises(DatabaseError, match="READ COMMITTED"):
            sql("DELETE FROM parent WHERE id = 1")
