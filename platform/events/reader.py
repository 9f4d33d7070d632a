"""Read: every partition of some topics, in batches, from where somebody stored that we are.

No group: whoever stores the positions fences a second owner. A broker that restarted empty has new topics under the old
names and raises no error for a position beyond their end, so the topics' ids are read again with every batch.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from events.kafka import Away, Cluster, Garbled, PartitionReader, TopicMetadata
from events.records import Batch, Incoming, OffsetRange, Rejected

logger = logging.getLogger(__name__)
type Positions = Mapping[tuple[UUID, int], int]


class Reader:
    """`stored` gives the positions to begin at, by topic id and partition, and is asked whenever reading begins anew.

    Without it the reader remembers them itself and begins at the end: a tail. Topics that are missing are made.
    """

    def __init__(self, names: Sequence[str], stored: Callable[[set[UUID]], Positions] | None = None) -> None:
        self._names = names
        self._stored = stored
        self._from_end = stored is None
        self._cluster = Cluster()
        self._feed: PartitionReader | None = None
        self._layout: dict[str, TopicMetadata] = {}
        self._positions: dict[tuple[UUID, int], int] = {}

    def poll(self, seconds: float) -> Batch:
        """What came within the time; empty also when the topics turn out to be new ones. Raises Away."""
        try:
            feed = self._feed or self._begin()
            try:
                polled = feed.poll(seconds)
            except Garbled as error:
                self.rewind()
                return self._garbled(str(error))
            if self._cluster.layout(self._names) != self._layout:
                # Made again by a broker that forgot, or grown. What was polled may be of either.
                logger.warning("the topics %s have changed: reading begins anew", ", ".join(self._names))
                self.rewind()
                return Batch()
        except Away:
            self.close()
            raise
        return self._batch(polled)

    def rewind(self) -> None:
        """Forget what was polled: the next poll begins at the stored positions."""
        if self._feed is not None:
            self._feed.close()
            self._feed = None

    def close(self) -> None:
        self.rewind()
        self._cluster.close()

    def _begin(self) -> PartitionReader:
        self._layout = self._cluster.layout(self._names)
        if len(self._layout) < len(self._names):
            self._cluster.make_topics()
            self._layout = self._cluster.layout(self._names)
        partitions = self._partitions()
        feed = PartitionReader(partitions)
        try:
            edges = feed.edges(end=self._from_end)
            stored = self._stored({topic.id for topic in self._layout.values()}) if self._stored else self._positions
            self._positions = {key: stored.get(key, edges[partition]) for partition, key in partitions.items()}
            feed.seek({partition: self._positions[key] for partition, key in partitions.items()})
        except BaseException:
            feed.close()
            raise
        self._from_end = False  # a topic made anew is read from its beginning, also by a tail
        self._feed = feed
        return feed

    def _partitions(self) -> dict[tuple[str, int], tuple[UUID, int]]:
        return {(name, n): (topic.id, n) for name, topic in self._layout.items() for n in topic.partitions}

    def _batch(self, polled: list[tuple[str, int, list[Any]]]) -> Batch:
        batch = Batch()
        for name, partition, records in polled:
            topic_id = self._layout[name].id
            batch.spans.append(self._pass(name, partition, records[-1].offset + 1))
            batch.records.extend(
                Incoming(name, topic_id, partition, r.offset, r.timestamp, r.key, r.value, _headers(r.headers))
                for r in records
            )
        return batch

    def _pass(self, name: str, partition: int, to: int) -> OffsetRange:
        key = (self._layout[name].id, partition)
        span = OffsetRange(name, *key, self._positions[key], to)
        self._positions[key] = to
        return span

    def _garbled(self, reason: str) -> Batch:
        """Find the partition whose next record it is by reading each alone, and pass over that one record."""
        for (name, partition), key in self._partitions().items():
            alone = PartitionReader([(name, partition)])
            try:
                position = self._positions[key]
                if position >= alone.edges(end=True)[name, partition]:
                    continue
                alone.seek({(name, partition): position})
                alone.poll(5, most=1)
            except Garbled:
                empty = Incoming(name, key[0], partition, position, 0, None, None, ())
                return Batch(spans=[self._pass(name, partition, position + 1)], garbled=[Rejected(empty, reason)])
            finally:
                alone.close()
        raise Away(f"nothing could be unpacked, and then everything: {reason}")


def _headers(headers: Sequence[tuple[str, bytes | None]]) -> tuple[tuple[str, bytes], ...]:
    return tuple((name, value or b"") for name, value in headers) if headers else ()
