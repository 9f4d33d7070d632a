"""Kill -9 of the relay, the consumer or the broker among thousands of records: each record is counted once."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from events.kafka import Producer, create_topics
from events.models import Outbox
from tests.events.conftest import ledger_words, make_records, put_in_outbox, total_of_stored_offsets
from tests.servers import Broker, Database, Processes, RestartableBroker, wait_until

RECORD_COUNT = 5000
WORDS = [f"{n:05}" for n in range(RECORD_COUNT)]


@pytest.fixture
def counted(committing_db: Database) -> Database:
    with psycopg.connect(committing_db.owner_url) as owner:
        owner.execute("CREATE TABLE counted (word text PRIMARY KEY)")
        owner.execute("CREATE TABLE total AS SELECT 0 AS n")
    return committing_db


@dataclass
class RestartingChild:
    """A process that is started again as soon as it was killed."""

    processes: Processes
    command: tuple[str, ...]

    def __post_init__(self) -> None:
        self.process = self.processes.start(*self.command)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process = self.processes.start(*self.command)


def child_command(function: str) -> tuple[str, ...]:
    return ("shell", "--no-imports", "-c", f"from tests.events import child_consumers; child_consumers.{function}()")


def totals(database: Database) -> tuple[int, int]:
    """Return the sum that the consumer keeps, and the number of rows."""
    with psycopg.connect(database.url) as connection:
        row = connection.execute("SELECT n::int, (SELECT count(*)::int FROM counted) FROM total").fetchone()
    assert row
    return row


def put_words(
    database: Database, kills: dict[int, Callable[[], None]], starts: dict[int, Callable[[], None]] | None = None
) -> None:
    """Put all words in fifty transactions. Kill while the latest words are being counted, and start in between."""
    for n in range(0, RECORD_COUNT, 100):
        before = totals(database)[0]
        put_in_outbox(*WORDS[n : n + 100])
        if n in kills:
            wait_until(lambda before=before: totals(database)[0] > before, seconds=30, every=0.001)
            kills[n]()
        if starts and n in starts:
            starts[n]()


def has_noticed_outage(log: Path) -> bool:
    """Whether the last line about Kafka's availability says that it is unavailable."""
    lines = [line for line in log.read_text().splitlines() if "Kafka is" in line]
    return bool(lines) and "Kafka is unavailable" in lines[-1]


def test_a_consumer_that_is_killed_counts_each_record_once(
    broker: Broker, ledger: Database, processes: Processes, producer: Producer
) -> None:
    create_topics()
    consumer = RestartingChild(processes, child_command("consume"))
    counted_at_kills: list[int] = []
    for n in range(0, RECORD_COUNT, 250):
        producer.send(make_records(*WORDS[n : n + 250]))
        if n in (1000, 2500, 4000):
            before = len(ledger_words())
            wait_until(lambda before=before: len(ledger_words()) > before, seconds=20, every=0.001)
            producer.send(make_records(*[f"{word}+" for word in WORDS[n : n + 250]]))
            consumer.kill()
            counted_at_kills.append(len(ledger_words()))

    extra = [f"{word}+" for n in (1000, 2500, 4000) for word in WORDS[n : n + 250]]
    wait_until(lambda: total_of_stored_offsets() >= len(WORDS + extra), seconds=30)

    assert sorted(ledger_words()) == sorted(WORDS + extra)
    assert all(0 < counted < len(WORDS + extra) for counted in counted_at_kills)


def test_a_relay_and_a_consumer_that_are_killed_lose_and_repeat_nothing(
    broker: Broker, counted: Database, processes: Processes
) -> None:
    relay, consumer = RestartingChild(processes, ("relay",)), RestartingChild(processes, child_command("consume_once"))
    put_in_outbox("first")
    wait_until(lambda: totals(counted)[0] > 0, seconds=30)

    put_words(counted, {1000: relay.kill, 2000: consumer.kill, 3000: relay.kill, 4000: consumer.kill})
    wait_until(lambda: totals(counted)[1] > RECORD_COUNT, seconds=30)

    assert totals(counted) == (RECORD_COUNT + 1, RECORD_COUNT + 1)
    wait_until(lambda: not Outbox.objects.exists(), seconds=10)


def test_a_broker_that_is_killed_and_comes_back_empty_loses_nothing(
    fragile_broker: RestartableBroker, counted: Database, processes: Processes
) -> None:
    for command in (("relay",), child_command("consume_once")):
        RestartingChild(processes, command)
    put_in_outbox("first")
    wait_until(lambda: totals(counted)[0] > 0, seconds=30)

    put_words(counted, {1500: fragile_broker.kill, 3500: fragile_broker.kill}, {2500: fragile_broker.start})
    wait_until(lambda: all(map(has_noticed_outage, processes.logs)), seconds=30)
    time.sleep(1.5)  # longer than a client's longest pause between two attempts, which no log tells
    fragile_broker.start()
    restarted_at = time.monotonic()
    wait_until(lambda: totals(counted)[1] > RECORD_COUNT, seconds=10, every=0.1)
    seconds = time.monotonic() - restarted_at

    assert totals(counted) == (RECORD_COUNT + 1, RECORD_COUNT + 1)
    wait_until(lambda: not Outbox.objects.exists(), seconds=10)
    assert seconds < 10
