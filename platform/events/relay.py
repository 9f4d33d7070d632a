"""Relay: bring the outbox to Kafka, and keep each record until it is safe there.

One relay at a time. Nobody remembers an id: a row is unsent until it is marked with where it landed, and a mark counts
only as long as the topic it names is the one the broker has today.
"""

import json
import logging
import time
from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from events import topics
from events.kafka import Away, Cluster, Producer, TopicMetadata
from events.records import Position, Record, SendFailure, headers_from_json

logger = logging.getLogger(__name__)
ADVISORY_LOCK = 0x0FA_0001  # ours among the advisory locks of the database
RETRY_SECONDS = 1.0  # seconds between attempts while Kafka is away, or while another relay holds the lock
MAX_BATCH_ROWS, MAX_BATCH_BYTES = 2000, 16 * 1024 * 1024  # of one batch

# Oldest first, bounded by size too, but never less than one.
SELECT_UNSENT = """
SELECT id, topic, key, value, headers, rests FROM (
    SELECT *, sum(coalesce(octet_length(value), 0)) OVER (ORDER BY id) - coalesce(octet_length(value), 0) AS before
    FROM (SELECT * FROM events_outbox WHERE topic_id IS NULL ORDER BY id LIMIT %s) AS oldest
) AS sized WHERE before < %s ORDER BY id
"""
MARK_SENT = """
UPDATE events_outbox SET topic_id = sent.topic_id, partition = sent.part, "offset" = sent.pos
FROM unnest(%s::bigint[], %s::uuid[], %s::int[], %s::bigint[]) AS sent (id, topic_id, part, pos)
WHERE events_outbox.id = sent.id
"""
RESET_FORGOTTEN = """
UPDATE events_outbox SET topic_id = NULL, partition = NULL, "offset" = NULL
WHERE topic = %s AND topic_id IS NOT NULL AND topic_id <> %s
"""
DELETE_COUNTED = """
DELETE FROM events_outbox AS resting USING events_storedoffset AS counted
WHERE counted.consumer = ANY(%s) AND resting.topic_id = counted.topic_id
    AND resting.partition = counted.partition AND resting."offset" < counted.next
"""


class OutboxRow(NamedTuple):
    id: int
    topic: str
    record: Record
    rests: bool


class Relay:
    """`step` is for the worker's loop, `due` tells it when to call again though nobody did."""

    def __init__(self) -> None:
        self._cluster = Cluster()
        self._producer = Producer()
        self._seen: dict[str, UUID] = {}
        self._locked: Any = None
        self._away_until: float | None = None

    def step(self) -> bool:
        """Send one batch; true while more may be waiting."""
        if not self._alone() or (self._away_until and time.monotonic() < self._away_until):
            return False
        try:
            busy = self._work()
        except Away as error:
            if self._away_until is None:
                logger.warning("Kafka is away, the outbox waits: %s", error)
            self._away_until = time.monotonic() + RETRY_SECONDS
            return False
        if self._away_until:
            logger.warning("Kafka is back")
        self._away_until = None
        return busy

    def due(self) -> float | None:
        return RETRY_SECONDS if self._locked is None or self._away_until else None

    def close(self) -> None:
        self._producer.close()
        self._cluster.close()

    def _alone(self) -> bool:
        """The lock belongs to the session: with the connection it is lost, and somebody else may have it by now."""
        connection.ensure_connection()
        if self._locked is connection.connection:
            return True
        self._locked = None
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [ADVISORY_LOCK])
            if cursor.fetchone() == (True,):
                self._locked = connection.connection
                self._seen.clear()
        return self._locked is not None

    def _work(self) -> bool:
        layout = self._topics()
        self._send_again(layout)
        with connection.cursor() as cursor:
            cursor.execute(SELECT_UNSENT, [MAX_BATCH_ROWS, MAX_BATCH_BYTES])
            rows = [
                OutboxRow(pk, topic, _to_record(topic, key, value, headers), rests)
                for pk, topic, key, value, headers, rests in cursor.fetchall()
            ]
        if rows:
            self._send(rows, layout)
        with connection.cursor() as cursor:
            cursor.execute(DELETE_COUNTED, [sorted({t.counted_by for t in topics.TOPICS.values() if t.counted_by})])
        return bool(rows)

    def _topics(self) -> dict[str, TopicMetadata]:
        layout = self._cluster.layout(topics.TOPICS)
        if len(layout) < len(topics.TOPICS):
            self._cluster.make_topics()
            layout = self._cluster.layout(topics.TOPICS)
        return layout

    def _send_again(self, layout: dict[str, TopicMetadata]) -> None:
        """What lies in a topic that is no longer there was forgotten by the broker: it is unsent."""
        for name, topic in layout.items():
            if self._seen.get(name) == topic.id:
                continue
            with connection.cursor() as cursor:
                cursor.execute(RESET_FORGOTTEN, [name, topic.id])
                if cursor.rowcount:
                    logger.warning("%s was made anew: %d records are sent again", name, cursor.rowcount)
            self._seen[name] = topic.id

    def _send(self, rows: Sequence[OutboxRow], layout: dict[str, TopicMetadata]) -> None:
        answers = self._producer.send([row.record for row in rows])
        # A broker that came back empty in between acknowledges what it or its predecessor got: who knows which?
        after = self._cluster.layout({row.topic for row in rows})
        sure = {name for name, topic in after.items() if name in layout and topic.id == layout[name].id}
        landed = [
            (row, answer)
            for row, answer in zip(rows, answers, strict=True)
            if isinstance(answer, Position) and row.topic in sure
        ]
        self._mark([(row.id, layout[row.topic].id, at.partition, at.offset) for row, at in landed if row.rests])
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM events_outbox WHERE id = ANY(%s)", [[r.id for r, _ in landed if not r.rests]])
        failed = [answer for answer in answers if isinstance(answer, SendFailure)]
        if failed:
            raise Away(
                f"{len(failed)} of {len(rows)} records were not acknowledged, the first because {failed[0].reason}"
            )

    def _mark(self, marks: Sequence[tuple[int, UUID, int, int]]) -> None:
        if marks:
            with connection.cursor() as cursor:
                cursor.execute(MARK_SENT, [list(column) for column in zip(*marks, strict=True)])


def _to_record(topic: str, key: memoryview | None, value: memoryview | None, headers: str | None) -> Record:
    pairs = json.loads(headers) if headers else None
    return Record(topic, _to_bytes(key), _to_bytes(value), headers_from_json(pairs))


def _to_bytes(value: memoryview | None) -> bytes | None:
    return None if value is None else bytes(value)
