"""Dead letters keep a record's bytes, and a replay sends them unchanged."""

from contextlib import closing

import pytest
from kafka import KafkaProducer

from audit.actors import SystemActor
from audit.models import Entry
from events import dead_letters, topics
from events.cloudevents import decode
from events.consumer import Consumer
from events.exceptions import NotReplayable, UnreadableEvent
from events.kafka import Producer, create_topics
from events.kafka_client import open_client
from events.models import DeadLetter, Outbox, StoredOffset
from events.records import Incoming, Record, Rejected
from events.relay import Relay
from events.topics import DEAD_LISTENS, LISTENS
from tests.events.conftest import consume_until, ledger_words, make_records, read_records, write_to_ledger
from tests.servers import Broker, Database

HEADERS = (("ce_id", b"7"), ("odd\0%", b"\0\xff%41"))
UNREADABLE = Record(LISTENS, b"\xff fan", b"\0 not JSON \xff", HEADERS)


def readable_only(incoming: list[Incoming]) -> list[Rejected]:
    readable, rejected = [], []
    for record in incoming:
        try:
            decode(record)
            readable.append(record)
        except UnreadableEvent as reason:
            rejected.append(Rejected(record, str(reason)))
    write_to_ledger(readable)
    return rejected


def consume_into_dead_letters(sent: Record, producer: Producer) -> DeadLetter:
    create_topics()
    producer.send([sent])
    with closing(Consumer("listens", lambda: [LISTENS], readable_only)) as consumer:
        consume_until(consumer, until=DeadLetter.objects.exists)
    return DeadLetter.objects.get()


def test_an_unreadable_record_becomes_a_dead_letter_and_the_others_are_processed(
    broker: Broker, ledger: Database, producer: Producer
) -> None:
    create_topics()
    event = b'{"specversion":"1.0","id":"1","source":"/s","type":"t"}'
    producer.send([Record(LISTENS, b"fan", event), UNREADABLE, Record(LISTENS, b"fan", event)])

    with closing(Consumer("listens", lambda: [LISTENS], readable_only)) as consumer:
        consume_until(consumer, until=lambda: len(ledger_words()) == 2 and DeadLetter.objects.exists())

    letter = DeadLetter.objects.get()
    kept = (bytes(letter.key or b""), bytes(letter.value or b""), letter.headers, letter.reason, letter.topic)
    assert kept == (
        UNREADABLE.key,
        UNREADABLE.value,
        [["ce_id", "7"], ["odd%00%25", "%00%FF%2541"]],
        "not a CloudEvent: JSON is malformed: invalid character (byte 0)",
        LISTENS,
    )


def test_the_copy_on_the_dead_letter_topic_has_reason_and_position(
    broker: Broker, ledger: Database, producer: Producer, relay: Relay
) -> None:
    letter = consume_into_dead_letters(UNREADABLE, producer)

    relay.step()

    mirror = read_records(DEAD_LISTENS)[0]
    assert (mirror.key, mirror.value, mirror.headers[:2]) == (UNREADABLE.key, UNREADABLE.value, HEADERS)
    assert mirror.headers[2:] == (
        ("dead_reason", letter.reason.encode()),
        ("dead_topic", b"listens.v1"),
        ("dead_partition", str(letter.partition).encode()),
        ("dead_offset", b"0"),
    )


def test_a_replay_sends_the_original_bytes_again_but_only_once(
    broker: Broker, ledger: Database, producer: Producer, relay: Relay
) -> None:
    letter = consume_into_dead_letters(UNREADABLE, producer)

    dead_letters.replay(letter, by=SystemActor.OPERATOR)
    with pytest.raises(NotReplayable, match="replayed already"):
        dead_letters.replay(letter, by=SystemActor.OPERATOR)
    relay.step()

    original, repeat = read_records(LISTENS, 2)
    assert (repeat.key, repeat.value, repeat.headers) == (original.key, original.value, original.headers)
    entries = Entry.objects.values_list("action", "actor", "subject", "facts")
    position = {"topic": LISTENS, "partition": letter.partition, "offset": 0}
    assert list(entries) == [("dead_letter.replayed", SystemActor.OPERATOR, f"dead_letter:{letter.pk}", position)]


def test_a_second_replay_needs_again(broker: Broker, ledger: Database, producer: Producer) -> None:
    letter = consume_into_dead_letters(UNREADABLE, producer)
    dead_letters.replay(letter, by=SystemActor.OPERATOR)

    dead_letters.replay(letter, by=SystemActor.COMMAND, again=True)

    assert Outbox.objects.filter(topic=LISTENS, keep_until_counted=True).count() == 2


def test_a_very_large_value_is_shortened_and_cannot_be_replayed(
    broker: Broker, ledger: Database, producer: Producer
) -> None:
    letter = consume_into_dead_letters(Record(LISTENS, b"fan", b"x" * 500_000), producer)

    with pytest.raises(NotReplayable, match="Only the beginning"):
        dead_letters.replay(letter, by=SystemActor.OPERATOR)

    assert (len(letter.value or b""), letter.is_complete) == (65536, False)


def test_very_large_headers_are_left_out_of_the_copy(
    broker: Broker, ledger: Database, producer: Producer, relay: Relay
) -> None:
    letter = consume_into_dead_letters(
        Record(LISTENS, b"k" * 400_000, b"no event", (("h", b"\xff" * 590_000),)), producer
    )

    with pytest.raises(NotReplayable, match="too large"):
        dead_letters.replay(letter, by=SystemActor.OPERATOR)
    relay.step()

    mirror = read_records(DEAD_LISTENS)[0]
    assert (mirror.key, mirror.value, mirror.headers[0][0]) == (None, b"no event", "dead_reason")
    assert (len(letter.key or b""), DeadLetter.objects.get().replayed_at) == (400_000, None)


class UndecodableName(str):
    """A header name that other clients can send, and that ours cannot decode."""

    __slots__ = ()

    def encode(self, *args: str) -> bytes:
        return b"\xff\xfe"


def test_a_record_that_cannot_be_unpacked_becomes_a_dead_letter(
    broker: Broker, ledger: Database, producer: Producer
) -> None:
    create_topics()
    producer.send(make_records("before"))
    other_client = open_client(KafkaProducer)
    other_client.send(topics.broker_name(LISTENS), b"v", b"before", [(UndecodableName("name"), b"value")]).get(5)
    other_client.close()
    producer.send(make_records("before", "after"))

    with closing(Consumer("listens", lambda: [LISTENS], write_to_ledger)) as consumer:
        consume_until(consumer, until=lambda: len(ledger_words()) >= 3)

    letter = DeadLetter.objects.get()
    stored = sum(StoredOffset.objects.values_list("next", flat=True))
    assert sorted(ledger_words()) == ["after", "before", "before"]
    assert (letter.offset, letter.value, letter.reason[:18], stored) == (1, None, "CorruptRecordError", 4)
