"""Store: how far a consumer has read, moved by compare-and-set in the transaction of the effects."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import connection

from events.models import StoredOffset
from events.records import OffsetRange

# Locked in one order, so that two owners of the same partitions wait for each other and never in a circle.
ADVANCE = """
WITH span AS (
    SELECT * FROM unnest(%s::uuid[], %s::int[], %s::bigint[], %s::bigint[]) AS s (topic_id, part, start, next)
), held AS (
    SELECT stored.id, span.next
    FROM events_storedoffset stored JOIN span ON span.topic_id = stored.topic_id AND span.part = stored.partition
    WHERE stored.consumer = %s AND stored.next = span.start
    ORDER BY stored.topic_id, stored.partition FOR UPDATE OF stored
)
UPDATE events_storedoffset stored SET next = held.next, moved_at = now() FROM held WHERE stored.id = held.id
RETURNING stored.topic_id, stored.partition
"""


class Fenced(Exception):
    """Somebody else has taken in what we polled."""


def read_stored(consumer: str, topic_ids: Iterable[UUID]) -> dict[tuple[UUID, int], int]:
    """The first offset not yet taken in, by topic id and partition."""
    rows = StoredOffset.objects.filter(consumer=consumer, topic_id__in=list(topic_ids))
    return {(row.topic_id, row.partition): row.next for row in rows}


def advance(consumer: str, spans: Sequence[OffsetRange]) -> None:
    """Move each partition from where its span starts to where it ends, or raise Fenced."""
    columns = [
        list(column) for column in zip(*((s.topic_id, s.partition, s.start, s.next) for s in spans), strict=True)
    ]
    with connection.cursor() as cursor:
        cursor.execute(ADVANCE, [*columns, consumer])
        moved = set(cursor.fetchall())
    fresh = [span for span in spans if (span.topic_id, span.partition) not in moved]
    if fresh:
        _insert_first(consumer, fresh)


def _insert_first(consumer: str, spans: Sequence[OffsetRange]) -> None:
    """The first batch of a partition. Where a row is there already, somebody else has moved it."""
    sql = """
        INSERT INTO events_storedoffset (consumer, topic, topic_id, partition, next)
        SELECT %s, * FROM unnest(%s::text[], %s::uuid[], %s::int[], %s::bigint[]) AS s (topic, topic_id, part, next)
        ORDER BY topic_id, part ON CONFLICT (consumer, topic_id, partition) DO NOTHING
    """
    columns = [
        list(column) for column in zip(*((s.topic, s.topic_id, s.partition, s.next) for s in spans), strict=True)
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql, [consumer, *columns])
        if cursor.rowcount != len(spans):
            raise Fenced(f"{consumer}: somebody else reads {sorted({span.topic for span in spans})}")
