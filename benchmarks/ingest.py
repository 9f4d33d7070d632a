"""Measure how fast listens are stored: by us, by a bare poll loop of kafka-python, and with Django's ORM.

make bench-ingest            (python manage.py embedded -- python benchmarks/ingest.py [EVENTS])
"""

import sys
import uuid
from collections.abc import Callable
from functools import partial
from statistics import mean

import harness
import ingest_dataset
import orm_baseline
import psycopg
from django.conf import settings
from harness import Run, Stopwatch
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition

from config.database import owner_url, temporary_database
from config.events import CONSUMER_NAME, consumed_topics, handle_batch
from events import kafka, topics
from events.consumer import Consumer
from events.poison import BatchHandler
from events.records import Incoming, Position, Record, Rejected
from fans.models import Engagement
from listens.models import Listen

EVENT_COUNT = 20_000
EMPTY_TABLES = (
    "TRUNCATE listens_listen, fans_engagement, fans_recordingengagement, artists_moment, events_storedoffset CASCADE"
)
TARGETS = {"share_of_bare": 0.25, "times_django": 5.0}
OURS, BARE_POLL, DJANGO = "ours", "bare kafka-python poll loop", "Django idiom"
DESCRIPTION = """\
Each event has {size:.0f} bytes. Ours and the Django idiom: poll, decode, validate, admit source and fan, transport and
exact dedupe, match, store, aggregate by artist and by recording, notice moments, offsets; one transaction a poll, into
empty tables. The idiom looks for no duplicates. The bare loop polls the same records and drops them. PostgreSQL and
the broker share the machine. Counted from the first batch on; {repeats} rounds in turn, medians."""


def measure_bare_poll(events: int) -> Run:
    """Poll the records and drop them, with our settings: the most that kafka-python can do."""
    consumer = KafkaConsumer(
        bootstrap_servers=settings.KAFKA_BOOTSTRAP_SERVERS,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_poll_records=5000,
        max_partition_fetch_bytes=4 * 1024 * 1024,
        fetch_max_wait_ms=settings.KAFKA_FETCH_MAX_WAIT_MS,
        metrics_enabled=False,
    )
    topic = topics.broker_name(topics.LISTENS)
    consumer.assign([TopicPartition(topic, n) for n in consumer.partitions_for_topic(topic)])
    consumer.seek_to_beginning()
    watch, seen = Stopwatch(), 0
    while seen < events:
        polled = consumer.poll(500)
        if polled:
            count = sum(map(len, polled.values()))
            seen += count
            watch.note(count)
    consumer.close()
    return watch.run()


def measure_consumer(handle: BatchHandler, owner_url: str, records: list[Record]) -> Run:
    """Run our consumer with this batch handler over all records. Then check that all are stored and counted."""
    with psycopg.connect(owner_url) as owner:
        owner.execute(EMPTY_TABLES)
    seen = 0

    def count_and_handle(batch: list[Incoming]) -> list[Rejected]:
        nonlocal seen
        seen += len(batch)
        return handle(batch)

    consumer = Consumer(CONSUMER_NAME, consumed_topics, count_and_handle)
    watch, before = Stopwatch(), 0
    while seen < len(records):
        consumer.step()
        if seen > before:
            watch.note(seen - before)
            before = seen
    consumer.close()
    _check({record.value for record in records})
    return watch.run()


def _check(produced: set[bytes | None]) -> None:
    """Every listen is stored once, and counted or a duplicate of a counted one."""
    counted = sum(Engagement.objects.values_list("listens", flat=True))
    stored, duplicates = Listen.objects.count(), Listen.objects.filter(duplicate_of__isnull=False).count()
    if not stored == counted + duplicates == len(produced):
        raise SystemExit(f"{len(produced)} listens were produced, {stored} stored, {counted} counted.")


def produce(records: list[Record]) -> None:
    producer = kafka.Producer()
    for start in range(0, len(records), 2_000):
        results = producer.send(records[start : start + 2_000])
        if not all(isinstance(result, Position) for result in results):
            raise SystemExit(f"The broker did not acknowledge everything: {results[0]}")
    producer.close()


def measure_sides(name: str, records: list[Record], owner_url: str) -> dict[str, float]:
    """Measure all sides with the same records, in topics of their own."""
    settings.KAFKA_TOPIC_PREFIX = f"bench-{uuid.uuid4().hex[:8]}."
    kafka.create_topics()
    try:
        produce(records)
        sides: dict[str, Callable[[], Run]] = {
            BARE_POLL: partial(measure_bare_poll, len(records)),
            OURS: partial(measure_consumer, handle_batch, owner_url, records),
            DJANGO: partial(measure_consumer, orm_baseline.handle_batch, owner_url, records),
        }
        runs = harness.run_in_turn(sides)
    finally:
        delete_topics()
    harness.print_table(f"{name}: {len(records):,} events", runs)
    ours = harness.median(runs[OURS], "rate")
    share, times = ours / harness.median(runs[BARE_POLL], "rate"), ours / harness.median(runs[DJANGO], "rate")
    harness.print_ratio("share of the bare poll loop", share, TARGETS["share_of_bare"])
    harness.print_ratio("times the Django idiom", times, TARGETS["times_django"])
    return {"listens_a_second": ours, "share_of_bare": share, "times_django": times}


def delete_topics() -> None:
    admin = KafkaAdminClient(bootstrap_servers=settings.KAFKA_BOOTSTRAP_SERVERS)
    admin.delete_topics([topics.broker_name(topic) for topic in topics.TOPICS])
    admin.close()


def main(events: int) -> None:
    with temporary_database("bench"):
        address = owner_url()
        songs, people = ingest_dataset.create_catalogue(), ingest_dataset.create_fans()
        ingest_dataset.create_programs(songs, people)
        figures: dict[str, float] = {}
        for name, skewed in (("uniform", False), ("skewed", True)):
            records = ingest_dataset.make_listen_records(events, songs, people, skewed=skewed)
            if not figures:
                size = mean(len(record.value or b"") for record in records)
                print(DESCRIPTION.format(size=size, repeats=harness.REPEATS))
            measured = measure_sides(f"{name} fans", records, address)
            figures |= {f"{figure}_{name}": value for figure, value in measured.items()}
    for target in TARGETS:  # the worse of the two counts
        figures[target] = min(figures[f"{target}_uniform"], figures[f"{target}_skewed"])
    harness.print_verdict("ingest", figures, TARGETS)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else EVENT_COUNT)
