"""Kill -9 of whatever there is, in the middle of thousands of records: each is counted once, and soon."""

import subprocess
import time
from dataclasses import dataclass

import psycopg
import pytest

from events.kafka import Producer, create_topics
from events.models import Outbox
from tests.events.conftest import ledger_words, make_records, put_in_outbox
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
    """A process that is killed, and started again at once."""

    processes: Processes
    command: tuple[str, ...]

    def __post_init__(self) -> None:
        self.process: subprocess.Popen[bytes] = self.processes.start(*self.command)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process = self.processes.start(*self.command)


def child_command(function: str) -> tuple[str, ...]:
    return ("shell", "--no-imports", "-c", f"from tests.events import child_consumers; child_consumers.{function}()")


def totals(database: Database) -> tuple[int, int]:
    with psycopg.connect(database.url) as link:
        row = link.execute("SELECT n::int, (SELECT count(*)::int FROM counted) FROM total").fetchone()
    assert row
    return row


def put_slowly(kills: dict[int, object]) -> None:
    """All words in fifty transactions, and what is to be done after some of them."""
    for n in range(0, RECORD_COUNT, 100):
        put_in_outbox(*WORDS[n : n + 100])
        time.sleep(0.02)
        if n in kills:
            kills[n]()  # type: ignore[operator]


def test_a_consumer_killed_in_the_middle_counts_each_record_once(
    broker: Broker, ledger: Database, processes: Processes, producer: Producer
) -> None:
    create_topics()
    consumer = RestartingChild(processes, child_command("consume"))
    cuts: list[int] = []
    for n in range(0, RECORD_COUNT, 250):
        producer.send(make_records(*WORDS[n : n + 250]))
        if n in (1000, 2500, 4000):
            before = len(ledger_words())
            wait_until(lambda before=before: len(ledger_words()) > before, seconds=20, every=0.001)
            producer.send(make_records(*[f"{word}+" for word in WORDS[n : n + 250]]))
            consumer.kill()
            cuts.append(len(ledger_words()))

    wait_until(lambda: len(ledger_words()) >= RECORD_COUNT + 750, seconds=30)
    time.sleep(0.5)

    extra = [f"{word}+" for n in (1000, 2500, 4000) for word in WORDS[n : n + 250]]
    assert sorted(ledger_words()) == sorted(WORDS + extra)
    assert all(0 < cut < RECORD_COUNT for cut in cuts)


def test_relay_and_consumer_killed_in_the_middle_lose_and_repeat_nothing(
    broker: Broker, counted: Database, processes: Processes
) -> None:
    relay, consumer = RestartingChild(processes, ("relay",)), RestartingChild(processes, child_command("consume_once"))
    wait_until(lambda: put_in_outbox("first") or totals(counted)[0] > 0, seconds=30, every=0.5)

    put_slowly({1000: relay.kill, 2000: consumer.kill, 3000: relay.kill, 4000: consumer.kill})
    wait_until(lambda: totals(counted)[1] > RECORD_COUNT, seconds=30)

    assert totals(counted) == (RECORD_COUNT + 1, RECORD_COUNT + 1)
    wait_until(lambda: not Outbox.objects.exists(), seconds=10)


def test_a_broker_killed_in_the_middle_and_back_empty_costs_nothing(
    fragile_broker: RestartableBroker, counted: Database, processes: Processes
) -> None:
    for command in (("relay",), child_command("consume_once")):
        RestartingChild(processes, command)
    wait_until(lambda: put_in_outbox("first") or totals(counted)[0] > 0, seconds=30, every=0.5)

    put_slowly({1500: fragile_broker.kill, 2500: fragile_broker.start, 3500: fragile_broker.kill})
    time.sleep(3)  # away for longer than any client waits before it tries again
    fragile_broker.start()
    back = time.monotonic()
    wait_until(lambda: totals(counted)[1] > RECORD_COUNT, seconds=10, every=0.1)
    took = time.monotonic() - back

    assert totals(counted) == (RECORD_COUNT + 1, RECORD_COUNT + 1)
    wait_until(lambda: not Outbox.objects.exists(), seconds=10)
    assert took < 10
