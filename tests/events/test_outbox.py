"""The outbox, and the relay with both brokers."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg
import pytest
from django.db import connection, transaction
from pytest_django import DjangoAssertNumQueries

from events import topics
from events.consumer import Consumer
from events.exceptions import RecordTooLarge
from events.kafka import Cluster, create_topics
from events.models import Outbox, SourceTopic
from events.outbox import Outgoing, put
from events.relay import Relay
from events.topics import EXPERIENCES, LISTENS
from tests.events.conftest import consume_until, ledger_words, put_in_outbox, read_records, topic_id, write_to_ledger
from tests.servers import Broker, Database, RestartableBroker, wait_until
from worker.wake import Listener


def values_on_topic(topic: str, count: int) -> list[str]:
    return sorted((record.value or b"").decode() for record in read_records(topic, count))


@pytest.mark.django_db
def test_the_outbox_keeps_bytes_order_and_headers() -> None:
    odd = Outgoing(LISTENS, b"\xff\\\t\n", b"\0\\N\\.\n", True, (("a\tb\\\n", b"\0\\\xff\n"), ("ce_id", b"1")))

    put(
        [
            odd,
            Outgoing(EXPERIENCES, None, b"", keep_until_counted=False),
            Outgoing(LISTENS, b"key", None, keep_until_counted=True),
        ]
    )

    rows = Outbox.objects.order_by("id")
    kept = [
        (r.topic, r.key and bytes(r.key), None if r.value is None else bytes(r.value), r.keep_until_counted)
        for r in rows
    ]
    assert kept == [
        (LISTENS, odd.key, odd.value, True),
        (EXPERIENCES, None, b"", False),
        (LISTENS, b"key", None, True),
    ]
    assert rows[0].headers == [["a%09b\\%0A", "%00\\%FF%0A"], ["ce_id", "1"]]


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3, 1000])
def test_the_outbox_inserts_any_number_with_two_queries(
    count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    records = [Outgoing(LISTENS, b"fan", b"%d" % n, keep_until_counted=True) for n in range(count)]

    with django_assert_num_queries(2):  # COPY, and the notification that wakes the relay
        put(records)

    values = [bytes(value) for value in Outbox.objects.order_by("id").values_list("value", flat=True)]
    assert values == [record.value for record in records]


@pytest.mark.django_db
def test_records_that_no_broker_accepts_are_refused() -> None:
    with pytest.raises(RecordTooLarge):
        put([Outgoing(LISTENS, b"fan", bytes(900_000), keep_until_counted=True)])
    with pytest.raises(ValueError, match=r"No topic is called listens\.v9"):
        put([Outgoing("listens.v9", b"fan", b"", keep_until_counted=False)])
    with pytest.raises(ValueError, match=r"No consumer counts experiences\.v1"):
        put([Outgoing(EXPERIENCES, b"fan", b"", keep_until_counted=True)])

    assert Outbox.objects.count() == 0


def test_the_commit_wakes_the_relay(committing_db: Database) -> None:
    with Listener("outbox") as listener:
        put_in_outbox("a")

        assert listener.wait(2)


def test_the_outbox_needs_a_transaction(committing_db: Database) -> None:
    with pytest.raises(RuntimeError, match="in the transaction that they report"):
        put([Outgoing(LISTENS, b"fan", b"", keep_until_counted=True)])


def test_a_listen_is_kept_until_counted_and_another_event_until_acknowledged(
    broker: Broker, ledger: Database, relay: Relay
) -> None:
    put_in_outbox("a", "b", "c")
    put_in_outbox("drafted", topic=EXPERIENCES, keep_until_counted=False)
    consumer = Consumer("listens", lambda: [LISTENS], write_to_ledger)

    relay.step()
    kept = [(bytes(row.value), row.topic_id) for row in Outbox.objects.order_by("id")]
    consume_until(consumer, until=lambda: len(ledger_words()) == 3)
    relay.step()
    consumer.close()

    assert kept == [(word, topic_id(LISTENS)) for word in (b"a", b"b", b"c")]
    assert values_on_topic(EXPERIENCES, 1) == ["drafted"]
    assert (Outbox.objects.count(), sorted(ledger_words())) == (0, ["a", "b", "c"])


def test_another_consumer_does_not_count_a_listen(broker: Broker, ledger: Database, relay: Relay) -> None:
    put_in_outbox("a")
    relay.step()
    consumer = Consumer("charts", lambda: [LISTENS], write_to_ledger)
    consume_until(consumer, until=lambda: ledger_words() == ["a"])

    relay.step()

    consumer.close()
    assert Outbox.objects.count() == 1


def test_a_row_committed_late_is_not_skipped(broker: Broker, committing_db: Database, relay: Relay) -> None:
    with psycopg.connect(committing_db.url) as slow:
        slow.execute(
            "INSERT INTO events_outbox (topic, key, value, keep_until_counted) VALUES (%s, 'k', 'late', true)",
            [LISTENS],
        )
        put_in_outbox("early")
        relay.step()
        slow.commit()

    relay.step()

    values = [bytes(value) for value in Outbox.objects.order_by("id").values_list("value", flat=True)]
    assert (values, values_on_topic(LISTENS, 2)) == ([b"late", b"early"], ["early", "late"])


@pytest.mark.parametrize("topic", [LISTENS, "sources.radio.v1"])
def test_records_of_a_lost_topic_are_sent_again(broker: Broker, ledger: Database, relay: Relay, topic: str) -> None:
    SourceTopic.objects.create(name="sources.radio.v1")
    put_in_outbox("a", "b", topic=topic)
    relay.step()
    before = topic_id(topic)
    lose_topic(topic)

    relay.step()
    consumer = Consumer("listens", lambda: [topic], write_to_ledger)
    consume_until(consumer, until=lambda: len(ledger_words()) >= 2)
    relay.step()
    consumer.close()

    assert before not in (None, topic_id(topic))
    assert (sorted(ledger_words()), Outbox.objects.count()) == (["a", "b"], 0)


def lose_topic(name: str) -> None:
    """Delete a topic and create it again, empty, as after a broker has lost its data."""
    with closing(Cluster()) as cluster:
        cluster._call(lambda admin: admin.delete_topics([topics.broker_name(name)]))
        wait_until(lambda: not cluster.describe_topics([name]))
        cluster.describe_or_create_topics([name])


def test_one_of_two_relays_works_and_the_other_takes_over(broker: Broker, committing_db: Database) -> None:
    create_topics()
    first, second = Relay(), Relay()

    put_in_outbox("a")
    first_sent = first.step()
    put_in_outbox("b")
    second_sent = step_in_thread(second)
    unsent = Outbox.objects.filter(topic_id=None).count()
    connection.close()  # the first relay loses its lock, as if its process had ended; PostgreSQL takes a moment
    second_sent_later = wait_until(lambda: step_in_thread(second))
    first.close()
    second.close()

    assert (first_sent, second_sent, second_sent_later, unsent) == (True, False, True, 1)
    assert values_on_topic(LISTENS, 2) == ["a", "b"]


def step_in_thread(relay: Relay) -> bool:
    """Run one step on another database connection."""

    def step() -> bool:
        try:
            return relay.step()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(step).result()


def test_a_relay_that_lost_its_session_needs_the_lock_again(broker: Broker, committing_db: Database) -> None:
    relay, other = Relay(), psycopg.connect(committing_db.url, autocommit=True)
    put_in_outbox("a")
    relay.step()
    connection.close()
    other.execute("SELECT pg_advisory_lock(%s)", [0x0FA_0001])
    put_in_outbox("b")

    sent = relay.step()

    other.close()
    relay.close()
    assert (sent, Outbox.objects.filter(topic_id=None).count()) == (False, 1)


def test_while_kafka_is_unavailable_rows_wait(
    fragile_broker: RestartableBroker, committing_db: Database, relay: Relay, caplog: pytest.LogCaptureFixture
) -> None:
    put_in_outbox("a")
    relay.step()
    fragile_broker.kill()
    put_in_outbox("b")

    steps = [relay.step() for _ in range(20)]
    waiting, due = Outbox.objects.filter(topic_id=None).count(), relay.due()
    fragile_broker.start()
    wait_until(lambda: relay.step() is not None and not Outbox.objects.filter(topic_id=None).exists(), seconds=10)

    messages = [record.getMessage().split(",")[0] for record in caplog.records if record.name == "events.relay"]
    assert (steps, waiting, due) == ([False] * 20, 1, 1.0)
    assert messages == [
        "Kafka is unavailable",
        "listens.v1 was created anew: sending 1 records again",
        "Kafka is available again",
    ]
    assert values_on_topic(LISTENS, 2) == ["a", "b"]


def test_a_large_backlog_is_sent_in_batches_of_limited_size(
    broker: Broker, committing_db: Database, relay: Relay
) -> None:
    with transaction.atomic():
        put(Outgoing(EXPERIENCES, b"k", bytes(800_000), keep_until_counted=False) for _ in range(30))

    sizes = [Outbox.objects.count() for _ in range(4) if relay.step() is not None]

    assert sizes == [9, 0, 0, 0]
