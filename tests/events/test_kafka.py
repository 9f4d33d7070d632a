"""The client against both brokers, and against one that is killed and comes back empty."""

import threading
import time
from collections.abc import Iterator

import pytest
from pytest_django import Settings

from events import topics
from events.kafka import Away, Cluster, Producer, create_topics, topic_id
from events.reader import Reader
from events.records import Batch, Position, Record, SendFailure
from events.topics import LISTENS, NOTICES
from tests.events.conftest import make_records
from tests.servers import Broker, RestartableBroker, wait_until


@pytest.fixture
def tail() -> Iterator[Reader]:
    reader = Reader([NOTICES])
    yield reader
    reader.close()


def read(reader: Reader, count: int, seconds: float = 10) -> list[bytes | None]:
    values: list[bytes | None] = []

    def enough() -> bool:
        values.extend(record.value for record in poll_while_away(reader).records)
        return len(values) >= count

    wait_until(enough, seconds=seconds, every=0)
    return values


def poll_while_away(reader: Reader) -> Batch:
    try:
        return reader.poll(0.2)
    except Away:
        time.sleep(0.05)
        return Batch()


def test_topics_are_made_once_with_our_partitions(broker: Broker, settings: Settings) -> None:
    settings.KAFKA_PARTITIONS = 4

    create_topics()
    first = topic_id(LISTENS)
    create_topics()

    cluster = Cluster()
    layout = cluster.layout(topics.TOPICS)
    cluster.close()
    assert (layout.keys(), layout[LISTENS].partitions, layout[NOTICES].partitions, layout[LISTENS].id) == (
        topics.TOPICS.keys(), (0, 1, 2, 3), (0,), first
    )  # fmt: skip


def test_each_record_gets_its_answer(broker: Broker, producer: Producer) -> None:
    create_topics()
    too_large = Record(NOTICES, None, bytes(2_000_000))

    answers = producer.send([Record(NOTICES, None, b"a"), too_large, Record(NOTICES, None, b"b")])

    assert (answers[0], type(answers[1]), answers[2]) == (Position(0, 0), SendFailure, Position(0, 1))


def test_bytes_and_headers_come_as_they_went(broker: Broker, producer: Producer) -> None:
    create_topics()
    sent = [
        Record(LISTENS, b"\xff\0", b"\0\xfe", (("plain", b"one"), ("empty", b""), ("odd", b"\0\xff"))),
        Record(LISTENS, None, b"no key"),
        Record(LISTENS, b"no value", None),
    ]
    producer.send(sent)
    reader = Reader([LISTENS], lambda ids: {})

    got = []
    while len(got) < 3:
        got += [Record(r.topic, r.key, r.value, r.headers) for r in reader.poll(1).records]
    reader.close()

    assert sorted(got, key=repr) == sorted(sent, key=repr)


def test_a_tail_hears_what_is_said_from_now_on(broker: Broker, producer: Producer, tail: Reader) -> None:
    create_topics()
    producer.send(make_records("before", topic=NOTICES))
    tail.poll(0.1)

    producer.send(make_records("after", topic=NOTICES))

    assert read(tail, 1) == [b"after"]


@pytest.mark.parametrize("broker_server", ["kafka"], indirect=True)  # Tansu adds no partitions
def test_a_partition_that_is_added_is_read_too(broker: Broker, producer: Producer) -> None:
    create_topics()
    reader = Reader([LISTENS], lambda ids: {})
    reader.poll(0.1)
    cluster = Cluster()
    cluster._ask(lambda admin: admin.create_partitions({topics.broker_name(LISTENS): 9}))
    wait_until(lambda: len(cluster.layout([LISTENS])[LISTENS].partitions) == 9)
    cluster.close()

    words = [f"w{n}" for n in range(60)]
    answers = producer.send(make_records(*words))

    got = read(reader, 60)
    reader.close()
    assert max(answer.partition for answer in answers if isinstance(answer, Position)) > 2
    assert sorted(set(got)) == sorted(word.encode() for word in words)


def test_without_a_broker_everything_says_so_within_seconds(
    fragile_broker: RestartableBroker, producer: Producer
) -> None:
    fragile_broker.kill()
    threads = threading.active_count()
    start = time.monotonic()

    answers = producer.send(make_records("a", "b"))
    with pytest.raises(Away):
        create_topics()
    with pytest.raises(Away):
        Reader([LISTENS]).poll(0.1)

    assert [type(answer) for answer in answers] == [SendFailure, SendFailure]
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

    said = threading.Event()

    def speak() -> None:
        while any(isinstance(answer, SendFailure) for answer in producer.send(make_records("three", topic=NOTICES))):
            time.sleep(0.1)
        said.set()

    speaker = threading.Thread(target=speak)
    speaker.start()
    heard = read(tail, 1)
    speaker.join()

    assert (heard, said.is_set(), topic_id(NOTICES) == before) == ([b"three"], True, False)
    assert time.monotonic() - start < 10


def test_nobody_makes_a_topic_by_asking_for_it(fragile_broker: RestartableBroker, producer: Producer) -> None:
    create_topics()
    producer.send(make_records("one"))
    reader = Reader([LISTENS], lambda ids: {})
    reader.poll(0.2)
    fragile_broker.kill()
    fragile_broker.start()

    producer.send(make_records("two"))
    reader._feed and reader._feed.poll(1)

    assert topic_id(LISTENS) is None
    reader.close()
