"""The consumer with both brokers: offsets, two consumers of a partition, failing records, an unavailable database."""

import threading
from collections.abc import Callable
from contextlib import closing

import psycopg
import pytest
from django.db import connection

from events import consumer as consuming
from events import offsets
from events.consumer import Consumer
from events.exceptions import OffsetConflict, TooManyFailures
from events.kafka import Producer, create_topics
from events.models import DeadLetter, StoredOffset
from events.poison import BatchHandler
from events.records import Incoming, Rejected
from events.topics import LISTENS, LISTENS_IMPORT
from tests.events.conftest import (
    consume_until,
    ledger_words,
    make_records,
    total_of_stored_offsets,
    write_to_ledger,
)
from tests.servers import Broker, Database, wait_until


def numbered_words(count: int) -> list[str]:
    return [f"{n:05}" for n in range(count)]


def test_effects_and_offsets_are_stored_together(broker: Broker, ledger: Database, producer: Producer) -> None:
    create_topics()
    producer.send(make_records(*numbered_words(300)) + make_records(*numbered_words(20), topic=LISTENS_IMPORT))

    with closing(Consumer("listens", lambda: [LISTENS, LISTENS_IMPORT], write_to_ledger)) as consumer:
        consume_until(consumer, until=lambda: len(ledger_words()) >= 320)

    assert sorted(ledger_words()) == sorted(numbered_words(300) + numbered_words(20))
    assert total_of_stored_offsets() == 320


def test_reading_continues_at_the_stored_offset(broker: Broker, ledger: Database, producer: Producer) -> None:
    create_topics()
    producer.send(make_records("a", "b"))
    with closing(Consumer("listens", lambda: [LISTENS], write_to_ledger)) as consumer:
        consume_until(consumer, until=lambda: len(ledger_words()) == 2)
    producer.send(make_records("c"))

    with closing(Consumer("listens", lambda: [LISTENS], write_to_ledger)) as consumer:
        consume_until(consumer, until=lambda: len(ledger_words()) >= 3)

    assert sorted(ledger_words()) == ["a", "b", "c"]


def test_each_consumer_has_its_own_offsets(broker: Broker, ledger: Database, producer: Producer) -> None:
    create_topics()
    producer.send(make_records("a"))

    with closing(Consumer("listens", lambda: [LISTENS], write_to_ledger)) as listens:
        consume_until(listens, until=lambda: len(ledger_words()) == 1)
    with closing(Consumer("charts", lambda: [LISTENS], write_to_ledger)) as charts:
        consume_until(charts, until=lambda: len(ledger_words()) == 2)

    assert ledger_words() == ["a", "a"]


def test_two_consumers_of_the_same_partitions_count_each_record_once(
    broker: Broker, ledger: Database, producer: Producer, caplog: pytest.LogCaptureFixture
) -> None:
    create_topics()
    words = numbered_words(4000)
    sending = threading.Thread(
        target=lambda: [producer.send(make_records(*words[n : n + 100])) for n in range(0, len(words), 100)]
    )
    stop = threading.Event()

    def consume() -> None:
        with closing(Consumer("listens", lambda: [LISTENS], write_to_ledger, stop=stop)) as consumer:
            while not stop.is_set():
                consumer.step()
        connection.close()

    consumers = [threading.Thread(target=consume) for _ in range(2)]
    for thread in [*consumers, sending]:
        thread.start()
    sending.join()
    wait_until(lambda: total_of_stored_offsets() >= len(words), seconds=30)
    stop.set()
    for thread in consumers:
        thread.join()

    assert sorted(ledger_words()) == words
    assert (
        "listens: another process has stored offsets of listens.v1; reading again from the stored offsets"
        in caplog.messages
    )


def test_a_second_consumer_of_a_partition_reads_on_from_the_stored_offset(
    broker: Broker, ledger: Database, producer: Producer
) -> None:
    create_topics()
    producer.send(make_records("a", "b"))
    slow, fast = (
        Consumer("listens", lambda: [LISTENS], write_to_ledger),
        Consumer("listens", lambda: [LISTENS], write_to_ledger),
    )
    polled = slow._reader.poll(5)
    consume_until(fast, until=lambda: len(ledger_words()) == 2)

    committed = slow._commit_with_retries(polled)
    producer.send(make_records("c"))
    consume_until(slow, until=lambda: "c" in ledger_words())

    slow.close()
    fast.close()
    assert (committed, sorted(ledger_words())) == (False, ["a", "b", "c"])


