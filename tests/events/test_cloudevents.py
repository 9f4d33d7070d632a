"""Decoding and encoding of CloudEvents, structured and binary, and records that hold none."""

import json
from datetime import UTC, datetime
from uuid import UUID

import msgspec
import pytest

from events.cloudevents import Event, decode, encode
from events.exceptions import UnreadableEvent
from events.records import Headers, Incoming


def record(value: bytes | None, *headers: tuple[str, bytes]) -> Incoming:
    return Incoming("listens.v1", UUID(int=1), 0, 0, b"fan", value, headers)


STRUCTURED = {
    "specversion": "1.0",
    "id": "7",
    "source": "https://player.example",
    "type": "fanfare.listen.submitted.v1",
    "subject": "fan",
    "time": "2026-11-23T12:00:00Z",
    "datacontenttype": "application/json",
    "dataschema": "https://fanfare.example/schemas/listen/1.0.json",
    "partitionkey": "fan",
    "data": {"a": [1, "ü"]},
}
BINARY = [
    (f"ce_{name}", str(value).encode()) for name, value in STRUCTURED.items() if name not in {"data", "datacontenttype"}
]


def content(event: Event) -> dict[str, object]:
    fields = msgspec.structs.asdict(event)
    return {**fields, "data": json.loads(bytes(event.data)), "time": event.time}


EXPECTED = {**STRUCTURED, "time": datetime(2026, 11, 23, 12, tzinfo=UTC)}


@pytest.mark.parametrize(
    "headers",
    [(), (("content-type", b"application/cloudevents+json; charset=UTF-8"),), (("Content-Type", b"text/plain"),)],
)
def test_a_structured_event_is_decoded(headers: Headers) -> None:
    assert content(decode(record(json.dumps(STRUCTURED).encode(), *headers))) == EXPECTED


def test_a_binary_event_decodes_to_the_same_event() -> None:
    event = decode(record(json.dumps(STRUCTURED["data"]).encode(), ("content-type", b"application/json"), *BINARY))

    assert content(event) == EXPECTED


def test_the_content_type_decides_between_structured_and_binary() -> None:
    structured = ("content-type", b"Application/CloudEvents+json")

    event = decode(record(json.dumps(STRUCTURED).encode(), structured, *[(n, b"other") for n, _ in BINARY]))

    assert event.id == "7"


def test_data_in_base64_is_decoded() -> None:
    encoded = {**STRUCTURED, "data_base64": "AP8="}
    del encoded["data"]

    assert bytes(decode(record(json.dumps(encoded).encode())).data) == b"\0\xff"


@pytest.mark.parametrize(
    ("value", "headers", "reason"),
    [
        (None, (), "the record is empty"),
        (b"", (), "not a CloudEvent: Input data was truncated"),
        (b"[]", (), "not a CloudEvent: Expected `object`, got `array`"),
        (b"\xff\xfe", (), "not a CloudEvent: JSON is malformed"),
        (b'{"specversion":"1.0","id":"\xff","source":"s","type":"t"}', (), "not a CloudEvent: "),
        (
            b'{"specversion":"1.0","id":"","source":"s","type":"t"}',
            (),
            "not a CloudEvent: Expected `str` of length >= 1",
        ),
        (b'{"specversion":"0.3","id":"1","source":"s","type":"t"}', (), "not a CloudEvent: Invalid enum value '0.3'"),
        (b'{"specversion":"1.0","id":"1","type":"t"}', (), "not a CloudEvent: Object missing required field `source`"),
        (b'{"specversion":"1.0","id":1,"source":"s","type":"t"}', (), "not a CloudEvent: Expected `str`, got `int`"),
        (
            b'{"specversion":"1.0","id":"1","source":"s","type":"t","time":"2026-11-23T12:00:00"}',
            (),
            "not a CloudEvent: Expected `datetime` with a timezone",
        ),
        (
            b'{"specversion":"1.0","id":"1","source":"s","type":"t","data_base64":"%"}',
            (),
            "not a CloudEvent: Invalid base64",
        ),
        (b"[" * 100_000, (), "not a CloudEvent: "),
        (b'{"data":' + b"[" * 100_000, (), "not a CloudEvent: "),
        (b"[]", (("content-type", b"application/cloudevents-batch+json"),), "the record holds a batch of events"),
        (b"{}", (("ce_specversion", b"1.0"), ("ce_id", b"\xff")), "not a CloudEvent: 'utf-8' codec can't decode"),
        (b"{}", (("ce_specversion", b"1.0"),), "not a CloudEvent: Object missing required field `id`"),
    ],
)
def test_records_without_an_event_are_rejected_with_a_reason(
    value: bytes | None, headers: Headers, reason: str
) -> None:
    with pytest.raises(UnreadableEvent) as refused:
        decode(record(value, *headers))

    assert str(refused.value)[: len(reason)] == reason


def test_an_encoded_event_is_decoded_again() -> None:
    encoded = encode(
        "fanfare.experience.delivered.v1",
        source="/fans",
        subject="experience:1",
        data={"n": 1},
        idempotency_key="1",
        partitionkey="a",
    )

    event = decode(record(encoded))

    assert (event.type, event.subject, bytes(event.data), event.partitionkey) == (
        "fanfare.experience.delivered.v1", "experience:1", b'{"n":1}', "a"
    )  # fmt: skip


def test_a_repeat_of_an_event_has_the_same_id() -> None:
    def event_id(event_type: str, key: str) -> str:
        return decode(record(encode(event_type, source="/fans", subject="s", data={}, idempotency_key=key))).id

    assert event_id("a", "1") == event_id("a", "1")
    assert len({event_id("a", "1"), event_id("a", "2"), event_id("b", "1")}) == 3
