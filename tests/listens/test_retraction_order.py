"""Retractions in any order and batch, at the same time as an import, and through Kafka."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog import registration
from config.events import handle_batch
from events import outbox, relay
from events.consumer import Consumer
from events.models import Outbox
from events.records import Incoming
from listens import ingest, retraction
from listens.models import Listen
from tests.listens.factories import NOON, make_fan
from tests.listens.retractions import counts_of_rows, listen_record, minutes, retraction_record, stored_counts
from tests.servers import Broker, Database, wait_until

SONGS = ["Night Train", "Day Train", "Somebody else's"]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["listen", "retract", "replay"]),
        st.integers(0, 3),  # the minute
        st.sampled_from(SONGS),
        st.integers(0, 40),  # when it was accepted
    ),
    max_size=25,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS, st.randoms(use_true_random=False))
def test_counts_equal_the_rows_for_any_batches(db: None, steps: list[tuple[str, int, str, int]], chance: Any) -> None:
    with transaction.atomic():
        ada = registration.add_artist("Ada", "ada", by="system:test")
        for title in SONGS[:2]:
            registration.add_recording(ada, title, by="system:test")
        fan = make_fan("ana")
        earlier: list[Incoming] = []
        retracted: Counter[tuple[int, str]] = Counter()
        while steps:
            size = chance.randint(1, 5)
            batch = []
            for action, minute, title, accepted in steps[:size]:
                if action == "retract":
                    retracted[minute, title] = max(retracted[minute, title], accepted + 1)
                    batch.append(retraction_record(fan, minute, at=accepted, title=title))
                elif action == "listen":
                    batch.append(listen_record(fan, minute, accepted=accepted, title=title))
                elif earlier:
                    batch.append(chance.choice(earlier))
            earlier += batch
            steps = steps[size:]

            assert handle_batch(batch) == []

            assert stored_counts() == counts_of_rows()
            start = NOON + timedelta(minutes=30)
            rows = Listen.objects.values_list("second", "title", "accepted_at")
            kept = [((second - int(NOON.timestamp())) // 60, title, at) for second, title, at in rows]
            assert [row for row in kept if start + timedelta(seconds=retracted[row[:2]] - 1) >= row[2]] == []
        transaction.set_rollback(True)


def test_an_import_stored_at_the_same_time_does_not_escape_the_retraction(committing_db: Database) -> None:
    """Neither transaction sees the rows of the other, so the second must wait for the first."""
    fan = make_fan("ana")
    listen = listen_record(fan, 1, accepted=1)
    imported = Incoming("listens.import.v1", *(getattr(listen, name) for name in listen.__struct_fields__[1:]))
    stored, may_commit = threading.Event(), threading.Event()

    def store_import() -> None:
        with transaction.atomic():
            ingest.ingest_records([imported])
            stored.set()
            may_commit.wait(10)
        connection.close()

    def store_retraction() -> None:
        with transaction.atomic():
            ingest.ingest_records([retraction_record(fan, 1, at=5)])
        connection.close()

    with ThreadPoolExecutor(2) as pool:
        importing = pool.submit(store_import)
        stored.wait(10)
        retracting = pool.submit(store_retraction)
        wait_until(waits_for_a_lock)
        may_commit.set()
        importing.result(10)
        retracting.result(10)

    assert Listen.objects.count() == 0


def waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        return bool(cursor.fetchone()[0])


@pytest.mark.broker
def test_a_retraction_goes_through_kafka_to_the_counts_and_survives_a_replay(
    committing_db: Database, broker: Broker
) -> None:
    ada = registration.add_artist("Ada", "ada", by="system:test")
    registration.add_recording(ada, "Night Train", by="system:test")
    fan = make_fan("ana")
    sender, consumer = relay.Relay(), Consumer("listens", lambda: ["listens.v1", "listens.import.v1"], handle_batch)
    try:
        with transaction.atomic():
            outbox_put([listen_record(fan, 1), listen_record(fan, 2)])
        drain(sender, consumer, lambda: Listen.objects.count() == 2)
        listen = Listen.objects.get(second=int((NOON + timedelta(minutes=1)).timestamp()))

        retraction.retract(listen, by=fan.actor)
        with transaction.atomic():
            outbox_put([listen_record(fan, 1)], topic="listens.import.v1")  # from a backup, accepted long ago
            outbox_put([listen_record(fan, 3)])
        drain(sender, consumer, lambda: Outbox.objects.count() == 0)

        assert (minutes(), stored_counts()) == ([2, 3], counts_of_rows())
    finally:
        sender.close()
        consumer.close()

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM events_storedoffset")  # everything is read once more
    second_consumer = Consumer("listens", lambda: ["listens.v1", "listens.import.v1"], handle_batch)
    try:
        wait_until(lambda: second_consumer.step() is not None and has_read_all(5), seconds=60, every=0)
    finally:
        second_consumer.close()
    assert (minutes(), stored_counts()) == ([2, 3], counts_of_rows())


def outbox_put(records: list[Incoming], topic: str = "listens.v1") -> None:
    outbox.put([outbox.Outgoing(topic, each.key, each.value, keep_until_counted=True) for each in records])


def drain(sender: relay.Relay, consumer: Consumer, done: Callable[[], bool]) -> None:
    wait_until(lambda: (sender.step(), consumer.step()) is not None and done(), seconds=60, every=0)


def has_read_all(records: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(sum(next), 0) FROM events_storedoffset")
        return bool(cursor.fetchone()[0] >= records)
