"""One poll, one transaction: against both brokers, with two owners, fences, poison and a database that goes away."""

import threading
from collections.abc import Callable
from contextlib import closing

import psycopg
import pytest
from django.db import connection

from events import consumer as consuming
from events import offsets
from events.consumer import Consumer
from events.kafka import Producer, create_topics
from events.models import DeadLetter, StoredOffset
from events.poison import TooManyFailures
from events.records import Incoming, Rejected
from events.topics import LISTENS, LISTENS_IMPORT
from tests.events.conftest import BatchHandler, consume_until, ledger_words, make_records, write_to_ledger
from tests.servers import Broker, Database


def numbered_words(count: int) -> list[str]:
    return [f"{n:05}" for n in range(count)]


def total_of_stored_offsets() -> int:
    return sum(StoredOffset.objects.filter(consumer="listens").values_list("next", flat=True))


def test_effects_and_offsets_are_stored_together(broker: Broker, ledger: Database, producer: Producer) -> None:
    create_topics()
    producer.send(make_records(*numbered_words(300)) + make_records(*numbered_words(20), topic=LISTENS_IMPORT))

    with closing(Consumer("listens", [LISTENS, LISTENS_IMPORT], write_to_ledger)) as consumer:
        consume_until(consumer, until=lambda: len(ledger_words()) >= 320)

    assert sorted(ledger_words()) == sorted(numbered_words(300) + numbered_words(20))
    assert total_of_stored_offsets() == 320


def test_reading_goes_on_where_it_was_stored(broker: Broker, ledger: Database, producer: Producer) -> None:
    create_topics()
    producer.send(make_records("a", "b"))
    with closing(Consumer("listens", [LISTENS], write_to_ledger)) as consumer:
        consume_until(consumer, until=lambda: len(ledger_words()) == 2)
    producer.send(make_records("c"))

    with closing(Consumer("listens", [LISTENS], write_to_ledger)) as consumer:
        consume_until(consumer, until=lambda: len(ledger_words()) >= 3)

    assert sorted(ledger_words()) == ["a", "b", "c"]


def test_each_consumer_has_its_own_offsets(broker: Broker, ledger: Database, producer: Producer) -> None:
    create_topics()
    producer.send(make_records("a"))

    with closing(Consumer("listens", [LISTENS], write_to_ledger)) as listens:
        consume_until(listens, until=lambda: len(ledger_words()) == 1)
    with closing(Consumer("charts", [LISTENS], write_to_ledger)) as charts:
        consume_until(charts, until=lambda: len(ledger_words()) == 2)

    assert ledger_words() == ["a", "a"]


def test_two_owners_of_the_same_partitions_count_each_record_once(
    broker: Broker, ledger: Database, producer: Producer, caplog: pytest.LogCaptureFixture
) -> None:
    create_topics()
    words = numbered_words(4000)
    sending = threading.Thread(
        target=lambda: [producer.send(make_records(*words[n : n + 100])) for n in range(0, len(words), 100)]
    )
    stop = threading.Event()

    def own() -> None:
        with closing(Consumer("listens", [LISTENS], write_to_ledger, stop=stop)) as consumer:
            while not stop.is_set():
                consumer.step()
        connection.close()

    owners = [threading.Thread(target=own) for _ in range(2)]
    for thread in [*owners, sending]:
        thread.start()
    sending.join()
    with closing(Consumer("onlooker", [LISTENS], lambda incoming: [])) as onlooker:
        consume_until(onlooker, until=lambda: total_of_stored_offsets() >= len(words), seconds=30)
    stop.set()
    for thread in owners:
        thread.join()

    assert sorted(ledger_words()) == words
    assert "listens: somebody else reads ['listens.v1']; reading on from what is stored" in caplog.messages


def test_a_second_owner_is_fenced_and_reads_on_from_what_is_stored(
    broker: Broker, ledger: Database, producer: Producer
) -> None:
    create_topics()
    producer.send(make_records("a", "b"))
    slow, fast = Consumer("listens", [LISTENS], write_to_ledger), Consumer("listens", [LISTENS], write_to_ledger)
    polled = slow._reader.poll(5)
    consume_until(fast, until=lambda: len(ledger_words()) == 2)

    taken = slow._take_in(polled)
    producer.send(make_records("c"))
    consume_until(slow, until=lambda: "c" in ledger_words())

    slow.close()
    fast.close()
    assert (taken, sorted(ledger_words())) == (False, ["a", "b", "c"])


