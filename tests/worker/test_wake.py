"""NOTIFY and LISTEN against PostgreSQL itself."""

import threading
import time

import psycopg
from django.db import connection, transaction

from tests.servers import Database
from worker.wake import Listener, notify


def end_all_other_sessions(database: Database) -> None:
    with psycopg.connect(database.url) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename LIKE 'fanfare_%%'"
            " AND datname = %s AND pid <> pg_backend_pid() AND usename = current_user",
            [database.name],
        )


def test_a_call_is_heard_once_its_transaction_commits(committing_db: Database) -> None:
    with Listener("drafts") as listener:
        with transaction.atomic():
            notify("drafts")
            before_commit = listener.wait(0.2)

        assert (before_commit, listener.wait(5), listener.wait(0.1)) == (False, True, False)


def test_a_call_wakes_at_once(committing_db: Database) -> None:
    def call() -> None:
        with psycopg.connect(committing_db.url) as other:
            other.execute("NOTIFY drafts")

    with Listener("drafts") as listener:
        timer = threading.Timer(0.2, call)
        timer.start()
        start = time.monotonic()
        heard = listener.wait(5)
        took = time.monotonic() - start
        timer.join()

    assert heard
    assert took < 1


def test_many_calls_wake_once(committing_db: Database) -> None:
    with Listener("drafts", "moments") as listener:
        with transaction.atomic():
            for channel in ["drafts", "moments"] * 20:
                notify(channel)

        assert (listener.wait(5), listener.wait(0.1)) == (True, False)


def test_a_call_that_was_rolled_back_or_made_elsewhere_is_not_heard(committing_db: Database) -> None:
    with Listener("drafts") as listener:
        with transaction.atomic():
            notify("drafts")
            transaction.set_rollback(True)
        notify("moments")

        assert not listener.wait(0.2)


def test_the_return_of_the_database_counts_as_a_call(committing_db: Database) -> None:
    with Listener("drafts") as listener:
        end_all_other_sessions(committing_db)
        connection.close()

        assert (listener.wait(0.2), listener.wait(0.2), listener.wait(0.2)) == (False, True, False)

        notify("drafts")

        assert listener.wait(5)


def test_a_listener_may_begin_while_the_database_is_away(committing_db: Database) -> None:
    host = connection.settings_dict["HOST"]
    connection.settings_dict["HOST"] = "/nowhere"
    try:
        with Listener("drafts") as listener:
            away = listener.wait(0.1)
            connection.settings_dict["HOST"] = host

            assert (away, listener.wait(0.1)) == (False, True)
    finally:
        connection.settings_dict["HOST"] = host
