"""The Kafka clients, with both brokers, and with one that is killed and comes back empty."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from pytest_django import Settings

from events import topics
from events.exceptions import BrokerUnavailable
from events.kafka import Cluster, Producer, create_topics
from events.reader import Reader
from events.records import Batch, Position, Record, SendFailure
from events.topics import LISTENS, NOTICES
from tests.events.conftest import make_records, read_records, topic_id
from tests.servers import Broker, RestartableBroker, wait_until


@pytest.fixture
def tail() -> Iterator[Reader]:
    """A reader of new notices."""
    with closing(Reader(lambda: [NOTICES])) as reader:
        yield reader


def read_values(reader: Reader, count: int) -> list[bytes | None]:
    """Poll until `count` records came. Return their values."""
    values: list[bytes | None] = []

    def poll() -> bool:
        values.extend(record.value for record in poll_or_nothing(reader).records)
        return len(values) >= count

    wait_until(poll, every=0)
    return values


def poll_or_nothing(reader: Reader) -> Batch:
    try:
        return reader.poll(0.2)
    except BrokerUnavailable:
        return Batch()


def test_topics_are_created_once_with_our_partitions(broker: Broker, settings: Settings) -> None:
    settings.KAFKA_PARTITIONS = 4

    create_topics()
    first = topic_id(LISTENS)
    create_topics()

    with closing(Cluster()) as cluster:
        metadata = cluster.describe_topics(topics.TOPICS)
    assert (metadata.keys(), metadata[LISTENS].partitions, metadata[NOTICES].partitions, metadata[LISTENS].id) == (
        topics.TOPICS.keys(), (0, 1, 2, 3), (0,), first
    )  # fmt: skip


def test_each_record_gets_its_own_result(broker: Broker, producer: Producer) -> None:
    create_topics()
    too_large = Record(NOTICES, None, bytes(2_000_000))

    results = producer.send([Record(NOTICES, None, b"a"), too_large, Record(NOTICES, None, b"b")])

    assert (results[0], type(results[1]), results[2]) == (Position(0, 0), SendFailure, Position(0, 1))


def test_bytes_and_headers_arrive_as_they_were_sent(broker: Broker, producer: Producer) -> None:
    create_topics()
    sent = [
        Record(LISTENS, b"\xff\0", b"\0\xfe", (("plain", b"one"), ("empty", b""), ("odd", b"\0\xff"))),
        Record(LISTENS, None, b"no key"),
        Record(LISTENS, b"no value", None),
    ]
    producer.send(sent)

    received = [Record(each.topic, each.key, each.value, each.headers) for each in read_records(LISTENS, 3)]

    assert sorted(received, key=repr) == sorted(sent, key=repr)


def test_a_reader_without_stored_positions_starts_at_the_end(broker: Broker, producer: Producer, tail: Reader) -> None:
    create_topics()
    producer.send(make_records("before", topic=NOTICES))
    tail.poll(0.1)

    producer.send(make_records("after", topic=NOTICES))

    assert read_values(tail, 1) == [b"after"]


@pytest.mark.parametrize("broker_server", ["kafka"], indirect=True)  # Tansu adds no partitions
def test_an_added_partition_is_read_too(broker: Broker, producer: Producer) -> None:
    create_topics()
    reader = Reader(lambda: [LISTENS], lambda ids: {})
    reader.poll(0.1)
    with closing(Cluster()) as cluster:
        cluster._call(lambda admin: admin.create_partitions({topics.broker_name(LISTENS): 9}))
        wait_until(lambda: len(cluster.describe_topics([LISTENS])[LISTENS].partitions) == 9)

    words = [f"w{n}" for n in range(60)]
    results = producer.send(make_records(*words))

    values = read_values(reader, 60)
    reader.close()
    assert max(result.partition for result in results if isinstance(result, Position)) > 2
    assert sorted(set(values)) == sorted(word.encode() for word in words)


def test_without_a_broker_every_client_fails_within_seconds(
    fragile_broker: RestartableBroker, producer: Producer
) -> None:
    fragile_broker.kill()
    threads = threading.active_count()
    start = time.monotonic()

    with ThreadPoolExecutor() as pool:
        sending = pool.submit(producer.send, make_records("a", "b"))
        creating, polling = pool.submit(create_topics), pool.submit(Reader(lambda: [LISTENS]).poll, 0.1)
        errors = [creating.exception(), polling.exception()]

    assert [type(result) for result in sending.result()] == [SendFailure, SendFailure]
    assert [type(error) for error in errors] == [BrokerUnavailable, BrokerUnavailable]
    assert time.monotonic() - start < 10
    assert threading.active_count() == threads


def test_a_broker_that_comes_back_empty_is_used_again(
    fragile_broker: RestartableBroker, producer: Producer, tail: Reader
) -> None:
    create_topics()
    before = topic_id(NOTICES)
    producer.send(make_records("one", "two", topic=NOTICES))
    tail.poll(0.1)
    fragile_broker.kill()
    fragile_broker.start()
    start = time.monotonic()

    def send_until_acknowledged() -> None:
        while isinstance(producer.send(make_records("three", topic=NOTICES))[0], SendFailure):
            pass

    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(send_until_acknowledged)
        values = read_values(tail, 1)
        sending.result()

    assert (values, topic_id(NOTICES) == before) == ([b"three"], False)
    assert time.monotonic() - start < 10


def test_clients_do_not_create_topics(fragile_broker: RestartableBroker, producer: Producer) -> None:
    create_topics()
    producer.send(make_records("one"))
    reader = Reader(lambda: [LISTENS], lambda ids: {})
    reader.poll(0.2)
    fragile_broker.kill()
    fragile_broker.start()

    producer.send(make_records("two"))
    reader._partition_reader and reader._partition_reader.poll(1)

    assert topic_id(LISTENS) is None
    reader.close()
