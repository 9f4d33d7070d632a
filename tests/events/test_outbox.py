"""The outbox and the relay, against both brokers."""

import threading

import psycopg
import pytest
from django.db import connection, transaction
from pytest_django import DjangoAssertNumQueries

from events import topics
from events.consumer import Consumer
from events.kafka import Cluster, create_topics, topic_id
from events.models import Outbox
from events.outbox import Outgoing, TooLarge, put
from events.reader import Reader
from events.relay import Relay
from events.topics import EXPERIENCES, LISTENS
from tests.events.conftest import consume_until, ledger_words, put_in_outbox, write_to_ledger
from tests.servers import Broker, Database, RestartableBroker, wait_until
from worker.wake import Listener


def on_the_topic(topic: str, count: int) -> list[str]:
    reader = Reader([topic], lambda ids: {})
    got: list[str] = []
    for _ in range(40):
        got += [(record.value or b"").decode() for record in reader.poll(0.25).records]
        if len(got) >= count:
            break
    reader.close()
    return sorted(got)


@pytest.mark.django_db
def test_the_outbox_keeps_bytes_order_and_headers() -> None:
    odd = Outgoing(LISTENS, b"\xff\\\t\n", b"\0\\N\\.\n", True, (("a\tb\\\n", b"\0\\\xff\n"), ("ce_id", b"1")))

    put([odd, Outgoing(EXPERIENCES, None, b"", rests=False), Outgoing(LISTENS, b"key", None, rests=True)])

    rows = Outbox.objects.order_by("id")
    kept = [(r.topic, r.key and bytes(r.key), None if r.value is None else bytes(r.value), r.rests) for r in rows]
    assert kept == [
        (LISTENS, odd.key, odd.value, True),
        (EXPERIENCES, None, b"", False),
        (LISTENS, b"key", None, True),
    ]
    assert rows[0].headers == [["a%09b\\%0A", "%00\\%FF%0A"], ["ce_id", "1"]]


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3, 1000])
def test_the_outbox_takes_any_number_at_once(count: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    many = [Outgoing(LISTENS, b"fan", b"%d" % n, rests=True) for n in range(count)]

    with django_assert_num_queries(2):  # COPY, and the call that wakes the relay
        put(many)

    values = [bytes(value) for value in Outbox.objects.order_by("id").values_list("value", flat=True)]
    assert values == [one.value for one in many]


@pytest.mark.django_db
def test_what_no_broker_takes_is_refused_at_once() -> None:
    with pytest.raises(TooLarge):
        put([Outgoing(LISTENS, b"fan", bytes(900_000), rests=True)])
    with pytest.raises(ValueError, match=r"No topic is called listens\.v9"):
        put([Outgoing("listens.v9", b"fan", b"", rests=False)])
    with pytest.raises(ValueError, match=r"Nobody counts experiences\.v1"):
        put([Outgoing(EXPERIENCES, b"fan", b"", rests=True)])

    assert Outbox.objects.count() == 0


def test_the_relay_is_woken_by_the_commit(committing_db: Database) -> None:
    with Listener("outbox") as listener:
        put_in_outbox("a")

        assert listener.wait(2)


def test_outside_a_transaction_nothing_is_put(committing_db: Database) -> None:
    with pytest.raises(RuntimeError, match="in the transaction of what it tells"):
        put([Outgoing(LISTENS, b"fan", b"", rests=True)])


def test_a_listen_rests_until_it_is_counted_and_an_event_goes_once_acknowledged(
    broker: Broker, ledger: Database, relay: Relay
) -> None:
    put_in_outbox("a", "b", "c")
    put_in_outbox("drafted", topic=EXPERIENCES, rests=False)
    consumer = Consumer("listens", [LISTENS], write_to_ledger)

    relay.step()
    resting = [(bytes(row.value), row.topic_id) for row in Outbox.objects.order_by("id")]
    consume_until(consumer, until=lambda: len(ledger_words()) == 3)
    relay.step()
    consumer.close()

    assert resting == [(word, topic_id(LISTENS)) for word in (b"a", b"b", b"c")]
    assert on_the_topic(EXPERIENCES, 1) == ["drafted"]
    assert (Outbox.objects.count(), sorted(ledger_words())) == (0, ["a", "b", "c"])


def test_another_consumer_does_not_count_a_listen(broker: Broker, ledger: Database, relay: Relay) -> None:
    put_in_outbox("a")
    relay.step()
    consumer = Consumer("charts", [LISTENS], write_to_ledger)
    consume_until(consumer, until=lambda: ledger_words() == ["a"])

    relay.step()

    consumer.close()
    assert Outbox.objects.count() == 1


def test_a_row_committed_late_is_not_skipped(broker: Broker, committing_db: Database, relay: Relay) -> None:
    with psycopg.connect(committing_db.url) as slow:
        slow.execute("INSERT INTO events_outbox (topic, key, value, rests) VALUES (%s, 'k', 'late', true)", [LISTENS])
        put_in_outbox("early")
        relay.step()
        slow.commit()

    relay.step()

    values = [bytes(value) for value in Outbox.objects.order_by("id").values_list("value", flat=True)]
    assert (values, on_the_topic(LISTENS, 2)) == ([b"late", b"early"], ["early", "late"])


def test_what_a_topic_forgot_is_sent_again(broker: Broker, ledger: Database, relay: Relay) -> None:
    put_in_outbox("a", "b")
    relay.step()
    before = topic_id(LISTENS)
    forget_the_topic(LISTENS)

    relay.step()
    consumer = Consumer("listens", [LISTENS], write_to_ledger)
    consume_until(consumer, until=lambda: len(ledger_words()) >= 2)
    relay.step()
    consumer.close()

    assert topic_id(LISTENS) != before
    assert (sorted(ledger_words()), Outbox.objects.count()) == (["a", "b"], 0)


def forget_the_topic(name: str) -> None:
    cluster = Cluster()
    cluster._ask(lambda admin: admin.delete_topics([topics.broker_name(name)]))
    wait_until(lambda: not cluster.layout([name]))
    cluster.make_topics()
    cluster.close()


def test_of_two_relays_one_works_and_the_other_takes_over(broker: Broker, committing_db: Database) -> None:
    create_topics()
    first, second = Relay(), Relay()
    steps: list[bool] = []

    def idle() -> None:
        steps.append(second.step())
        connection.close()

    put_in_outbox("a")
    first_did = first.step()
    put_in_outbox("b")
    thread = threading.Thread(target=idle)
    thread.start()
    thread.join()
    untouched = Outbox.objects.filter(topic_id=None).count()
    connection.close()  # as the death of its process would
    thread = threading.Thread(target=idle)
    thread.start()
    thread.join()
    first.close()
    second.close()

    assert (first_did, steps, untouched) == (True, [False, True], 1)
    assert on_the_topic(LISTENS, 2) == ["a", "b"]


def test_a_relay_that_lost_its_session_asks_for_the_lock_again(broker: Broker, committing_db: Database) -> None:
    relay, other = Relay(), psycopg.connect(committing_db.url, autocommit=True)
    put_in_outbox("a")
    relay.step()
    connection.close()
    other.execute("SELECT pg_advisory_lock(%s)", [0x0FA_0001])
    put_in_outbox("b")

    did = relay.step()

    other.close()
    relay.close()
    assert (did, Outbox.objects.filter(topic_id=None).count()) == (False, 1)


def test_while_kafka_is_away_rows_wait(
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

    told = [record.getMessage().split(",")[0] for record in caplog.records if record.name == "events.relay"]
    assert (steps, waiting, due) == ([False] * 20, 1, 1.0)
    assert told == ["Kafka is away", "listens.v1 was made anew: 1 records are sent again", "Kafka is back"]
    assert on_the_topic(LISTENS, 2) == ["a", "b"]


def test_a_large_backlog_goes_in_batches_of_bounded_size(broker: Broker, committing_db: Database, relay: Relay) -> None:
    with transaction.atomic():
        put(Outgoing(EXPERIENCES, b"k", bytes(800_000), rests=False) for _ in range(30))

    sizes = [Outbox.objects.count() for _ in range(4) if relay.step() is not None]

    assert sizes == [9, 0, 0, 0]
