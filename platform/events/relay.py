"""Send the outbox to Kafka, and delete each row when its record is safe.

One relay works at a time. A row is unsent until it is marked with the topic id, partition and offset of its record. If
the broker has lost that topic and created it anew, the topic has another id, and the row becomes unsent again.
"""

import json
import logging
import time
from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef

from events import topics
from events.exceptions import BrokerUnavailable
from events.kafka import Cluster, Producer, TopicMetadata
from events.models import Outbox, StoredOffset
from events.records import Position, Record, SendFailure, headers_from_json

logger = logging.getLogger(__name__)
ADVISORY_LOCK = 0x0FA_0001  # the relay that holds this lock works, the others wait
RETRY_SECONDS = 1.0  # between attempts while Kafka is unavailable, or while another relay holds the lock
CONSUMERS = sorted({topic.counted_by for topic in topics.TOPICS.values() if topic.counted_by})
MAX_BATCH_ROWS, MAX_BATCH_BYTES = 2000, 16 * 1024 * 1024

# Oldest first, at most 16 MiB, but at least one row. The sum limits the memory: 2000 rows of any size may be 1.8 GB.
# It costs little: 37 ms for 2000 small rows, against 31 ms for a slice with the ORM.
SELECT_UNSENT = """
SELECT id, topic, key, value, headers, keep_until_counted FROM (
    SELECT *, sum(coalesce(octet_length(value), 0)) OVER (ORDER BY id) - coalesce(octet_length(value), 0) AS before
    FROM (SELECT * FROM events_outbox WHERE topic_id IS NULL ORDER BY id LIMIT %s) AS oldest
) AS sized WHERE before < %s ORDER BY id
"""
# One statement for all rows: 26 ms for 2000 rows, against 1600 ms with bulk_update.
MARK_SENT = """
UPDATE events_outbox SET topic_id = sent.topic_id, partition = sent.part, "offset" = sent.pos
FROM unnest(%s::bigint[], %s::uuid[], %s::int[], %s::bigint[]) AS sent (id, topic_id, part, pos)
WHERE events_outbox.id = sent.id
"""


class OutboxRow(NamedTuple):
    id: int
    topic: str
    record: Record
    keep_until_counted: bool


class Relay:
    """Sends the outbox. The worker's loop calls `step`; `due` says when to call it again without being woken."""

    def __init__(self) -> None:
        self._cluster = Cluster()
        self._producer = Producer()
        self._topic_ids: dict[str, UUID] = {}
        self._locked_connection: Any = None
        self._retry_at: float | None = None

    def step(self) -> bool:
        """Send one batch. Return whether more may be waiting."""
        if not self._holds_lock() or (self._retry_at and time.monotonic() < self._retry_at):
            return False
        try:
            has_sent = self._relay_batch()
        except BrokerUnavailable as error:
            if self._retry_at is None:
                logger.warning("Kafka is unavailable, the outbox waits: %s", error)
            self._retry_at = time.monotonic() + RETRY_SECONDS
            return False
        if self._retry_at:
            logger.warning("Kafka is available again")
        self._retry_at = None
        return has_sent

    def due(self) -> float | None:
        """Return the seconds until the next attempt, or None while Kafka is available and this relay holds the lock."""
        return RETRY_SECONDS if self._locked_connection is None or self._retry_at else None

    def close(self) -> None:
        self._producer.close()
        self._cluster.close()

    def _holds_lock(self) -> bool:
        """Whether this relay may work. The lock belongs to the session: a lost connection has lost the lock too."""
        connection.ensure_connection()
        if self._locked_connection is connection.connection:
            return True
        self._locked_connection = None
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [ADVISORY_LOCK])
            if cursor.fetchone() == (True,):
                self._locked_connection = connection.connection
                self._topic_ids.clear()
        return self._locked_connection is not None

    def _relay_batch(self) -> bool:
        metadata = self._cluster.describe_topics(topics.all_names())
        if missing := topics.TOPICS.keys() - metadata.keys():
            metadata |= self._cluster.describe_or_create_topics(missing)
        self._reset_forgotten(metadata)
        with connection.cursor() as cursor:
            cursor.execute(SELECT_UNSENT, [MAX_BATCH_ROWS, MAX_BATCH_BYTES])
            rows = [
                OutboxRow(pk, topic, _to_record(topic, key, value, headers), kept)
                for pk, topic, key, value, headers, kept in cursor.fetchall()
            ]
        if missing := {row.topic for row in rows} - metadata.keys():  # topics of sources, for replayed records
            metadata |= self._cluster.describe_or_create_topics(missing)
            rows = [row for row in rows if row.topic in metadata]
        if rows:
            self._send(rows, metadata)
        _delete_counted()
        return bool(rows)

    def _reset_forgotten(self, metadata: dict[str, TopicMetadata]) -> None:
        """Mark rows as unsent whose topic the broker has lost: it has another topic of that name now."""
        for name, topic in metadata.items():
            if self._topic_ids.get(name) == topic.id:
                continue
            lost = Outbox.objects.filter(topic=name, topic_id__isnull=False).exclude(topic_id=topic.id)
            if reset := lost.update(topic_id=None, partition=None, offset=None):
                logger.warning("%s was created anew: sending %d records again", name, reset)
            self._topic_ids[name] = topic.id

    def _send(self, rows: Sequence[OutboxRow], before: dict[str, TopicMetadata]) -> None:
        answers = self._producer.send([row.record for row in rows])
        # If a broker was replaced by an empty one meanwhile, an acknowledgement may come from either of them.
        after = self._cluster.describe_topics({row.topic for row in rows})
        unchanged = {name for name, topic in after.items() if name in before and topic.id == before[name].id}
        stored = [
            (row, answer)
            for row, answer in zip(rows, answers, strict=True)
            if isinstance(answer, Position) and row.topic in unchanged
        ]
        self._mark_sent(
            [
                (row.id, before[row.topic].id, position.partition, position.offset)
                for row, position in stored
                if row.keep_until_counted
            ]
        )
        if acknowledged := [row.id for row, _ in stored if not row.keep_until_counted]:
            Outbox.objects.filter(pk__in=acknowledged).delete()
        failed = [answer for answer in answers if isinstance(answer, SendFailure)]
        if failed:
            raise BrokerUnavailable(
                f"{len(failed)} of {len(rows)} records were not acknowledged, the first because {failed[0].reason}"
            )

    def _mark_sent(self, marks: Sequence[tuple[int, UUID, int, int]]) -> None:
        if marks:
            with connection.cursor() as cursor:
                cursor.execute(MARK_SENT, [list(column) for column in zip(*marks, strict=True)])


def _delete_counted() -> None:
    """Delete the rows whose records their consumer has passed."""
    passed = StoredOffset.objects.filter(
        consumer__in=CONSUMERS,
        topic_id=OuterRef("topic_id"),
        partition=OuterRef("partition"),
        next__gt=OuterRef("offset"),
    )
    Outbox.objects.filter(Exists(passed)).delete()


def _to_record(topic: str, key: memoryview | None, value: memoryview | None, headers: str | None) -> Record:
    pairs = json.loads(headers) if headers else None
    return Record(topic, _to_bytes(key), _to_bytes(value), headers_from_json(pairs))


def _to_bytes(value: memoryview | None) -> bytes | None:
    return None if value is None else bytes(value)
