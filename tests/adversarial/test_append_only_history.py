"""Raw SQL with the app role against what is history: the database refuses."""

import pytest
from django.db import connection, transaction

from audit.models import Entry
from fans.models import Experience
from tests import factories
from tests.adversarial.test_database_constraints import refused, sql

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "table",
    [
        "audit_entry",
        "rights_decision",
        "rights_clearance",
        "rights_clearancegrant",
        "rights_grant",
        "accounts_consent",
        "accounts_membershipperiod",
        "fans_experience",
        "artists_programversion",
        "listens_source",
    ],
)
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_a_row_of_history_is_not_removed(experience: Experience, table: str, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        assert cursor.fetchone()[0] > 0

    refused("permission denied", statement.format(table))


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("audit_entry", "actor = 'person:somebody-else'"),
        ("audit_entry", "facts = '{}'"),
        ("rights_decision", "by = 'person:somebody-else'"),
        ("rights_decision", "content_hash = repeat('0', 64)"),
        ("rights_clearance", "until = NULL"),
        ("rights_clearancegrant", "grant_id = grant_id"),
        ("rights_grant", "country = ''"),
        ("rights_grant", "live_from = '2000-01-01'"),
        ("rights_grant", "version = 7"),
        ("accounts_consent", "words = 'Everything'"),
        ("accounts_consent", "act = 'given'"),
        ("artists_programversion", "wording = '{}'"),
        ("artists_programversion", "nth = 1"),
        ("artists_programversion", "program_id = program_id"),
        ("listens_source", "uri = uri"),
    ],
)
def test_a_row_of_history_is_not_changed(experience: Experience, table: str, change: str) -> None:
    refused("permission denied", f"UPDATE {table} SET {change}")


def test_a_grant_that_ended_does_not_live_again(experience: Experience) -> None:
    sql("UPDATE rights_grant SET ended_at = now(), ended_by = by")

    refused("history is not changed", "UPDATE rights_grant SET ended_at = NULL, ended_by = NULL")


def test_the_wall_is_a_trigger_too_and_not_only_a_right(experience: Experience) -> None:
    """Whoever may write the table, an owner by mistake, runs into it as well."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname IN ('append_only', 'never_removed') ORDER BY 1"
        )
        guarded = {row[0] for row in cursor.fetchall()}

    assert guarded >= {
        "audit_entry", "rights_decision", "rights_clearance", "rights_clearancegrant", "rights_grant",
        "accounts_consent", "accounts_membershipperiod", "fans_experience", "artists_programversion",
    }  # fmt: skip


def test_the_audit_is_written_with_what_it_tells_or_not_at_all(experience: Experience) -> None:
    before = Entry.objects.count()

    with transaction.atomic():
        factories.create_fan("Bea", opted_in=experience.artist)
        assert Entry.objects.count() > before
        transaction.set_rollback(True)

    assert Entry.objects.count() == before
