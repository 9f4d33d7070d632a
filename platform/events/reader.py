"""Read all partitions of some topics in batches, from stored positions on.

It uses no consumer group: storing the positions detects a second consumer of the same partitions. A broker that has
lost its data has new topics under the old names, and reports no error for a position beyond their end. Therefore the
topics' ids are read again with every batch.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from time import monotonic
from typing import Any
from uuid import UUID

from events import topics
from events.exceptions import BrokerUnavailable, CorruptRecord, ReadingRefused
from events.kafka import Cluster, PartitionReader, TopicMetadata
from events.records import Batch, Incoming, OffsetRange, Rejected

logger = logging.getLogger(__name__)
REFRESH_SECONDS = 3.0  # until a new topic is noticed
REFUSED_SECONDS = 60.0  # until reading a source's topic is tried again after the broker refused it
type Positions = Mapping[tuple[UUID, int], int]


class Reader:
    """Reads topics in batches. Missing topics are created.

    `find_names` returns the names of the topics; it is called every few seconds. A source's topic that cannot be
    created or read is left out, so that it does not stop the others.

    `load_positions` returns the positions to start at, by topic id and partition; it is called whenever reading starts
    again. Without it the reader starts at the end of the topics and remembers its positions itself.
    """

    def __init__(
        self,
        find_names: Callable[[], Sequence[str]],
        load_positions: Callable[[set[UUID]], Positions] | None = None,
    ) -> None:
        self._find_names = find_names
        self._names: Sequence[str] = ()
        self._refresh_at = 0.0
        self._refused_until: dict[str, float] = {}
        self._load_positions = load_positions
        self._from_end = load_positions is None
        self._cluster = Cluster()
        self._partition_reader: PartitionReader | None = None
        self._metadata: dict[str, TopicMetadata] = {}
        self._positions: dict[tuple[UUID, int], int] = {}

    def poll(self, seconds: float) -> Batch:
        """Return the records that come within `seconds`. The batch is empty also when the topics have changed.

        Raises BrokerUnavailable.
        """
        self._refresh_names()
        try:
            partition_reader = self._partition_reader or self._open_reader()
            try:
                polled = partition_reader.poll(seconds)
            except CorruptRecord as error:
                self.rewind()
                return self._skip_corrupt_record(str(error))
            except ReadingRefused as error:
                return self._leave_out(error)
            if self._cluster.describe_topics(self._names) != self._metadata:
                # Created again after the broker lost them, or partitions were added: the batch may be of the old ones.
                logger.warning("the topics %s have changed: reading them again", ", ".join(self._names))
                self.rewind()
                return Batch()
        except BrokerUnavailable:
            self.close()
            raise
        return self._batch(polled)

    def _refresh_names(self) -> None:
        """Ask from time to time which topics to read. If they are others now, begin again at the stored positions."""
        now = monotonic()
        if now < self._refresh_at:
            return
        names = [name for name in self._find_names() if self._refused_until.get(name, 0.0) <= now]
        self._refresh_at = now + REFRESH_SECONDS
        if names != self._names:
            self._names = names
            self.rewind()

    def _leave_out(self, error: ReadingRefused) -> Batch:
        """Read on without the topics that the broker refuses. Raises BrokerUnavailable if one of them is ours."""
        if error.topics & topics.TOPICS.keys():
            raise BrokerUnavailable(str(error)) from error
        logger.warning("%s; going on without", error)
        self._refused_until |= dict.fromkeys(error.topics, monotonic() + REFUSED_SECONDS)
        self._refresh_at = 0.0
        self.rewind()
        return Batch()

    def rewind(self) -> None:
        """Discard what was polled: the next poll starts at the stored positions."""
        if self._partition_reader is not None:
            self._partition_reader.close()
            self._partition_reader = None

    def close(self) -> None:
        self.rewind()
        self._cluster.close()

    def _open_reader(self) -> PartitionReader:
        self._metadata = self._cluster.describe_or_create_topics(self._names)
        partitions = self._partitions()
        partition_reader = PartitionReader(partitions)
        try:
            defaults = partition_reader.boundary_offsets(end=self._from_end)
            stored = self._stored_positions()
            self._positions = {key: stored.get(key, defaults[partition]) for partition, key in partitions.items()}
            partition_reader.seek({partition: self._positions[key] for partition, key in partitions.items()})
        except BaseException:
            partition_reader.close()
            raise
        self._from_end = False  # a topic that is created again is read from its beginning
        self._partition_reader = partition_reader
        return partition_reader

    def _stored_positions(self) -> Positions:
        if self._load_positions is None:
            return self._positions
        return self._load_positions({topic.id for topic in self._metadata.values()})

    def _partitions(self) -> dict[tuple[str, int], tuple[UUID, int]]:
        """Map (topic name, partition) to (topic id, partition)."""
        return {(name, n): (topic.id, n) for name, topic in self._metadata.items() for n in topic.partitions}

    def _batch(self, polled: list[tuple[str, int, list[Any]]]) -> Batch:
        batch = Batch()
        for name, partition, records in polled:
            topic_id = self._metadata[name].id
            batch.offset_ranges.append(self._advance(name, partition, records[-1].offset + 1))
            batch.records.extend(
                Incoming(name, topic_id, partition, record.offset, record.key, record.value, _headers(record.headers))
                for record in records
            )
        return batch

    def _advance(self, name: str, partition: int, to: int) -> OffsetRange:
        key = (self._metadata[name].id, partition)
        offset_range = OffsetRange(name, *key, self._positions[key], to)
        self._positions[key] = to
        return offset_range

    def _skip_corrupt_record(self, reason: str) -> Batch:
        """Skip one record that cannot be unpacked. To find its partition, read each partition alone."""
        for (name, partition), key in self._partitions().items():
            partition_reader = PartitionReader([(name, partition)])
            try:
                position = self._positions[key]
                if position >= partition_reader.boundary_offsets(end=True)[name, partition]:
                    continue
                partition_reader.seek({(name, partition): position})
                partition_reader.poll(5, max_records=1)
            except CorruptRecord:
                empty = Incoming(name, key[0], partition, position, None, None, ())
                return Batch(
                    offset_ranges=[self._advance(name, partition, position + 1)], corrupt=[Rejected(empty, reason)]
                )
            finally:
                partition_reader.close()
        raise BrokerUnavailable(f"a record could not be unpacked, and a moment later all could: {reason}")


def _headers(headers: Sequence[tuple[str, bytes | None]]) -> tuple[tuple[str, bytes], ...]:
    return tuple((name, value or b"") for name, value in headers) if headers else ()
