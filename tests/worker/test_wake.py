"""NOTIFY and LISTEN with PostgreSQL itself."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

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


def test_a_notification_arrives_when_its_transaction_commits(committing_db: Database) -> None:
    with Listener("drafts") as listener:
        with transaction.atomic():
            notify("drafts")
            before_commit = listener.wait(0.2)

        assert (before_commit, listener.wait(5), listener.wait(0.1)) == (False, True, False)


def test_a_notification_ends_a_wait_early(committing_db: Database) -> None:
    is_waiting = threading.Event()

    def notify_waiting_listener() -> None:
        is_waiting.wait()
        with psycopg.connect(committing_db.url) as other:
            other.execute("NOTIFY drafts")

    with Listener("drafts") as listener, ThreadPoolExecutor(1) as pool:
        notifying = pool.submit(notify_waiting_listener)
        start = time.monotonic()
        is_waiting.set()
        was_notified = listener.wait(60)
        seconds = time.monotonic() - start
        notifying.result()

    assert was_notified
    assert seconds < 30


def test_many_notifications_wake_once(committing_db: Database) -> None:
    with Listener("drafts", "moments") as listener:
        with transaction.atomic():
            for channel in ["drafts", "moments"] * 20:
                notify(channel)

        assert (listener.wait(5), listener.wait(0.1)) == (True, False)


def test_a_notification_that_was_rolled_back_or_is_for_another_channel_does_not_arrive(committing_db: Database) -> None:
    with Listener("drafts") as listener:
        with transaction.atomic():
            notify("drafts")
            transaction.set_rollback(True)
        notify("moments")

        assert not listener.wait(0.2)


def test_a_reconnection_counts_as_a_notification(committing_db: Database) -> None:
    with Listener("drafts") as listener:
        end_all_other_sessions(committing_db)
        connection.close()

        assert (listener.wait(0.2), listener.wait(0.2), listener.wait(0.2)) == (False, True, False)

        notify("drafts")

        assert listener.wait(5)


def test_a_listener_may_start_while_the_database_is_unavailable(committing_db: Database) -> None:
    host = connection.settings_dict["HOST"]
    connection.settings_dict["HOST"] = "/nowhere"
    try:
        with Listener("drafts") as listener:
            was_notified = listener.wait(0.1)
            connection.settings_dict["HOST"] = host

            assert (was_notified, listener.wait(0.1)) == (False, True)
    finally:
        connection.settings_dict["HOST"] = host
