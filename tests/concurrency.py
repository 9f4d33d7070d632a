"""Run calls at the same time, each in a thread with its own connection, and see who waits for a lock."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection

from tests.servers import wait_until

WAITING_SQL = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"


def run_at_once(*calls: Callable[[], Any]) -> list[Any]:
    """The result of each call, or the exception that it raised. All start at the same moment."""
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            start.wait(10)
            return call()
        except Exception as error:  # noqa: BLE001  # an exception is a result too
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def start_until_blocked(call: Callable[[], Any]) -> Callable[[], Any]:
    """Start `call` in a thread, and return once it waits for a lock that this connection holds.

    Returns a function that waits for the end of the call and returns its result, for after the commit.
    """
    pool = ThreadPoolExecutor(1)
    future = pool.submit(run_at_once, call)
    wait_until(is_waited_for)

    def finish() -> Any:
        [result] = future.result(10)
        pool.shutdown()
        if isinstance(result, Exception):
            raise result
        return result

    return finish


def is_waited_for() -> bool:
    """Whether another connection waits for a lock of this one. In a transaction pg_stat_activity would not change."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING_SQL)
        return bool(cursor.fetchone()[0])
