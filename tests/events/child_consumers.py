"""Consumers that the fault tests run in child processes, to kill them."""

from django.db import connection

from events.consumer import run
from events.records import Incoming, Rejected
from events.topics import LISTENS
from tests.events.conftest import write_to_ledger


def consume() -> None:
    """Write every record into the ledger, repeats too."""
    run("listens", lambda: [LISTENS], write_to_ledger)


def consume_once() -> None:
    """Insert each record once, as listens are, and add the number of new records to a total."""

    def count(incoming: list[Incoming]) -> list[Rejected]:
        with connection.cursor() as cursor:
            cursor.execute(
                "WITH fresh AS (INSERT INTO counted SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING RETURNING 1) "
                "UPDATE total SET n = n + (SELECT count(*) FROM fresh)",
                [[(record.value or b"").decode() for record in incoming]],
            )
        return []

    run("listens", lambda: [LISTENS], count)
