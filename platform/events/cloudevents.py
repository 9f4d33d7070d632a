"""Read and write: CloudEvents 1.0 in Kafka records, structured (all of it JSON in the value) or binary (in headers)."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import NAMESPACE_URL, uuid5

import msgspec

from events.records import Headers, Incoming

JSON_CONTENT_TYPE = "application/json"
STRUCTURED_HEADERS: Headers = (("content-type", b"application/cloudevents+json; charset=UTF-8"),)
type ShortText = Annotated[str, msgspec.Meta(min_length=1, max_length=256)]
type AwareDatetime = Annotated[datetime, msgspec.Meta(tz=True)]
EARLIEST_TIME = datetime(1970, 1, 1, tzinfo=UTC)
MAX_UTC_OFFSET = timedelta(hours=16)  # from UTC, that PostgreSQL still reads; the Earth's own bound is 14 hours


class Unreadable(Exception):
    """Not an event; says for a person what is wrong with it."""


class Event(msgspec.Struct, frozen=True, gc=False):
    """One event. `data` is the raw JSON (or other bytes, see `datacontenttype`), for whoever knows its type."""

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


def is_storable(moment: datetime) -> bool:
    """Whether PostgreSQL takes this time, as every time of our own is."""
    offset = moment.utcoffset()
    return offset is not None and abs(offset) < MAX_UTC_OFFSET and moment >= EARLIEST_TIME


class _Base64Data(msgspec.Struct):
    data_base64: bytes | None = None


_event_decoder = msgspec.json.Decoder(Event)
_base64_decoder = msgspec.json.Decoder(_Base64Data)


def decode(record: Incoming) -> Event:
    """The event in a record, or Unreadable."""
    headers = {name.lower(): value for name, value in record.headers}
    content_type = headers.get("content-type", b"").strip().lower()
    if record.value is None:
        raise Unreadable("the record is empty")
    if content_type.startswith(b"application/cloudevents-batch"):
        raise Unreadable("several events in one record; Kafka's binding knows no batches")
    try:
        if not content_type.startswith(b"application/cloudevents") and "ce_specversion" in headers:
            return _decode_binary(headers, record.value)
        return _decode_structured(record.value)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise Unreadable(f"not a CloudEvent: {error}") from error


def _decode_structured(value: bytes) -> Event:
    event = _event_decoder.decode(value)
    if not event.data and (encoded := _base64_decoder.decode(value).data_base64) is not None:
        return msgspec.structs.replace(event, data=msgspec.Raw(encoded))
    return event


def _decode_binary(headers: dict[str, bytes], value: bytes) -> Event:
    attributes: dict[str, Any] = {
        name.removeprefix("ce_"): text.decode() for name, text in headers.items() if name.startswith("ce_")
    }
    attributes.pop("data", None)  # `data` is no attribute
    if "content-type" in headers:
        attributes["datacontenttype"] = headers["content-type"].decode()
    event = msgspec.convert(attributes, Event)
    return msgspec.structs.replace(event, data=msgspec.Raw(value))


def encode(
    kind: str,
    *,
    source: str,
    subject: str,
    data: Any,
    key: str,
    partitionkey: str | None = None,
    dataschema: str | None = None,
    at: datetime | None = None,
) -> bytes:
    """A structured event of the type `kind`. `key` names what happened for good: a repeat has the same id."""
    attributes = {
        "specversion": "1.0",
        "id": str(uuid5(NAMESPACE_URL, f"{source}#{kind}#{key}")),
        "source": source,
        "type": kind,
        "subject": subject,
        "time": at or datetime.now(UTC),
        "datacontenttype": JSON_CONTENT_TYPE,
        "partitionkey": partitionkey,
        "dataschema": dataschema,
        "data": data,
    }
    return msgspec.json.encode({name: value for name, value in attributes.items() if value is not None})
