"""How fast listens are taken in: ours, beside a bare poll loop of kafka-python and beside the Django idiom.

make bench-ingest            (python manage.py embedded -- python benchmarks/ingest.py [EVENTS])
"""

import sys
import uuid
from collections.abc import Callable
from functools import partial
from statistics import mean

import frame
import idiom
import listeners
import psycopg
from django.conf import settings
from frame import Run, Watch
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition

from config.events import CONSUMER, TOPICS, handle
from events import kafka, topics
from events.consumer import Consumer
from events.poison import Handle
from events.records import Incoming, Position, Record, Rejected
from fans.models import Engagement
from listens.models import Listen

EVENTS = 20_000
EMPTY = (
    "TRUNCATE listens_listen, fans_engagement, fans_recordingengagement, artists_moment, events_storedoffset CASCADE"
)
TARGETS = {"share_of_bare": 0.25, "times_django": 5.0}
OURS, BARE, DJANGO = "ours", "bare kafka-python poll loop", "Django idiom"
WORK = """\
Each event has {size:.0f} bytes. Ours and the Django idiom: poll, decode, validate, admit source and fan, transport and
exact dedupe, match, store, aggregate by artist and by recording, notice moments, offsets; one transaction a poll, into
empty tables. No near-duplicate check yet. The bare loop polls the same records and drops them. PostgreSQL and
the broker share the machine. Counted from the first batch on; {repeats} rounds in turn, medians."""


def bare(events: int) -> Run:
    """What the client library can do at most, set up as ours is."""
    consumer = KafkaConsumer(
        bootstrap_servers=settings.KAFKA_BOOTSTRAP_SERVERS,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_poll_records=5000,
        max_partition_fetch_bytes=4 * 1024 * 1024,
        fetch_max_wait_ms=settings.KAFKA_FETCH_MAX_WAIT_MS,
        metrics_enabled=False,
    )
    topic = topics.name(topics.LISTENS)
    consumer.assign([TopicPartition(topic, n) for n in consumer.partitions_for_topic(topic)])
    consumer.seek_to_beginning()
    watch, seen = Watch(), 0
    while seen < events:
        polled = consumer.poll(500)
        if polled:
            count = sum(map(len, polled.values()))
            seen += count
            watch.note(count)
    consumer.close()
    return watch.run()


def taken_in(step: Handle, owner_url: str, records: list[Record]) -> Run:
    """Our consumer with this batch step, from the first record to the last; then whether all of it is there."""
    with psycopg.connect(owner_url) as owner:
        owner.execute(EMPTY)
    seen = 0

    def counting(batch: list[Incoming]) -> list[Rejected]:
        nonlocal seen
        seen += len(batch)
        return step(batch)

    consumer = Consumer(CONSUMER, TOPICS, counting)
    watch, before = Watch(), 0
    while seen < len(records):
        consumer.step()
        if seen > before:
            watch.note(seen - before)
            before = seen
    consumer.close()
    _check({record.value for record in records})
    return watch.run()


def _check(told: set[bytes | None]) -> None:
    counted = sum(Engagement.objects.values_list("listens", flat=True))
    if not Listen.objects.count() == counted == len(told):
        raise SystemExit(f"{len(told)} listens were told, {Listen.objects.count()} stored, {counted} counted.")


def produce(records: list[Record]) -> None:
    producer = kafka.Producer()
    for start in range(0, len(records), 2_000):
        answers = producer.send(records[start : start + 2_000])
        if not all(isinstance(answer, Position) for answer in answers):
            raise SystemExit(f"The broker did not take everything: {answers[0]}")
    producer.close()


def measure(name: str, records: list[Record], owner_url: str) -> dict[str, float]:
    """All sides over the same records, which lie in topics of their own."""
    settings.KAFKA_TOPIC_PREFIX = f"bench-{uuid.uuid4().hex[:8]}."
    kafka.make_topics()
    try:
        produce(records)
        sides: dict[str, Callable[[], Run]] = {
            BARE: partial(bare, len(records)),
            OURS: partial(taken_in, handle, owner_url, records),
            DJANGO: partial(taken_in, idiom.handle, owner_url, records),
        }
        runs = frame.take_turns(sides)
    finally:
        forget_topics()
    frame.table(f"{name}: {len(records):,} events", runs)
    ours = frame.median(runs[OURS], "rate")
    share, times = ours / frame.median(runs[BARE], "rate"), ours / frame.median(runs[DJANGO], "rate")
    frame.ratio("share of the bare poll loop", share, TARGETS["share_of_bare"])
    frame.ratio("times the Django idiom", times, TARGETS["times_django"])
    return {"listens_a_second": ours, "share_of_bare": share, "times_django": times}


def forget_topics() -> None:
    admin = KafkaAdminClient(bootstrap_servers=settings.KAFKA_BOOTSTRAP_SERVERS)
    admin.delete_topics([topics.name(topic) for topic in topics.TOPICS])
    admin.close()


def main(events: int) -> None:
    with frame.own_database() as owner_url:
        songs, people = listeners.catalogue(), listeners.fans()
        listeners.programs_of(songs, people)
        figures: dict[str, float] = {}
        for name, skewed in (("uniform", False), ("skewed", True)):
            records = listeners.played(events, songs, people, skewed=skewed)
            if not figures:
                size = mean(len(record.value or b"") for record in records)
                print(WORK.format(size=size, repeats=frame.REPEATS))
            found = measure(f"{name} fans", records, owner_url)
            figures |= {f"{figure}_{name}": value for figure, value in found.items()}
    for target in TARGETS:  # the worse of the two is the figure
        figures[target] = min(figures[f"{target}_uniform"], figures[f"{target}_skewed"])
    frame.verdict("ingest", figures, TARGETS)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else EVENTS)
