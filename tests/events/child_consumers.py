"""What the fault tests run in processes of their own, to be killed."""

from django.db import connection

from events.consumer import run
from events.records import Incoming, Rejected
from events.topics import LISTENS
from tests.events.conftest import write_to_ledger


def consume() -> None:
    """Count whatever comes, also a repeat."""
    run("listens", [LISTENS], write_to_ledger)


def consume_once() -> None:
    """As the listens do: a repeat is no new record, and the sum counts the new ones."""

    def count(incoming: list[Incoming]) -> list[Rejected]:
        with connection.cursor() as cursor:
            cursor.execute(
                "WITH fresh AS (INSERT INTO counted SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING RETURNING 1) "
                "UPDATE total SET n = n + (SELECT count(*) FROM fresh)",
                [[(record.value or b"").decode() for record in incoming]],
            )
        return []

    run("listens", [LISTENS], count)
