"""What the tests of listens begin with: people, events, records."""

import itertools
import uuid
from datetime import UTC, datetime
from typing import Any

import msgspec

from accounts.models import Person
from events.records import Incoming
from listens import event

A_TOPIC_ID = uuid.UUID("0b6b2a55-7f0e-4a6c-9a51-3c8f6c1d2e01")
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
_offsets = itertools.count()


def make_fan(handle: str) -> Person:
    return Person.objects.create_user(f"{handle}@fans.example", handle=handle, country="DE", age_band="18_plus")


def listen_event(user_id: object, *, source: str = "/doors/listenbrainz", **data: Any) -> dict[str, Any]:
    """A structured event as its producer would write it. `track` and other members of `data` may be given."""
    track = {"title": "Night Train", "artists": [{"name": "Ada"}], "artist_credit": "Ada", **data.pop("track", {})}
    return {
        "specversion": "1.0",
        "id": str(uuid.uuid4()),
        "source": source,
        "type": event.LISTEN_SUBMITTED,
        "time": "2026-11-01T12:05:00Z",
        "datacontenttype": "application/json",
        "dataschema": event.LISTEN_SCHEMA,
        "partitionkey": str(user_id),
        "data": {"user_id": str(user_id), "started_at": "2026-11-01T12:00:00Z", "track": track, **data},
    }


def make_incoming(value: dict[str, Any] | bytes | None, *, key: bytes | None = None, headers: Any = ()) -> Incoming:
    """The record that carries it."""
    raw = msgspec.json.encode(value) if isinstance(value, dict) else value
    return Incoming("listens.v1", A_TOPIC_ID, 0, next(_offsets), 1_793_534_700_000, key, raw, tuple(headers))
