"""Decode and encode CloudEvents 1.0 in Kafka records.

A structured event is JSON in the record's value. A binary event has its attributes in headers, and data as value.
"""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import NAMESPACE_URL, uuid5

import msgspec

from events.exceptions import UnreadableEvent
from events.records import Headers, Incoming

JSON_CONTENT_TYPE = "application/json"
STRUCTURED_HEADERS: Headers = (("content-type", b"application/cloudevents+json; charset=UTF-8"),)
type ShortText = Annotated[str, msgspec.Meta(min_length=1, max_length=256)]
type AwareDatetime = Annotated[datetime, msgspec.Meta(tz=True)]
EARLIEST_TIME = datetime(1970, 1, 1, tzinfo=UTC)
MAX_UTC_OFFSET = timedelta(hours=16)  # PostgreSQL accepts offsets below this; real time zones end at 14 hours


class Event(msgspec.Struct, frozen=True, gc=False):
    """One event. `data` is raw JSON, or other bytes where `datacontenttype` says so. The caller decodes it."""

    specversion: Literal["1.0"]
    id: ShortText
    source: ShortText
    type: ShortText
    subject: str | None = None
    time: AwareDatetime | None = None
    datacontenttype: str | None = None
    dataschema: str | None = None
    partitionkey: str | None = None
    data: msgspec.Raw = msgspec.Raw()

    def __post_init__(self) -> None:
        if self.time is not None and not is_storable(self.time):
            raise ValueError("the time is before 1970, or its offset is further from UTC than any place's")


def is_storable(time: datetime) -> bool:
    """Whether PostgreSQL can store this time: it has a zone, and is not before 1970."""
    offset = time.utcoffset()
    return offset is not None and abs(offset) < MAX_UTC_OFFSET and time >= EARLIEST_TIME


class _Base64Data(msgspec.Struct):
    data_base64: bytes | None = None


_event_decoder = msgspec.json.Decoder(Event)
_base64_decoder = msgspec.json.Decoder(_Base64Data)


def decode(record: Incoming) -> Event:
    """Return the event in a record. Raises UnreadableEvent."""
    headers = {name.lower(): value for name, value in record.headers}
    content_type = headers.get("content-type", b"").strip().lower()
    if record.value is None:
        raise UnreadableEvent("the record is empty")
    if content_type.startswith(b"application/cloudevents-batch"):
        raise UnreadableEvent("the record holds a batch of events; a Kafka record must hold exactly one")
    try:
        if not content_type.startswith(b"application/cloudevents") and "ce_specversion" in headers:
            return _decode_binary(headers, record.value)
        return _decode_structured(record.value)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise UnreadableEvent(f"not a CloudEvent: {error}") from error


def _decode_structured(value: bytes) -> Event:
    event = _event_decoder.decode(value)
    if not event.data and (encoded := _base64_decoder.decode(value).data_base64) is not None:
        return msgspec.structs.replace(event, data=msgspec.Raw(encoded))
    return event


def _decode_binary(headers: dict[str, bytes], value: bytes) -> Event:
    attributes: dict[str, Any] = {
        name.removeprefix("ce_"): text.decode() for name, text in headers.items() if name.startswith("ce_")
    }
    attributes.pop("data", None)  # a header named ce_data must not replace the data
    if "content-type" in headers:
        attributes["datacontenttype"] = headers["content-type"].decode()
    event = msgspec.convert(attributes, Event)
    return msgspec.structs.replace(event, data=msgspec.Raw(value))


def encode(
    event_type: str,
    *,
    source: str,
    subject: str,
    data: Any,
    idempotency_key: str,
    partitionkey: str | None = None,
    dataschema: str | None = None,
    occurred_at: datetime | None = None,
) -> bytes:
    """Return a structured event as JSON. The same `idempotency_key` always gives the same event id."""
    attributes = {
        "specversion": "1.0",
        "id": str(uuid5(NAMESPACE_URL, f"{source}#{event_type}#{idempotency_key}")),
        "source": source,
        "type": event_type,
        "subject": subject,
        "time": occurred_at or datetime.now(UTC),
        "datacontenttype": JSON_CONTENT_TYPE,
        "partitionkey": partitionkey,
        "dataschema": dataschema,
        "data": data,
    }
    return msgspec.json.encode({name: value for name, value in attributes.items() if value is not None})
