"""Let one process at a time do something, by an advisory lock of the database."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def hold(*key: int) -> Iterator[bool]:
    """Whether this process has the lock of this key, which is one number or two. It does not wait for it.

    The lock ends with the block, and with the connection, so also with the process.
    """
    numbers = ", ".join(["%s"] * len(key))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_try_advisory_lock({numbers})", key)
        is_ours = cursor.fetchone() == (True,)
        try:
            yield is_ours
        finally:
            if is_ours:
                cursor.execute(f"SELECT pg_advisory_unlock({numbers})", key)
