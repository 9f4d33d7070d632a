"""Leave: what must reach Kafka becomes a row in the transaction that it tells of. The relay takes it from there."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from events import topics
from events.records import MAX_RECORD_BYTES, Headers, headers_to_json
from worker import wake

CHANNEL = "outbox"
COPY_INTO_OUTBOX = "COPY events_outbox (topic, key, value, headers, rests) FROM STDIN"


class TooLarge(ValueError):
    """No broker would take this record, and it would hold up all that stand behind it."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A record for a topic of `topics`. `rests`: the row stays until the record is counted, not only acknowledged."""

    topic: str
    key: bytes | None
    value: bytes | None
    rests: bool
    headers: Headers = ()


def put(outgoing: Iterable[Outgoing]) -> None:
    """One COPY for all of them, however many, in the caller's transaction; wakes the relay when that commits."""
    lines = [_copy_line(one) for one in outgoing]
    if not lines:
        return
    if not connection.in_atomic_block:
        raise RuntimeError("A record goes into the outbox in the transaction of what it tells.")
    # copy() is psycopg's own: Django would let its errors through unwrapped
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(COPY_INTO_OUTBOX) as copy:
        copy.write("".join(lines))
    wake.notify(CHANNEL)


def _copy_line(one: Outgoing) -> str:
    if one.topic not in topics.TOPICS:
        raise ValueError(f"No topic is called {one.topic}.")
    if one.rests and not topics.TOPICS[one.topic].counted_by:
        raise ValueError(f"Nobody counts {one.topic}: its records would rest for ever.")
    if one.key is None and one.value is None:
        raise ValueError("A record has a key or a value.")
    if len(one.key or b"") + len(one.value or b"") + sum(len(n) + len(v) for n, v in one.headers) > MAX_RECORD_BYTES:
        raise TooLarge(f"A record may have {MAX_RECORD_BYTES} bytes.")
    headers = headers_to_json(one.headers)
    told = json.dumps(headers).replace("\\", "\\\\") if headers else r"\N"
    return f"{one.topic}\t{_bytea(one.key)}\t{_bytea(one.value)}\t{told}\t{'t' if one.rests else 'f'}\n"


def _bytea(value: bytes | None) -> str:
    return r"\N" if value is None else rf"\\x{value.hex()}"
