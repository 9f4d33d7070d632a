"""Retractions in any order and batch, at the same time as another consumer, and through Kafka."""

from collections.abc import Callable
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
from tests.concurrency import start_until_blocked
from tests.listens.factories import NOON, add_source, listen_event, make_fan, make_incoming
from tests.listens.retractions import (
    counts_of_rows,
    listen_record,
    minutes,
    outbox_records,
    retraction_record,
    stored_counts,
)
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


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS, st.randoms(use_true_random=False))
def test_counts_equal_the_rows_for_any_batches(db: None, steps: list[tuple[str, int, str, int]], chance: Any) -> None:
    with transaction.atomic():
        ada = registration.add_artist("Ada", "ada", by="system:operator")
        for title in SONGS[:2]:
            registration.add_recording(ada, title, by="system:operator")
        fan = make_fan("ana")
        earlier: list[Incoming] = []
        retracted: set[tuple[int, str]] = set()
        while steps:
            size = chance.randint(1, 5)
            batch = []
            for action, minute, title, accepted in steps[:size]:
                if action == "retract":
                    retracted.add((minute, title))
                    batch.append(retraction_record(fan, minute, at=accepted, title=title))
                elif action == "listen":
                    batch.append(listen_record(fan, minute, accepted=accepted, title=title))
                elif earlier:
                    batch.append(chance.choice(earlier))
            earlier += batch
            steps = steps[size:]

            assert handle_batch(batch) == []

            assert stored_counts() == counts_of_rows()
            rows = Listen.objects.values_list("second", "title")
            kept = {((second - int(NOON.timestamp())) // 60, title) for second, title in rows}
            assert kept & retracted == set()
        transaction.set_rollback(True)


def test_what_another_consumer_stores_at_the_same_time_does_not_escape_the_retraction(committing_db: Database) -> None:
    """Neither transaction sees the rows of the other, so the second must wait for the first."""
    fan = make_fan("ana")
    topic = add_source("https://player.example/1", fan)
    with transaction.atomic():
        ingest.ingest_records([listen_record(fan, 1)])
    listen = Listen.objects.get()
    told_again = listen_record(fan, 1, source="https://player.example/1", id="x", topic=topic)
    later = (NOON + timedelta(seconds=62)).isoformat()
    also_told = listen_event(fan.pk, source="https://player.example/1", started_at=later)

    with transaction.atomic():
        ingest.ingest_records([told_again, make_incoming(also_told, topic=topic)])
        finish = start_until_blocked(lambda: retraction.retract(listen, by=fan.actor))
    assert finish() is True
    with transaction.atomic():
        ingest.ingest_records(outbox_records())

    assert Listen.objects.count() == 0


def test_what_comes_through_another_partition_after_the_retraction_stays_away(committing_db: Database) -> None:
    """The consumer of that partition may be ahead of the one that reads the retraction."""
    fan = make_fan("ana")
    topic = add_source("https://player.example/1", fan)
    with transaction.atomic():
        ingest.ingest_records([listen_record(fan, 1)])

    retraction.retract(Listen.objects.get(), by=fan.actor)
    with transaction.atomic():
        told_again = listen_record(fan, 1, source="https://player.example/1", id="x", topic=topic)
        ahead = ingest.ingest_records([told_again])
    with transaction.atomic():
        ingest.ingest_records(outbox_records())

    assert (ahead.listens, ahead.rejected, Listen.objects.count()) == ([], [], 0)


@pytest.mark.broker
def test_a_retraction_goes_through_kafka_to_the_counts_and_survives_a_replay(
    committing_db: Database, broker: Broker
) -> None:
    ada = registration.add_artist("Ada", "ada", by="system:operator")
    registration.add_recording(ada, "Night Train", by="system:operator")
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
