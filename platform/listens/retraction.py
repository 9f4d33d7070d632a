"""Retract listens: delete the row, and keep a tombstone against further events of the same listen.

Kafka keeps the order within one partition only, and the same listen may also come through another topic, or twice. So
the time of acceptance decides: an event that was accepted before the retraction is dropped whenever it arrives; one
that was accepted later is a new listen.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from django.db import connection, transaction
from msgspec import Meta, Struct

from audit import trail
from catalog import text_keys
from events import cloudevents, outbox
from events.outbox import Outgoing
from listens import event
from listens.exceptions import UnreadableListen
from listens.models import Listen

LISTEN_RETRACTED = "fanfare.listen.retracted.v1"
RETRACTION_SCHEMA = "https://fanfare.example/schemas/listen_retracted/1.1.json"
SOURCE = "/doors/listening"
REASON = "forgotten"
ADVISORY_LOCK = 0x0FA_0002  # the first half of the lock's key; the second half is a bucket of fans
LOCK_BUCKETS = 1024

type TextKey = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
type KeyVersion = Annotated[int, Meta(ge=1, le=text_keys.VERSION)]
type Second = Annotated[int, Meta(ge=0, lt=2**40)]

# These locks are held until the transaction ends.
LOCK_EXCLUSIVELY = "SELECT pg_advisory_xact_lock(%s, bucket) FROM unnest(%s::int[]) AS bucket"
LOCK_SHARED = "SELECT pg_advisory_xact_lock_shared(%s, bucket) FROM unnest(%s::int[]) AS bucket"
# greatest() and DELETE … RETURNING have no form in the ORM: 300 retractions take 48 ms, and 8100 ms one by one.
INSERT_TOMBSTONES = """
INSERT INTO listens_tombstone AS tombstone (person_id, second, text_key, key_version, retracted_at)
SELECT person_id, second, text_key, key_version, max(at)
FROM unnest(%s::uuid[], %s::bigint[], %s::bytea[], %s::timestamptz[], %s::smallint[])
    AS retracted (person_id, second, text_key, at, key_version)
