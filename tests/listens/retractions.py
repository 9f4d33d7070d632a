"""Records of listens and retractions, and the counts that they lead to."""

from datetime import datetime, timedelta
from typing import Any

from accounts.models import Person
from catalog import text_keys
from events.models import Outbox
from events.records import Incoming
from fans.models import Engagement, RecordingEngagement
from listens import retraction
from listens.models import Listen
from tests.listens.factories import NOON, listen_event, make_incoming


def listen_record(
    fan: Person,
    minute: int = 0,
    *,
    accepted: int = 0,
    title: str = "Night Train",
    topic: str = "listens.v1",
    **about: Any,
) -> Incoming:
    """A listen that began `minute` minutes after noon, accepted `accepted` seconds after half past twelve."""
    at = NOON + timedelta(minutes=30, seconds=accepted)
    event = listen_event(fan.pk, started_at=(NOON + timedelta(minutes=minute)).isoformat(), track={"title": title})
    return make_incoming({**event, "time": at.isoformat(), **about}, key=str(fan.pk).encode(), topic=topic)


def retraction_record(
    fan: Person, minute: int = 0, *, at: int = 1, title: str = "Night Train", topic: str = "listens.v1", **about: Any
) -> Incoming:
    start = NOON + timedelta(minutes=minute)
    event = {
        "specversion": "1.0",
        "id": f"{fan.pk} {minute} {title} {at}",
        "source": retraction.SOURCE,
        "type": retraction.LISTEN_RETRACTED,
        "time": (NOON + timedelta(minutes=30, seconds=at)).isoformat(),
        "datacontenttype": "application/json",
        "dataschema": retraction.RETRACTION_SCHEMA,
        "partitionkey": str(fan.pk),
        "data": {
            "user_id": str(fan.pk),
            "second": int(start.timestamp()),
            "text_key": text_keys.compute(title, "Ada").hex(),
            "key_version": text_keys.VERSION,
            "reason": "forgotten",
        },
    }
    return make_incoming({**event, **about}, key=str(fan.pk).encode(), topic=topic)


def outbox_records() -> list[Incoming]:
    rows = Outbox.objects.order_by("id")
    return [make_incoming(bytes(row.value or b""), key=bytes(row.key or b""), headers=()) for row in rows]


def stored_counts() -> dict[str, tuple[int, datetime, datetime]]:
    """Return listens, first and last by the recording's title, and by "" for the artist."""
    of_artist = [("", *row) for row in Engagement.objects.values_list("listens", "first_at", "last_at")]
    by_recording = RecordingEngagement.objects.values_list("recording__title", "listens", "first_at", "last_at")
    return {name: (listens, first, last) for name, listens, first, last in [*of_artist, *by_recording]}


def counts_of_rows() -> dict[str, tuple[int, datetime, datetime]]:
    """Return the same, computed from the rows of listens."""
    starts: dict[str, list[datetime]] = {}
    counted = Listen.objects.filter(recording__isnull=False, set_aside=False, duplicate_of=None)
    for listen in counted.select_related("recording"):
        assert listen.recording
        for name in ("", listen.recording.title):
            starts.setdefault(name, []).append(listen.started_at)
    return {name: (len(each), min(each), max(each)) for name, each in starts.items()}


def minutes(*, title: str = "") -> list[int]:
    rows = Listen.objects.filter(title=title) if title else Listen.objects.all()
    return sorted((row.started_at - NOON) // timedelta(minutes=1) for row in rows)
