"""Carry: what goes to Kafka and what comes from it, as plain values."""

from dataclasses import dataclass, field
from urllib.parse import quote, unquote, unquote_to_bytes
from uuid import UUID

import msgspec

type Headers = tuple[tuple[str, bytes], ...]
MAX_RECORD_BYTES = 900_000  # bytes of one record; the broker's own bound, 1 MiB, counts its framing too
UNQUOTED = " !#$&'()*+,/:;<=>?@[]^`{|}\"\\"


@dataclass(frozen=True, slots=True)
class Record:
    """One record to send. Topics are named without the installation's prefix, here and everywhere."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers = ()


@dataclass(frozen=True, slots=True)
class Position:
    """Where an acknowledged record landed."""

    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class SendFailure:
    """A record that was not acknowledged, and why. It may have landed all the same."""

    reason: str


class Incoming(msgspec.Struct, frozen=True, gc=False):
    """One record as it came. `timestamp` is in milliseconds since 1970."""

    topic: str
    topic_id: UUID
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Headers


class Rejected(msgspec.Struct, frozen=True):
    """A record that cannot be taken in, and why, for a person."""

    record: Incoming
    reason: str


@dataclass(frozen=True, slots=True)
class OffsetRange:
    """The part of a partition that one batch covers: from the position polled, up to and without `next`.

    Not the offsets of its records: a topic may have gaps.
    """

    topic: str
    topic_id: UUID
    partition: int
    start: int
    next: int


@dataclass(frozen=True, slots=True)
class Batch:
    """What one poll brought. A garbled record could not even be unpacked; it is passed over all the same."""

    records: list[Incoming] = field(default_factory=list)
    spans: list[OffsetRange] = field(default_factory=list)
    garbled: list[Rejected] = field(default_factory=list)


def headers_to_json(headers: Headers) -> list[list[str]] | None:
    """Pairs of name and value as a person can read them, percent-encoded where they are not plain ASCII.

    Exact both ways. Not latin-1: PostgreSQL's jsonb holds no NUL, and a stranger's header may.
    """
    return [[quote(name, safe=UNQUOTED), quote(value, safe=UNQUOTED)] for name, value in headers] or None


def headers_from_json(pairs: list[list[str]] | None) -> Headers:
    return tuple((unquote(name), unquote_to_bytes(value)) for name, value in pairs or [])
