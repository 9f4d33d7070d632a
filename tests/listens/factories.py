"""Fans, listen events and records for the listen tests."""

import itertools
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from accounts.models import Person
from events.records import Incoming
from listens import event, sources
from listens.ingest import IngestResult

A_TOPIC_ID = uuid.UUID("0b6b2a55-7f0e-4a6c-9a51-3c8f6c1d2e01")
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
SONG_MS = 200_000
_offsets = itertools.count()


def make_fan(handle: str) -> Person:
    return Person.objects.create_user(f"{handle}@fans.example", handle=handle, country="DE", age_band="18_plus")


def listen_event(user_id: object, *, source: str = "/api/listenbrainz", **data: Any) -> dict[str, Any]:
    """Return a structured event as a producer writes it. `data` overrides members of its data, also of `track`."""
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


def telling(fan: Person, second: float, client: str = "A", *, duration_ms: int = SONG_MS, **data: Any) -> Incoming:
    """A listen of Night Train, `second` seconds after noon."""
    track = {**({"duration_ms": duration_ms} if duration_ms else {}), **data.pop("track", {})}
    start = (NOON + timedelta(seconds=second)).isoformat()
    data = {"started_at": start, "track": track, "client": {"submission_client": client}, **data}
    return make_incoming(listen_event(fan.pk, **data), key=str(fan.pk).encode())


def add_source(uri: str, *fans: Person) -> str:
    """Register a source that may speak for these fans. Return the name of its topic."""
    source, _ = sources.add(uri, by="system:operator")
    for fan in fans:
        sources.allow(uri, fan, by="system:operator")
    return str(source.topic_id)


def make_incoming(
    value: dict[str, Any] | bytes | None, *, key: bytes | None = None, headers: Any = (), topic: str = "listens.v1"
) -> Incoming:
    """Return the record of an event. Other values are taken as they are."""
    raw = msgspec.json.encode(value) if isinstance(value, dict) else value
    return Incoming(topic, A_TOPIC_ID, 0, next(_offsets), key, raw, tuple(headers))


def after_noon(minutes: int) -> str:
    return (NOON + timedelta(minutes=minutes)).isoformat()


def rejection_reasons(result: IngestResult) -> list[str]:
    return [rejection.reason for rejection in result.rejected]
