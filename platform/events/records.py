"""Plain values for Kafka records: what we send, what we receive, and positions."""

from dataclasses import dataclass, field
from urllib.parse import quote, unquote, unquote_to_bytes
from uuid import UUID

import msgspec

type Headers = tuple[tuple[str, bytes], ...]
MAX_RECORD_BYTES = 900_000  # key, value and headers; the broker's limit of 1 MiB includes its own framing
UNQUOTED_CHARACTERS = " !#$&'()*+,/:;<=>?@[]^`{|}\"\\"


@dataclass(frozen=True, slots=True)
class Record:
    """One record to send. `topic` is the name in `topics`, without the installation's prefix."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers = ()


@dataclass(frozen=True, slots=True)
class Position:
    """The partition and offset of an acknowledged record."""

    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class SendFailure:
    """The broker did not acknowledge a record. It may have stored the record nevertheless."""

    reason: str


class Incoming(msgspec.Struct, frozen=True, gc=False):
    """One record as the broker delivered it."""

    topic: str
    topic_id: UUID
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers


class Rejected(msgspec.Struct, frozen=True):
    """A record that cannot be processed, and the reason as text for a person."""

    record: Incoming
    reason: str


@dataclass(frozen=True, slots=True)
class OffsetRange:
    """The part of a partition that one batch covers: from `start` up to, but without, `next`.

    These are positions, not offsets of records: a partition may have gaps.
    """

    topic: str
    topic_id: UUID
    partition: int
    start: int
    next: int


@dataclass(frozen=True, slots=True)
class Batch:
    """The result of one poll. `corrupt` holds records that could not be unpacked; their offsets are passed as well."""

    records: list[Incoming] = field(default_factory=list)
    offset_ranges: list[OffsetRange] = field(default_factory=list)
    corrupt: list[Rejected] = field(default_factory=list)


def headers_to_json(headers: Headers) -> list[list[str]] | None:
    """Return pairs of name and value, percent-encoded where they are not printable ASCII.

    `headers_from_json` restores them exactly. Latin-1 would not do: a header may hold NUL, and jsonb cannot.
    """
    return [
        [quote(name, safe=UNQUOTED_CHARACTERS), quote(value, safe=UNQUOTED_CHARACTERS)] for name, value in headers
    ] or None


def headers_from_json(pairs: list[list[str]] | None) -> Headers:
    """Return the headers that `headers_to_json` encoded."""
    return tuple((unquote(name), unquote_to_bytes(value)) for name, value in pairs or [])
