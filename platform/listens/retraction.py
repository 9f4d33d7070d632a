"""Retract listens: delete the row, and keep a tombstone against further events of the same listen.

The tombstone is written in the transaction that accepts the retraction, and a listen is tested against it when it is
stored. So the listen stays away whenever, on whichever topic and through whichever partition it comes. The event then
deletes what is stored. A fan forgets a play: all listens that tell of it are retracted together.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from operator import attrgetter
from typing import Annotated, Any
from uuid import UUID

import msgspec
from django.db import connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from msgspec import Meta, Struct

from audit import trail
from catalog import text_keys
from events import cloudevents, outbox
from events.outbox import Outgoing
from listens import duplicates, event
from listens.changes import RemovedListen
from listens.exceptions import UnreadableListen
from listens.models import Listen, Tombstone

LISTEN_RETRACTED = "fanfare.listen.retracted.v1"
RETRACTION_SCHEMA = "https://fanfare.example/schemas/listen_retracted/1.1.json"
SOURCE = "/api/listening"
REASON = "forgotten"

type TextKey = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
type KeyVersion = Annotated[int, Meta(ge=1, le=text_keys.VERSION)]
type Second = Annotated[int, Meta(ge=0, lt=2**40)]

# DELETE … RETURNING has no form in the ORM: 300 retractions take 48 ms, and 8100 ms one by one.
# Duplicates go with their listen, also those that no event names, and get their tombstones here.
DELETE_LISTENS = """
WITH play AS (
    SELECT listen.person_id, coalesce(listen.duplicate_of_id, listen.id) AS id, min(retracted.at) AS at
    FROM unnest(%s::uuid[], %s::bigint[], %s::bytea[], %s::timestamptz[])
        AS retracted (person_id, second, text_key, at)
    JOIN listens_listen AS listen USING (person_id, second, text_key)
    GROUP BY 1, 2
), removed AS (
    DELETE FROM listens_listen AS listen USING play
    WHERE listen.id = play.id OR listen.duplicate_of_id = play.id
    RETURNING listen.person_id, listen.second, listen.text_key, listen.key_version, listen.recording_id,
        listen.started_at, listen.source_id, listen.client, listen.time_basis, listen.duration_ms, listen.played_ms,
        NOT listen.set_aside AND listen.duplicate_of_id IS NULL AS was_counted, play.at
), kept_away AS (
    INSERT INTO listens_tombstone AS tombstone (
        person_id, second, text_key, key_version, recording_id, source_id, client, time_basis, duration_ms, played_ms,
        retracted_at
    )
    SELECT
        person_id, second, text_key, key_version, recording_id, source_id, client, time_basis, duration_ms, played_ms,
        at
    FROM removed
    ON CONFLICT (person_id, second, text_key, key_version) DO UPDATE SET
        recording_id = excluded.recording_id, source_id = excluded.source_id, client = excluded.client,
        time_basis = excluded.time_basis, duration_ms = excluded.duration_ms, played_ms = excluded.played_ms
    WHERE tombstone.source_id IS NULL
)
SELECT removed.person_id, recording.artist_id, removed.recording_id, removed.started_at, removed.was_counted
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


def retract(listen: Listen, *, by: str) -> bool:
    """Retract the listen with all others of the same play. The consumer then deletes the rows.

    Return False when it was retracted before, or is deleted already.
    """
    at = datetime.now(UTC)
    with transaction.atomic():
        duplicates.lock_fans([listen.person_id])
        rows = _same_play(listen)
        if not rows:
            return False
        Listen.objects.filter(pk__in=[row.pk for row in rows]).update(retracted_at=at)
        _store_tombstones(_tombstone_of(row, at) for row in rows)
        outbox.put([_retraction_record(row, at) for row in rows])
        trail.record("listen.retracted", by=by, subject=str(listen))
    return True


def _same_play(listen: Listen) -> list[Listen]:
    """The listens of the same play that are not retracted yet, the one that counts first."""
    own = Listen.objects.filter(pk=listen.pk, retracted_at=None)
    play = own.values(original=Coalesce("duplicate_of", "pk"))
    rows = Listen.objects.filter(Q(pk__in=play) | Q(duplicate_of__in=play), retracted_at=None)
    return list(rows.order_by(F("duplicate_of").desc(nulls_first=True), "pk"))


def _store_tombstones(tombstones: Iterable[Tombstone]) -> None:
    """Of equal ones the earliest stays. They are sorted, so that two transactions insert them in one order."""
    in_order = attrgetter("person_id", "second", "text_key", "key_version", "retracted_at")
    Tombstone.objects.bulk_create(sorted(tombstones, key=in_order), ignore_conflicts=True)


def _tombstone_of(listen: Listen, at: datetime) -> Tombstone:
    return Tombstone(
        person_id=listen.person_id,
        second=listen.second,
        text_key=bytes(listen.text_key),
        key_version=listen.key_version,
        recording_id=listen.recording_id,
        source_id=listen.source_id,
        client=listen.client,
        time_basis=listen.time_basis,
        duration_ms=listen.duration_ms,
        played_ms=listen.played_ms,
        retracted_at=at,
    )


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
    """Insert tombstones and delete the retracted plays. Return the deleted listens. Repeats change nothing.

    Call this in the consumer's transaction, before the listens of the same batch are stored. The tombstones are there
    already, unless the database was restored from a backup that is older than the retraction.
    """
    if not retractions:
        return []
    _store_tombstones(
        Tombstone(
            person_id=each.person_id,
            second=each.second,
            text_key=each.text_key,
            key_version=each.key_version,
            retracted_at=each.at,
        )
        for each in retractions
    )
    with connection.cursor() as cursor:
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
