"""Set the database's clock back for one transaction, so that seeded rows have timestamps of the past.

Rows get the time of the statement as their timestamp, and history cannot be changed afterwards. So the owner role
creates a function that replaces statement_timestamp() in a schema where the triggers that write timestamps look first,
the rows are written as the app role, and the owner drops the schema again. No other transaction sees it, and a rollback
leaves nothing behind.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from django.core.exceptions import ImproperlyConfigured
from django.db import ProgrammingError, connection, transaction

from audit.operations import CLOCK_PATH
from config.database import APP_ROLE, as_owner

CREATE_CLOCK = f"""
CREATE SCHEMA past;
GRANT USAGE ON SCHEMA past TO {APP_ROLE};
CREATE FUNCTION past.statement_timestamp() RETURNS timestamptz LANGUAGE sql STABLE
RETURN pg_catalog.statement_timestamp() - current_setting('past.ago')::interval;
"""
SELECT_STAMP_DEFAULTS = """
SELECT format('ALTER TABLE %%s ALTER COLUMN %%I SET DEFAULT ', attrelid::regclass, attname)
FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum JOIN pg_class c ON c.oid = adrelid
WHERE relnamespace = 'public'::regnamespace AND pg_get_expr(adbin, adrelid) = %s ORDER BY adrelid, adnum
"""
STATEMENT_TIMESTAMP = "statement_timestamp()"
ENTER_PAST = f"SET LOCAL search_path = {CLOCK_PATH}; SET LOCAL ROLE {APP_ROLE}"
# Deferred constraints are checked now, because a table with such a check pending cannot be altered.
LEAVE_PAST = "RESET ROLE; RESET search_path; SET CONSTRAINTS ALL IMMEDIATE"


class DatabaseClock:
    """The time that the database takes for the present."""

    def __init__(self) -> None:
        self.offset = timedelta()

    @property
    def now(self) -> datetime:
        return datetime.now(UTC) - self.offset

    def set_now(self, now: datetime) -> None:
        """Set the clock; it runs on from there. A time in the future counts as the present."""
        self.offset = max(datetime.now(UTC) - now, timedelta())
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('past.ago', %s, true)", [f"{self.offset.total_seconds()} seconds"])


@contextmanager
def settable_clock() -> Iterator[DatabaseClock]:
    """One transaction, as the app role, with a clock that can be set. It starts at the present."""
    with as_owner(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(CREATE_CLOCK)
        cursor.execute(SELECT_STAMP_DEFAULTS, [STATEMENT_TIMESTAMP])
        stamped = [row[0] for row in cursor.fetchall()]
        _set_defaults(stamped, f"past.{STATEMENT_TIMESTAMP}")
        clock = DatabaseClock()
        clock.set_now(clock.now)
        _enter_past()
        yield clock
        cursor.execute(LEAVE_PAST)
        _set_defaults(stamped, STATEMENT_TIMESTAMP)
        cursor.execute("DROP SCHEMA past CASCADE")


def _enter_past() -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute(ENTER_PAST)
    except ProgrammingError as error:
        hint = f"GRANT {APP_ROLE} TO the role of DATABASE_OWNER_URL, as the embedded PostgreSQL has it"
        raise ImproperlyConfigured(f"The owner may not act as the app role here: {hint}.") from error


def _set_defaults(stamped: list[str], value: str) -> None:
    with connection.cursor() as cursor:
        for alter in stamped:
            cursor.execute(alter + value)
