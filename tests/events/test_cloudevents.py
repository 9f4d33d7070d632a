"""CloudEvents in both modes, and everything that is none."""

import json
from datetime import UTC, datetime
from uuid import UUID

import msgspec
import pytest

from events.cloudevents import Event, Unreadable, decode, encode
from events.records import Headers, Incoming


def record(value: bytes | None, *headers: tuple[str, bytes]) -> Incoming:
    found: Headers = headers
    return Incoming("listens.v1", UUID(int=1), 0, 0, 0, b"fan", value, found)


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


def content(found: Event) -> dict[str, object]:
    fields = msgspec.structs.asdict(found)
    return {**fields, "data": json.loads(bytes(found.data)), "time": found.time}


EXPECTED = {**STRUCTURED, "time": datetime(2026, 11, 23, 12, tzinfo=UTC)}


@pytest.mark.parametrize(
    "headers",
    [(), (("content-type", b"application/cloudevents+json; charset=UTF-8"),), (("Content-Type", b"text/plain"),)],
)
def test_a_structured_event_is_read(headers: Headers) -> None:
    assert content(decode(record(json.dumps(STRUCTURED).encode(), *headers))) == EXPECTED


def test_a_binary_event_is_the_same_event() -> None:
    found = decode(record(json.dumps(STRUCTURED["data"]).encode(), ("content-type", b"application/json"), *BINARY))

    assert content(found) == EXPECTED


def test_the_content_type_decides_between_the_modes() -> None:
    structured = ("content-type", b"Application/CloudEvents+json")

    found = decode(record(json.dumps(STRUCTURED).encode(), structured, *[(n, b"other") for n, _ in BINARY]))

    assert found.id == "7"


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
        (b"[]", (("content-type", b"application/cloudevents-batch+json"),), "several events in one record"),
        (b"{}", (("ce_specversion", b"1.0"), ("ce_id", b"\xff")), "not a CloudEvent: 'utf-8' codec can't decode"),
        (b"{}", (("ce_specversion", b"1.0"),), "not a CloudEvent: Object missing required field `id`"),
    ],
)
def test_what_is_no_event_says_why(value: bytes | None, headers: Headers, reason: str) -> None:
    with pytest.raises(Unreadable) as refused:
        decode(record(value, *headers))

    assert str(refused.value)[: len(reason)] == reason


def test_an_event_of_ours_is_read_back() -> None:
    written = encode(
        "fanfare.experience.delivered.v1",
        source="/fans",
        subject="experience:1",
        data={"n": 1},
        key="1",
        partitionkey="a",
    )

    found = decode(record(written))

    assert (found.type, found.subject, bytes(found.data), found.partitionkey) == (
        "fanfare.experience.delivered.v1", "experience:1", b'{"n":1}', "a"
    )  # fmt: skip


def test_a_repeat_of_an_event_has_the_same_id() -> None:
    def written(kind: str, key: str) -> str:
        return decode(record(encode(kind, source="/fans", subject="s", data={}, key=key))).id

    assert written("a", "1") == written("a", "1")
    assert len({written("a", "1"), written("a", "2"), written("b", "1")}) == 3
