"""What the two database roles may do, and how the default connection changes between them."""

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import ProgrammingError, connection, transaction
from pytest_django import Settings

from accounts.models import Team
from audit import trail
from audit.models import Entry
from config import env
from config.database import as_owner, migrate, use_database
from rights import clearance
from rights.models import Use
from tests import factories
from tests.servers import Database


def query_value(sql: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def test_everything_runs_as_the_app_role(db: None) -> None:
    assert query_value("SELECT current_user") == "fanfare_app"


def test_the_app_role_writes_rows_but_creates_and_owns_no_tables(db: None) -> None:
    Team.objects.create(name="The Larks")

    assert Team.objects.filter(name="The Larks").count() == 1
    assert query_value("SELECT count(*) FROM pg_tables WHERE tableowner = current_user") == 0
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        query_value("CREATE TABLE mine AS SELECT 1")


@pytest.mark.parametrize(
    "sql", ["UPDATE audit_entry SET actor = 'x'", "DELETE FROM audit_entry", "TRUNCATE audit_entry"]
)
def test_the_app_role_cannot_change_history(db: None, sql: str) -> None:
    with transaction.atomic():
        trail.record("team.made", by="system:operator", subject="team:1")

    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)

    assert Entry.objects.count() == 1


def test_the_connection_becomes_the_owners_and_the_app_roles_again(committing_db: Database) -> None:
    with as_owner():
        during = query_value("SELECT current_user || ' ' || current_database()")

    assert (during, query_value("SELECT current_user")) == (f"fanfare_owner {committing_db.name}", "fanfare_app")


def test_migrating_again_changes_nothing(committing_db: Database) -> None:
    Team.objects.create(name="The Larks")

    migrate()

    assert Team.objects.get().name == "The Larks"


def test_without_an_owner_migrating_is_refused(committing_db: Database, settings: Settings) -> None:
    settings.DATABASE_OWNER_URL = ""

    with (
        use_database(HOST="elsewhere"),
        pytest.raises(ImproperlyConfigured, match="DATABASE_OWNER_URL is not set"),
    ):
        migrate()


def test_a_connection_with_an_open_transaction_cannot_change(db: None) -> None:
    with pytest.raises(RuntimeError, match="cannot move"), use_database(NAME="another"):
        pass


def test_a_copy_of_the_template_belongs_to_one_test(committing_db: Database) -> None:
    assert (Team.objects.count(), query_value("SELECT current_database()")) == (0, committing_db.name)


@pytest.mark.parametrize(("setting", "prepared"), [("1", 1), ("0", 0)])
def test_a_query_that_is_sent_often_is_prepared_unless_the_setting_is_off(
    committing_db: Database, monkeypatch: pytest.MonkeyPatch, setting: str, prepared: int
) -> None:
    monkeypatch.setenv("DATABASE_PREPARES", setting)
    options = env.database_settings("postgresql://somebody@/somewhere")["OPTIONS"]
    assert isinstance(options, dict)

    with use_database(OPTIONS={**connection.settings_dict["OPTIONS"], **options}):
        exists = {Team.objects.filter(name="The Larks").exists() for _ in range(8)}

        statements = query_value("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%accounts_team%'")
    assert (exists, statements) == ({False}, prepared)


@pytest.mark.parametrize("option", ["prepare_threshold=0", "server_side_binding=false"])
def test_options_of_prepared_queries_are_refused_in_an_address(option: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="DATABASE_PREPARES"):
        env.database_settings(f"postgresql://somebody@/somewhere?{option}")


def test_a_prepared_query_survives_a_new_column(committing_db: Database) -> None:
    artist = factories.create_artist()
    for _ in range(8):  # by then the query is prepared
        assert clearance.live_grants().filter(artist=artist, use=Use.PERSONAL_MESSAGE).first()

    with psycopg.connect(committing_db.owner_url) as owner:
        owner.execute("ALTER TABLE rights_grant ADD COLUMN more int")

    assert clearance.live_grants().filter(artist=artist, use=Use.PERSONAL_MESSAGE).first()


def test_every_function_that_our_triggers_perform_is_there(db: None) -> None:
    """PostgreSQL looks for it only when the line runs, so a wrong name would show once a promise is broken."""
    performed = r"regexp_matches(function.prosrc, 'PERFORM (?:public\.)?(\w+)\(', 'g')"
    every = f"SELECT DISTINCT called[1] FROM pg_proc function, {performed} called"
    missing = f"SELECT array_agg(name) FROM ({every}) found (name) WHERE name NOT IN (SELECT proname FROM pg_proc)"

    assert query_value(f"{every} WHERE called[1] = 'refuse'") == "refuse"
    assert query_value(missing) is None