def test_a_handler_that_fails_loses_one_record_and_not_its_batch(
    broker: Broker, ledger: Database, producer: Producer
) -> None:
    create_topics()
    producer.send(make_records(*numbered_words(500)))
    handle = failing_on({"00077", "00400"}, lambda: 1 // 0)

    with closing(Consumer("listens", [LISTENS], handle)) as consumer:
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
        # Deferred: would come with the commit, when nobody could say whose it is.
        ("INSERT INTO pointing SELECT 1", "unexpected IntegrityError 23503"),
        # An OperationalError, but the record's own fault.
        ("INSERT INTO narrow SELECT string_agg(md5(n::text), '') FROM generate_series(1, 1000) n", "unexpected Operat"),
    ],
)
def test_what_the_database_refuses_is_isolated(
    broker: Broker, ledger: Database, producer: Producer, sql: str, reason: str
) -> None:
    with psycopg.connect(ledger.owner_url) as owner:
        owner.execute("CREATE TABLE narrow (word text UNIQUE)")
        owner.execute("CREATE TABLE pointing (n bigint REFERENCES ledger DEFERRABLE INITIALLY DEFERRED)")
        owner.execute("ALTER SEQUENCE ledger_id_seq RESTART 1000")
    create_topics()
    producer.send(make_records(*numbered_words(20)))

    with closing(Consumer("listens", [LISTENS], failing_on({"00011"}, lambda: execute(sql)))) as consumer:
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


def test_a_handler_that_fails_on_everything_stops_the_consumer_and_sets_nothing_aside(
    broker: Broker, ledger: Database, producer: Producer
) -> None:
    create_topics()
    producer.send(make_records(*numbered_words(300)))
    handle = failing_on(set(numbered_words(300)), lambda: 1 // 0)

    with pytest.raises(TooManyFailures, match="20 of the last 20 records failed, 20 in a row"):
        consuming.run("listens", [LISTENS], handle)

    assert (DeadLetter.objects.count(), ledger_words(), StoredOffset.objects.count()) == (0, [], 0)


def test_what_a_handler_rejects_never_stops_it(broker: Broker, ledger: Database, producer: Producer) -> None:
    create_topics()
    producer.send(make_records(*numbered_words(300)))

    def reject(incoming: list[Incoming]) -> list[Rejected]:
        return [Rejected(record, "not JSON") for record in incoming]

    with closing(Consumer("listens", [LISTENS], reject)) as consumer:
        consume_until(consumer, until=lambda: total_of_stored_offsets() >= 300)

    assert DeadLetter.objects.filter(reason="not JSON").count() == 300


def test_a_deadlock_costs_another_try_and_no_record(broker: Broker, ledger: Database, producer: Producer) -> None:
    create_topics()
    producer.send(make_records("a", "b"))
    tries: list[int] = []

    def collide(incoming: list[Incoming]) -> list[Rejected]:
        tries.append(len(incoming))
        if len(tries) < 3:
            execute("DO $$ BEGIN RAISE EXCEPTION 'deadlock detected' USING ERRCODE = '40P01'; END $$")
        return write_to_ledger(incoming)

    with closing(Consumer("listens", [LISTENS], collide)) as consumer:
        consume_until(consumer, until=lambda: len(ledger_words()) >= 2)

    assert (sorted(ledger_words()), DeadLetter.objects.count()) == (["a", "b"], 0)


def test_while_the_database_is_away_the_consumer_waits_and_then_goes_on(
    broker: Broker, ledger: Database, producer: Producer
) -> None:
    create_topics()
    stop = threading.Event()
    words = numbered_words(1000)
    producer.send(make_records(*words[:500]))
    consumer = threading.Thread(target=run_until, args=(stop,), daemon=True)
    consumer.start()
    with psycopg.connect(ledger.owner_url, autocommit=True) as watch:
        wait_for_ledger(watch, 500)

        set_database_away(ledger, away=True)
        producer.send(make_records(*words[500:]))
        stop.wait(1)
        set_database_away(ledger, away=False)
    with psycopg.connect(ledger.owner_url, autocommit=True) as watch:
        wait_for_ledger(watch, 1000)
    stop.set()
    consumer.join()
    connection.close()

    assert (sorted(ledger_words()), DeadLetter.objects.count()) == (words, 0)


def run_until(stop: threading.Event) -> None:
    consuming.run("listens", [LISTENS], write_to_ledger, stop=stop)
    connection.close()


def wait_for_ledger(watch: psycopg.Connection, count: int) -> None:
    for _ in range(1000):
        if watch.execute("SELECT count(*) >= %s FROM ledger", [count]).fetchone() == (True,):
            return
        threading.Event().wait(0.02)
    raise AssertionError(f"{count} were not written")


def set_database_away(database: Database, *, away: bool) -> None:
    """Nobody gets in, whoever is in is thrown out."""
    with psycopg.connect(database.owner_url.replace(database.name, "postgres"), autocommit=True) as owner:
        owner.execute(f"ALTER DATABASE {database.name} ALLOW_CONNECTIONS {'false' if away else 'true'}")
        owner.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename LIKE 'fanfare_%%' AND datname = %s",
            [database.name],
        )


def test_stored_offsets_move_only_from_where_they_are(broker: Broker, ledger: Database, producer: Producer) -> None:
    create_topics()
    producer.send(make_records("a"))
    consumer = Consumer("listens", [LISTENS], write_to_ledger)
    batch = consumer._reader.poll(5)
    consumer.close()

    offsets.advance("listens", batch.spans)
    with pytest.raises(offsets.Fenced):
        offsets.advance("listens", batch.spans)

    assert total_of_stored_offsets() == 1