def test_a_failing_handler_loses_one_record_and_not_its_batch(
    broker: Broker, ledger: Database, producer: Producer
) -> None:
    create_topics()
    producer.send(make_records(*numbered_words(500)))
    handle = failing_on({"00077", "00400"}, lambda: 1 // 0)

    with closing(Consumer("listens", lambda: [LISTENS], handle)) as consumer:
        consume_until(consumer, until=lambda: total_of_stored_offsets() >= 500)

    letters = [(bytes(letter.value), letter.reason) for letter in DeadLetter.objects.order_by("value")]
    reason = "unexpected ZeroDivisionError: integer division or modulo by zero"
    assert letters == [(b"00077", reason), (b"00400", reason)]
    assert sorted(ledger_words()) == [word for word in numbered_words(500) if word not in {"00077", "00400"}]


@pytest.mark.parametrize("broker_server", ["tansu"], indirect=True)
@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("INSERT INTO ledger (word) VALUES (NULL)", "unexpected IntegrityError 23502"),
        ("SELECT 'x'::int", "unexpected DataError 22P02"),
        # Deferred: without a check it would fail at commit, too late to find the record.
        ("INSERT INTO pointing SELECT 1", "unexpected IntegrityError 23503"),
        # Raised as OperationalError, although it is the record's fault.
        ("INSERT INTO narrow SELECT string_agg(md5(n::text), '') FROM generate_series(1, 1000) n", "unexpected Operat"),
    ],
)
def test_a_record_that_the_database_refuses_is_isolated(
    broker: Broker, ledger: Database, producer: Producer, sql: str, reason: str
) -> None:
    with psycopg.connect(ledger.owner_url) as owner:
        owner.execute("CREATE TABLE narrow (word text UNIQUE)")
        owner.execute("CREATE TABLE pointing (n bigint REFERENCES ledger DEFERRABLE INITIALLY DEFERRED)")
        owner.execute("ALTER SEQUENCE ledger_id_seq RESTART 1000")
    create_topics()
    producer.send(make_records(*numbered_words(20)))

    with closing(Consumer("listens", lambda: [LISTENS], failing_on({"00011"}, lambda: execute(sql)))) as consumer:
        consume_until(consumer, until=lambda: total_of_stored_offsets() >= 20)

    letter = DeadLetter.objects.get()
    assert (bytes(letter.value or b""), letter.reason[: len(reason)]) == (b"00011", reason)
    assert len(ledger_words()) == 19


def failing_on(poison: set[str], fail: Callable[[], object]) -> BatchHandler:
    def handle(incoming: list[Incoming]) -> list[Rejected]:
        write_to_ledger(incoming)
        if any((record.value or b"").decode() in poison for record in incoming):
            fail()
        return []

    return handle


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def test_a_handler_that_fails_on_everything_stops_the_consumer_without_dead_letters(
    broker: Broker, ledger: Database, producer: Producer
) -> None:
    create_topics()
    producer.send(make_records(*numbered_words(300)))
    handle = failing_on(set(numbered_words(300)), lambda: 1 // 0)

    with pytest.raises(TooManyFailures, match="20 of the last 20 records failed, 20 in a row"):
        consuming.run("listens", lambda: [LISTENS], handle)

    assert (DeadLetter.objects.count(), ledger_words(), StoredOffset.objects.count()) == (0, [], 0)


def test_rejected_records_never_stop_the_consumer(broker: Broker, ledger: Database, producer: Producer) -> None:
    create_topics()
    producer.send(make_records(*numbered_words(300)))

    def reject(incoming: list[Incoming]) -> list[Rejected]:
        return [Rejected(record, "not JSON") for record in incoming]

    with closing(Consumer("listens", lambda: [LISTENS], reject)) as consumer:
        consume_until(consumer, until=lambda: total_of_stored_offsets() >= 300)

    assert DeadLetter.objects.filter(reason="not JSON").count() == 300


def test_after_a_deadlock_the_batch_is_tried_again(broker: Broker, ledger: Database, producer: Producer) -> None:
    create_topics()
    producer.send(make_records("a", "b"))
    attempts: list[int] = []

    def collide(incoming: list[Incoming]) -> list[Rejected]:
        attempts.append(len(incoming))
        if len(attempts) < 3:
            execute("DO $$ BEGIN RAISE EXCEPTION 'deadlock detected' USING ERRCODE = '40P01'; END $$")
        return write_to_ledger(incoming)

    with closing(Consumer("listens", lambda: [LISTENS], collide)) as consumer:
        consume_until(consumer, until=lambda: len(ledger_words()) >= 2)

    assert (sorted(ledger_words()), DeadLetter.objects.count()) == (["a", "b"], 0)


def test_a_consumer_continues_when_the_database_is_available_again(
    broker: Broker, ledger: Database, producer: Producer, caplog: pytest.LogCaptureFixture
) -> None:
    create_topics()
    stop = threading.Event()
    words = numbered_words(1000)
    producer.send(make_records(*words[:500]))
    consumer = threading.Thread(target=run_until, args=(stop,), daemon=True)
    consumer.start()
    wait_until(lambda: len(ledger_words()) == 500)

    connection.close()
    set_database_available(ledger, available=False)
    producer.send(make_records(*words[500:]))
    wait_until(lambda: "The database is unavailable, trying again" in caplog.text)
    set_database_available(ledger, available=True)
    wait_until(lambda: len(ledger_words()) >= 1000)
    stop.set()
    consumer.join()

    assert (sorted(ledger_words()), DeadLetter.objects.count()) == (words, 0)


def run_until(stop: threading.Event) -> None:
    consuming.run("listens", lambda: [LISTENS], write_to_ledger, stop=stop)
    connection.close()


def set_database_available(database: Database, *, available: bool) -> None:
    """Allow or refuse connections, and end the existing ones."""
    with psycopg.connect(database.owner_url.replace(database.name, "postgres"), autocommit=True) as owner:
        owner.execute(f"ALTER DATABASE {database.name} ALLOW_CONNECTIONS {'true' if available else 'false'}")
        owner.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename LIKE 'fanfare_%%' AND datname = %s",
            [database.name],
        )


def test_stored_offsets_move_only_from_where_they_are(broker: Broker, ledger: Database, producer: Producer) -> None:
    create_topics()
    producer.send(make_records("a"))
    consumer = Consumer("listens", lambda: [LISTENS], write_to_ledger)
    batch = consumer._reader.poll(5)
    consumer.close()

    offsets.advance("listens", batch.offset_ranges)
    with pytest.raises(OffsetConflict):
        offsets.advance("listens", batch.offset_ranges)

    assert total_of_stored_offsets() == 1
