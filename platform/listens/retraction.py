"""Retract: a fan takes a listen back. Its row goes, and a tombstone keeps out whatever still tells of it.

Kafka orders only within one partition, and the same listen may come by another topic, or again. So what counts is when
it was accepted: before the retraction, it is dropped whenever it arrives; after it, it is a new listen.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from django.db import connection, transaction
from msgspec import Meta, Struct

from audit import trail
from events import cloudevents, outbox, topics
from events.outbox import Outgoing
from listens import event
from listens.event import Unreadable
from listens.models import Listen

LISTEN_RETRACTED = "fanfare.listen.retracted.v1"
RETRACTION_SCHEMA = "https://fanfare.example/schemas/listen_retracted/1.0.json"
SOURCE = "/doors/listening"
ADVISORY_LOCK = 0x0FA_0002  # ours among the advisory locks of the database; its second half is a fan's bucket
LOCK_BUCKETS = 1024

type TextKey = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
type Second = Annotated[int, Meta(ge=0, lt=2**40)]

# Until the transaction ends.
LOCK_EXCLUSIVELY = "SELECT pg_advisory_xact_lock(%s, bucket) FROM unnest(%s::int[]) AS bucket"
LOCK_SHARED = "SELECT pg_advisory_xact_lock_shared(%s, bucket) FROM unnest(%s::int[]) AS bucket"
INSERT_TOMBSTONES = """
INSERT INTO listens_tombstone AS t (person_id, second, text_key, at)
SELECT person_id, second, text_key, max(at)
FROM unnest(%s::uuid[], %s::bigint[], %s::bytea[], %s::timestamptz[]) AS told (person_id, second, text_key, at)
GROUP BY person_id, second, text_key ORDER BY person_id, second, text_key
ON CONFLICT (person_id, second, text_key) DO UPDATE SET at = greatest(t.at, excluded.at)
"""
DELETE_LISTENS = """
WITH gone AS (
    DELETE FROM listens_listen AS listen
    USING unnest(%s::uuid[], %s::bigint[], %s::bytea[], %s::timestamptz[]) AS told (person_id, second, text_key, at)
    WHERE listen.person_id = told.person_id AND listen.second = told.second AND listen.text_key = told.text_key
        AND listen.accepted_at <= told.at
    RETURNING listen.person_id, listen.recording_id, listen.started_at, listen.set_aside
)
SELECT gone.person_id, recording.artist_id, gone.recording_id, gone.started_at, gone.set_aside
FROM gone LEFT JOIN catalog_recording AS recording ON recording.id = gone.recording_id
"""


class RetractionData(Struct, frozen=True):
    """What the event says: which listen of which fan. When it was taken back is the event's own time."""

    user_id: event.Id
    second: Second
    text_key: TextKey
    reason: event.UpTo64 = ""


class Retraction(Struct, frozen=True):
    """A retraction that was admitted."""

    person_id: UUID
    second: int
    text_key: bytes
    at: datetime


class RemovedListen(Struct, frozen=True, gc=False):
    """A listen that was in the table, and is not any more."""

    person_id: UUID
    artist_id: int | None
    recording_id: int | None
    started_at: datetime
    set_aside: bool


def retract(listen: Listen, *, by: str, reason: str = "forgotten") -> bool:
    """The fan takes it back: in the outbox, and so for good, before anybody hears that it was heard.

    False when it was taken back before, or is gone already.
    """
    at = max(datetime.now(UTC), listen.accepted_at)  # whatever the clocks of two web processes say
    with transaction.atomic():
        standing = Listen.objects.filter(pk=listen.pk, retracted_at=None)
        if not standing.update(retracted_at=at):
            return False
        outbox.put([_retraction_record(listen, at, reason)])
        trail.record("listen.retracted", by=by, subject=str(listen))
    return True


def _retraction_record(listen: Listen, at: datetime, reason: str) -> Outgoing:
    fan = str(listen.person_id)
    data = RetractionData(fan, listen.second, bytes(listen.text_key).hex(), reason)
    value = cloudevents.encode(
        LISTEN_RETRACTED,
        source=SOURCE,
        subject=str(listen),
        data=data,
        key=f"{fan} {data.second} {data.text_key} {at.isoformat()}",
        partitionkey=fan,
        dataschema=RETRACTION_SCHEMA,
        at=at,
    )
    return Outgoing(topics.LISTENS, fan.encode(), value, rests=True, headers=cloudevents.STRUCTURED_HEADERS)


_retraction_decoder = msgspec.json.Decoder(RetractionData)


def decode(told: cloudevents.Event) -> RetractionData:
    """What an event of the type RETRACTED says, or Unreadable."""
    if told.time is None or told.dataschema is None or "/listen_retracted/1." not in told.dataschema:
        raise Unreadable("a retraction's event has a time, and a dataschema that ends in /listen_retracted/1.N.json")
    try:
        data = _retraction_decoder.decode(told.data)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise Unreadable(f"not a retraction: {error}") from error
    if told.partitionkey != data.user_id:
        raise Unreadable("the partitionkey is not the user_id")
    return data


def apply_retractions(retractions: Sequence[Retraction]) -> list[RemovedListen]:
    """In the consumer's transaction, before the listens of the same batch are stored. Repeats change nothing."""
    if not retractions:
        return []
    columns: list[list[Any]] = [
        [each.person_id for each in retractions],
        [each.second for each in retractions],
        [each.text_key for each in retractions],
        [each.at for each in retractions],
    ]
    with connection.cursor() as cursor:
        cursor.execute(LOCK_EXCLUSIVELY, _lock_arguments(each.person_id for each in retractions))
        cursor.execute(INSERT_TOMBSTONES, columns)
        cursor.execute(DELETE_LISTENS, columns)
        return [RemovedListen(*row) for row in cursor.fetchall()]


def wait_for_retractions(fans: Iterable[UUID]) -> None:
    """Before listens are stored that another consumer's retraction may be about: those outside the fan's partition.

    Within it one consumer has both, in order. Without this, neither transaction would see what the other does.
    """
    if strays := set(fans):
        with connection.cursor() as cursor:
            cursor.execute(LOCK_SHARED, _lock_arguments(strays))


def _lock_arguments(fans: Iterable[UUID]) -> list[Any]:
    """Locked in one order, and few enough for the table of locks however many fans there are."""
    return [ADVISORY_LOCK, sorted({fan.int % LOCK_BUCKETS for fan in fans})]
