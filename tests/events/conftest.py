"""Fixtures and helpers of the event tests: a ledger to count in, a producer, a relay, and readers."""

from collections.abc import Callable, Iterator
from contextlib import closing
from uuid import UUID

import psycopg
import pytest
from django.db import connection, transaction

from events.consumer import Consumer
from events.kafka import Cluster, Producer
from events.models import StoredOffset
from events.outbox import Outgoing, put
from events.reader import Reader
from events.records import Incoming, Record, Rejected
from events.relay import Relay
from events.topics import LISTENS
from tests.servers import Database, wait_until


@pytest.fixture
def ledger(committing_db: Database) -> Database:
    """A database with a table `ledger` that has no unique key, so that a record counted twice is seen."""
    with psycopg.connect(committing_db.owner_url) as owner:
        owner.execute("CREATE TABLE ledger (id bigserial PRIMARY KEY, word text NOT NULL)")
    return committing_db


@pytest.fixture
def relay(committing_db: Database) -> Iterator[Relay]:
    with closing(Relay()) as relay:
        yield relay


@pytest.fixture
def producer() -> Iterator[Producer]:
    with closing(Producer()) as producer:
        yield producer


def put_in_outbox(*words: str, topic: str = LISTENS, keep_until_counted: bool = True) -> None:
    with transaction.atomic():
        put(Outgoing(topic, word.encode(), word.encode(), keep_until_counted) for word in words)


def make_records(*words: str, topic: str = LISTENS) -> list[Record]:
    return [Record(topic, word.encode(), word.encode()) for word in words]


def write_to_ledger(incoming: list[Incoming]) -> list[Rejected]:
    """The handler of most tests. It inserts a row into the ledger for each record."""
    with connection.cursor() as cursor:
        words = [(record.value or b"").decode() for record in incoming]
        cursor.execute("INSERT INTO ledger (word) SELECT unnest(%s::text[])", [words])
    return []


def ledger_words() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT word FROM ledger ORDER BY id")
        return [word for (word,) in cursor.fetchall()]


def total_of_stored_offsets(consumer: str = "listens") -> int:
    return sum(StoredOffset.objects.filter(consumer=consumer).values_list("next", flat=True))


def consume_until(consumer: Consumer, *, until: Callable[[], bool], seconds: float = 20) -> None:
    wait_until(lambda: consumer.step() is not None and until(), seconds=seconds, every=0)


def read_records(topic: str, count: int = 1) -> list[Incoming]:
    """Read a topic from its beginning until `count` records came."""
    records: list[Incoming] = []

    def poll() -> bool:
        records.extend(reader.poll(0.2).records)
        return len(records) >= count

    with closing(Reader(lambda: [topic], lambda ids: {})) as reader:
        wait_until(poll, every=0)
    return records


def topic_id(name: str) -> UUID | None:
    """Return the broker's id of the topic, or None if there is no such topic."""
    with closing(Cluster()) as cluster:
        metadata = cluster.describe_topics([name]).get(name)
    return metadata.id if metadata else None
