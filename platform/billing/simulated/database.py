"""Keep what FakeStripe knows in PostgreSQL, so that it survives a restart. One process at a time may have it.

Plain SQL, because the table is outside the schema of Django's models.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import connections
from psycopg.types.json import Jsonb

from billing.simulated.store import Store

LOCK = 5_417_006  # an advisory lock: whoever holds it is the one FakeStripe of this database
LOAD = "SELECT kind, id, body::text FROM simulated_payments.object ORDER BY position"
SAVE = """
INSERT INTO simulated_payments.object (kind, id, body) VALUES (%s, %s, %s)
ON CONFLICT (kind, id) DO UPDATE SET body = EXCLUDED.body
"""
REMOVE = "DELETE FROM simulated_payments.object WHERE kind = %s AND id = %s"


class AlreadyRuns(Exception):
    """Another process is the FakeStripe of this database."""


@contextmanager
def connect() -> Iterator[psycopg.Connection]:
    """A connection that holds the lock until it closes. Several threads may use it, one after the other."""
    made = connections.create_connection("default")
    made.inc_thread_sharing()
    made.ensure_connection()
    connection: psycopg.Connection = made.connection
    try:
        [locked] = connection.execute("SELECT pg_try_advisory_lock(%s)", [LOCK]).fetchone() or [False]
        if not locked:
            raise AlreadyRuns("Simulated payments already run on this database.")
        yield connection
    finally:
        connection.close()


def load(connection: psycopg.Connection) -> Store:
    """Everything that was saved, in the order in which it was made."""
    rows = connection.execute(LOAD).fetchall()
    return Store((kind, identifier, json.loads(body)) for kind, identifier, body in rows)


def save(connection: psycopg.Connection, store: Store) -> None:
    """Write what changed, in one transaction."""
    changes = store.take_changes()
    kept = [(kind, identifier, Jsonb(body)) for kind, identifier, body in changes if body is not None]
    removed = [(kind, identifier) for kind, identifier, body in changes if body is None]
    if changes:
        with connection.transaction(), connection.cursor() as cursor:
            cursor.executemany(SAVE, kept)
            cursor.executemany(REMOVE, removed)
