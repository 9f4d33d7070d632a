"""Create topics, send records and read partitions. Only this module and `kafka_client` import kafka-python.

It works around three faults of kafka-python 3.0.12 with a broker that was restarted and has lost its data:

* An idempotent producer refuses every further record. So a producer that failed is replaced.
* A consumer beyond the new end waits for ever without an error. So the topics' ids are read again with each batch.
* A client that still asks for a topic creates it, with the broker's default of partitions. `kafka_client` prevents it.
"""

import logging
import struct
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import (
    CorruptRecordError,
    KafkaError,
    MessageSizeTooLargeError,
    TopicAlreadyExistsError,
    TopicAuthorizationFailedError,
)

from events import topics
from events.exceptions import BrokerUnavailable, CorruptRecord, ReadingRefused
from events.kafka_client import KAFKA_ERRORS, close_client, describe_error, open_client
from events.records import Position, Record, SendFailure

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TopicMetadata:
    """The broker's id of a topic and the numbers of its partitions."""

    id: UUID
    partitions: tuple[int, ...]


class Cluster:
    """Reads and creates the broker's topics."""

    def __init__(self) -> None:
        self._admin: Any = None
        self._warned: set[str] = set()  # warnings, each of which is logged once

    def describe_topics(self, names: Iterable[str]) -> dict[str, TopicMetadata]:
        """Return the metadata of those topics that exist."""
        wanted = {topics.broker_name(name): name for name in names}
        descriptions = self._call(lambda admin: admin.describe_topics(list(wanted)))
        return {
            wanted[topic["name"]]: TopicMetadata(
                UUID(str(topic["topic_id"])), tuple(sorted(p["partition_index"] for p in topic["partitions"]))
            )
            for topic in descriptions
            if not topic["error_code"] and topic["partitions"]
        }

    def describe_or_create_topics(self, names: Collection[str]) -> dict[str, TopicMetadata]:
        """Create those topics that are missing, and return the metadata of all.

        A topic of a source that cannot be created is left out, with a warning. Raises BrokerUnavailable for ours.
        """
        metadata = self.describe_topics(names)
        if missing := sorted(set(names) - metadata.keys()):
            self._create_topics(missing)
            metadata = self.describe_topics(names)
        return metadata

    def _create_topics(self, names: Sequence[str]) -> None:
        """Create topics and wait until they can be used. Somebody else may have created them meanwhile."""
        wanted = {topics.broker_name(name): name for name in names}
        configs = {topics.broker_name(name): _new_topic_config(topics.definition(name)) for name in names}
        answer = self._call(lambda admin: admin.create_topics(configs, raise_errors=False))
        for topic in answer["topics"]:
            if topic["error_code"] in (0, TopicAlreadyExistsError.errno):
                continue
            problem = f"cannot create the topic {topic['name']}: {topic['error_message'] or topic['error_code']}"
            if wanted.pop(topic["name"]) in topics.TOPICS:
                raise BrokerUnavailable(problem)
            if problem not in self._warned:
                self._warned.add(problem)
                logger.warning("%s; going on without it", problem)
        if wanted:
            self._call(lambda admin: admin.wait_for_topics(list(wanted)))
            logger.info("created the topics %s", ", ".join(wanted))

    def _call(self, request: Callable[[Any], Any]) -> Any:
        try:
            if self._admin is None:
                self._admin = open_client(KafkaAdminClient)
            return request(self._admin)
        except KAFKA_ERRORS as error:
            self.close()
            raise BrokerUnavailable(describe_error(error)) from error

    def close(self) -> None:
        if self._admin is not None:
            close_client(self._admin)
            self._admin = None