GROUP BY person_id, second, text_key, key_version ORDER BY person_id, second, text_key, key_version
ON CONFLICT (person_id, second, text_key, key_version) DO UPDATE
SET retracted_at = greatest(tombstone.retracted_at, excluded.retracted_at)
"""
DELETE_LISTENS = """
WITH removed AS (
    DELETE FROM listens_listen AS listen
    USING unnest(%s::uuid[], %s::bigint[], %s::bytea[], %s::timestamptz[])
        AS retracted (person_id, second, text_key, at)
    WHERE listen.person_id = retracted.person_id AND listen.second = retracted.second
        AND listen.text_key = retracted.text_key AND listen.accepted_at <= retracted.at
    RETURNING listen.person_id, listen.recording_id, listen.started_at, listen.set_aside
)
SELECT removed.person_id, recording.artist_id, removed.recording_id, removed.started_at, removed.set_aside
FROM removed LEFT JOIN catalog_recording AS recording ON recording.id = removed.recording_id
"""


class RetractionData(Struct, frozen=True):
    """The event's data: which listen of which fan. The time of the retraction is the event's own time."""

    user_id: event.Id
    second: Second
    text_key: TextKey
    reason: event.UpTo64 = ""
    key_version: KeyVersion = 1  # of events that do not say it


class Retraction(Struct, frozen=True):
    """A retraction from a source that may retract."""

    person_id: UUID
    second: int
    text_key: bytes
    at: datetime
    key_version: int


class RemovedListen(Struct, frozen=True, gc=False):
    """A listen that this batch has deleted."""

    person_id: UUID
    artist_id: int | None
    recording_id: int | None
    started_at: datetime
    set_aside: bool


def retract(listen: Listen, *, by: str) -> bool:
    """Mark the listen as retracted and put the event into the outbox. The consumer then deletes the row.

    Return False when it was retracted before, or is deleted already.
    """
    at = max(datetime.now(UTC), listen.accepted_at)  # the clocks of two web processes may differ
    with transaction.atomic():
        if not Listen.objects.filter(pk=listen.pk, retracted_at=None).update(retracted_at=at):
            return False
        outbox.put([_retraction_record(listen, at)])
        trail.record("listen.retracted", by=by, subject=str(listen))
    return True


def _retraction_record(listen: Listen, at: datetime) -> Outgoing:
    fan = str(listen.person_id)
    data = RetractionData(fan, listen.second, bytes(listen.text_key).hex(), REASON, listen.key_version)
    value = cloudevents.encode(
        LISTEN_RETRACTED,
        source=SOURCE,
        subject=str(listen),
        data=data,
        idempotency_key=f"{fan} {data.second} {data.text_key} {at.isoformat()}",
        partitionkey=fan,
        dataschema=RETRACTION_SCHEMA,
        occurred_at=at,
    )
    return event.to_outgoing(listen.person_id, value)


_retraction_decoder = msgspec.json.Decoder(RetractionData)


def decode(envelope: cloudevents.Event) -> RetractionData:
    """Return the data of an event of the type LISTEN_RETRACTED. Raises UnreadableListen."""
    if envelope.time is None or envelope.dataschema is None or "/listen_retracted/1." not in envelope.dataschema:
        raise UnreadableListen("a retraction needs a time, and a dataschema that ends in /listen_retracted/1.N.json")
    try:
        data = _retraction_decoder.decode(envelope.data)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise UnreadableListen(f"not a retraction: {error}") from error
    if envelope.partitionkey != data.user_id:
        raise UnreadableListen("the partitionkey is not the user_id")
    return data


def apply_retractions(retractions: Sequence[Retraction]) -> list[RemovedListen]:
    """Insert tombstones and delete the retracted listens. Return the deleted ones. Repeats change nothing.

    Call this in the consumer's transaction, before the listens of the same batch are stored.
    """
    if not retractions:
        return []
    with connection.cursor() as cursor:
        cursor.execute(LOCK_EXCLUSIVELY, _lock_arguments(each.person_id for each in retractions))
        cursor.execute(INSERT_TOMBSTONES, [*_columns(retractions), [each.key_version for each in retractions]])
        cursor.execute(DELETE_LISTENS, _columns([*retractions, *_with_stored_keys(retractions)]))
        return [RemovedListen(*row) for row in cursor.fetchall()]


def _columns(retractions: Sequence[Retraction]) -> list[list[Any]]:
    return [
        [each.person_id for each in retractions],
        [each.second for each in retractions],
        [each.text_key for each in retractions],
        [each.at for each in retractions],
    ]


def _with_stored_keys(retractions: Sequence[Retraction]) -> list[Retraction]:
    """The retractions that have a key of an older version, with the key under which their listen is stored now."""
    older = [each for each in retractions if each.key_version != text_keys.VERSION]
    if not older:
        return []
    people, seconds = {each.person_id for each in older}, {each.second for each in older}
    listens: dict[tuple[UUID, int], list[Listen]] = defaultdict(list)
    for listen in Listen.objects.filter(person__in=people, second__in=seconds):
        listens[listen.person_id, listen.second].append(listen)
    return [
        msgspec.structs.replace(each, text_key=bytes(listen.text_key))
        for each in older
        for listen in listens[each.person_id, each.second]
        if text_keys.compute(listen.title, listen.artist_credit, each.key_version) == each.text_key
    ]


def wait_for_retractions(fans: Iterable[UUID]) -> None:
    """Wait until no other transaction is retracting listens of these fans.

    Call this before storing listens that came outside the fan's partition: another consumer may be retracting them,
    and neither transaction would see the rows of the other. Within the partition one consumer has both, in order.
    """
    if unordered_fans := set(fans):
        with connection.cursor() as cursor:
            cursor.execute(LOCK_SHARED, _lock_arguments(unordered_fans))


def _lock_arguments(fans: Iterable[UUID]) -> list[Any]:
    """Return the lock's key and the fans' buckets, sorted to avoid deadlocks. Buckets limit the number of locks."""
    return [ADVISORY_LOCK, sorted({fan.int % LOCK_BUCKETS for fan in fans})]
