"""What the event tests share: a table to count in, a sender, and a consumer that stops when it has seen enough."""

from collections.abc import Callable, Iterator

import psycopg
import pytest
from django.db import connection, transaction

from events.consumer import Consumer
from events.kafka import Producer
from events.outbox import Outgoing, put
from events.records import Incoming, Record, Rejected
from events.relay import Relay
from events.topics import LISTENS
from tests.servers import Database, wait_until

type BatchHandler = Callable[[list[Incoming]], list[Rejected]]


@pytest.fixture
def ledger(committing_db: Database) -> Database:
    """A table without any unique key: what is counted twice shows."""
    with psycopg.connect(committing_db.owner_url) as owner:
        owner.execute("CREATE TABLE ledger (id bigserial PRIMARY KEY, word text NOT NULL)")
    return committing_db


@pytest.fixture
def relay(committing_db: Database) -> Iterator[Relay]:
    made = Relay()
    yield made
    made.close()


@pytest.fixture
def producer() -> Iterator[Producer]:
    made = Producer()
    yield made
    made.close()


def put_in_outbox(*words: str, topic: str = LISTENS, rests: bool = True) -> None:
    with transaction.atomic():
        put(Outgoing(topic, word.encode(), word.encode(), rests=rests) for word in words)


def make_records(*words: str, topic: str = LISTENS) -> list[Record]:
    return [Record(topic, word.encode(), word.encode()) for word in words]


def write_to_ledger(incoming: list[Incoming]) -> list[Rejected]:
    """The handler of most tests: a line in the ledger for each record."""
    with connection.cursor() as cursor:
        words = [(record.value or b"").decode() for record in incoming]
        cursor.execute("INSERT INTO ledger (word) SELECT unnest(%s::text[])", [words])
    return []


def ledger_words() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT word FROM ledger ORDER BY id")
        return [word for (word,) in cursor.fetchall()]


def consume_until(consumer: Consumer, *, until: Callable[[], bool], seconds: float = 20) -> None:
    wait_until(lambda: consumer.step() is not None and until(), seconds=seconds, every=0)