def _new_topic_config(topic: topics.Topic) -> dict[str, Any]:
    retention_ms = int(topic.retention.total_seconds() * 1000)
    configs = {"retention.ms": str(retention_ms), "segment.ms": str(retention_ms // 7), "cleanup.policy": "delete"}
    if settings.KAFKA_REPLICATION >= 3:
        configs["min.insync.replicas"] = "2"
    return {
        "num_partitions": topic.partitions or settings.KAFKA_PARTITIONS,
        "replication_factor": settings.KAFKA_REPLICATION,
        "configs": configs,
    }


def create_topics(names: Collection[str] = tuple(topics.TOPICS)) -> set[str]:
    """Create those of these topics that are missing. Return the ones of sources that could not be created.

    Raises BrokerUnavailable.
    """
    with closing(Cluster()) as cluster:
        return set(names) - cluster.describe_or_create_topics(names).keys()


class Producer:
    """Sends records and waits for their acknowledgements. Not safe for several threads."""

    def __init__(self, *, linger_ms: int = 10) -> None:
        self._linger_ms = linger_ms
        self._client: Any = None

    def send(self, records: Sequence[Record]) -> list[Position | SendFailure]:
        """Return one result for each record, in their order, within about five seconds."""
        try:
            futures = self._submit(records)
            with suppress(KafkaError):
                self._client.flush(timeout=6)
            results = [_send_result(future) for future in futures]
        except KAFKA_ERRORS as error:
            results = [SendFailure(describe_error(error))] * len(records)
        if any(isinstance(result, SendFailure) for result in results):
            self.close()  # the client may refuse all further records; see the top of this file
        return results

    def _submit(self, records: Sequence[Record]) -> list[Any]:
        if self._client is None:
            self._client = self._connect()
        futures: list[Any] = []
        for record in records:
            headers = list(record.headers)
            try:
                future = self._client.send(topics.broker_name(record.topic), record.value, record.key, headers)
            except MessageSizeTooLargeError as error:
                future = error
            except KAFKA_ERRORS as error:  # every further record would wait as long as this one did
                return futures + [error] * (len(records) - len(futures))
            futures.append(future)
        return futures

    def _connect(self) -> Any:
        return open_client(
            KafkaProducer,
            enable_idempotence=True,
            acks="all",
            linger_ms=self._linger_ms,
            batch_size=256 * 1024,
            compression_type="lz4",
            max_request_size=1024 * 1024,
            max_block_ms=2000,
            delivery_timeout_ms=5000,
            metrics_enabled=False,
        )

    def close(self) -> None:
        if self._client is not None:
            close_client(self._client, timeout=1)
            self._client = None


def _send_result(future: Any) -> Position | SendFailure:
    if isinstance(future, Exception):
        return SendFailure(describe_error(future))
    if not future.is_done:
        return SendFailure("no answer in time")
    if future.failed():
        return SendFailure(describe_error(future.exception))
    return Position(future.value.partition, future.value.offset)


class PartitionReader:
    """Reads some partitions from given offsets on, without a consumer group. A partition is (topic, number)."""

    def __init__(self, partitions: Iterable[tuple[str, int]]) -> None:
        self._partitions = {
            TopicPartition(topics.broker_name(name), number): (name, number) for name, number in partitions
        }
        try:
            self._consumer = open_client(
                KafkaConsumer,
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                check_crcs=True,
                max_poll_records=5000,
                max_partition_fetch_bytes=4 * 1024 * 1024,
                fetch_max_wait_ms=settings.KAFKA_FETCH_MAX_WAIT_MS,
                metrics_enabled=False,
            )
        except KAFKA_ERRORS as error:
            raise BrokerUnavailable(describe_error(error)) from error
        self._consumer.assign(list(self._partitions))

    def boundary_offsets(self, *, end: bool) -> dict[tuple[str, int], int]:
        """Return each partition's first offset, or with `end` the offset after its last record."""
        try:
            fetch = self._consumer.end_offsets if end else self._consumer.beginning_offsets
            return {self._partitions[key]: offset for key, offset in fetch(list(self._partitions)).items()}
        except KAFKA_ERRORS as error:
            raise BrokerUnavailable(describe_error(error)) from error

    def seek(self, offsets: dict[tuple[str, int], int]) -> None:
        """Read from these offsets on. Every partition needs one."""
        for key, partition in self._partitions.items():
            self._consumer.seek(key, offsets[partition])

    def poll(self, seconds: float, *, max_records: int | None = None) -> list[tuple[str, int, list[Any]]]:
        """Return (topic, partition, records). After an exception, discard this reader.

        Raises BrokerUnavailable, CorruptRecord and ReadingRefused.
        """
        try:
            polled = self._consumer.poll(timeout_ms=int(seconds * 1000), max_records=max_records)
        except (CorruptRecordError, ValueError, IndexError, struct.error) as error:
            raise CorruptRecord(describe_error(error)) from error
        except TopicAuthorizationFailedError as error:
            refused = {topics.broker_name(name): name for name, _ in self._partitions.values()}
            raise ReadingRefused({refused[name] for name in error.args[0]}) from error
        except KAFKA_ERRORS as error:
            raise BrokerUnavailable(describe_error(error)) from error
        return [(*self._partitions[key], records) for key, records in polled.items()]

    def close(self) -> None:
        close_client(self._consumer)
