"""Speak Kafka: the one file that knows kafka-python.

What was measured on 3.0.12 and is mended here. After a broker came back empty, an idempotent producer refuses every
further record, a consumer beyond the new end waits for ever without an error, and any client that still asks for a
topic makes it again with the broker's own number of partitions. So: a producer that failed is thrown away, each batch
reads the topics' ids again, and no client may make a topic by asking for it.
"""

import logging
import struct
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import CorruptRecordError, KafkaError, MessageSizeTooLargeError, TopicAlreadyExistsError
from kafka.net.compat import KafkaNetClient

from events import topics
from events.records import Position, Record, SendFailure

logger = logging.getLogger(__name__)
# What kafka-python raises when the broker goes away under a call: its own errors, and those of its IO thread.
KAFKA_ERRORS = (KafkaError, OSError, RuntimeError, ValueError)


class Away(Exception):
    """The broker cannot be reached, or does not do what is asked in time."""


class Garbled(Exception):
    """The next record of some partition cannot even be unpacked."""


def _open_client(kind: Callable[..., Any], **config: Any) -> Any:
    """A client whose threads end with it, also when it never gets through to the broker."""
    made: list[KafkaNetClient] = []

    def client(**configs: Any) -> KafkaNetClient:
        made.append(KafkaNetClient(**configs))
        made[0].cluster.config["allow_auto_create_topics"] = False  # the option of that name is not passed on
        return made[0]

    bounds = {"reconnect_backoff_max_ms": 1000, "bootstrap_timeout_ms": 2000, "request_timeout_ms": 4000}
    try:
        return kind(
            bootstrap_servers=settings.KAFKA_BOOTSTRAP_SERVERS,
            client_id="fanfare",
            kafka_client=client,
            **bounds,
            **config,
        )
    except BaseException:
        for network in made:
            network.close()
        raise


def _connect_client(kind: Callable[..., Any], **config: Any) -> Any:
    try:
        return _open_client(kind, **config)
    except KAFKA_ERRORS as error:
        raise Away(_describe_error(error)) from error


def _close_client(client: Any, **options: Any) -> None:
    with suppress(*KAFKA_ERRORS):
        client.close(**options)


@dataclass(frozen=True, slots=True)
class TopicMetadata:
    """What the broker says about one topic today."""

    id: UUID
    partitions: tuple[int, ...]


class Cluster:
    """The broker's topics: which there are, and making those that are missing."""

    def __init__(self) -> None:
        self._admin: Any = None

    def layout(self, names: Iterable[str]) -> dict[str, TopicMetadata]:
        """Those of the topics that exist."""
        wanted = {topics.broker_name(name): name for name in names}
        found = self._ask(lambda admin: admin.describe_topics(list(wanted)))
        return {
            wanted[topic["name"]]: TopicMetadata(
                UUID(str(topic["topic_id"])), tuple(sorted(p["partition_index"] for p in topic["partitions"]))
            )
            for topic in found
            if not topic["error_code"] and topic["partitions"]
        }

    def make_topics(self) -> None:
        """Make what is missing and wait until it can be used. What exists is left as it is."""
        missing = set(topics.TOPICS) - set(self.layout(topics.TOPICS))
        if not missing:
            return
        wanted = {topics.broker_name(name): _new_topic_config(topics.TOPICS[name]) for name in sorted(missing)}
        answer = self._ask(lambda admin: admin.create_topics(wanted, raise_errors=False))
        for topic in answer["topics"]:
            if topic["error_code"] not in (0, TopicAlreadyExistsError.errno):
                raise Away(f"The topic {topic['name']} cannot be made: {topic['error_message']}")
        self._ask(lambda admin: admin.wait_for_topics(list(wanted)))
        logger.info("made the topics %s", ", ".join(wanted))

    def _ask(self, question: Callable[[Any], Any]) -> Any:
        try:
            if self._admin is None:
                self._admin = _open_client(KafkaAdminClient)
            return question(self._admin)
        except KAFKA_ERRORS as error:
            self.close()
            raise Away(_describe_error(error)) from error

    def close(self) -> None:
        if self._admin is not None:
            _close_client(self._admin)
            self._admin = None


def _new_topic_config(topic: topics.Topic) -> dict[str, Any]:
    keeps = int(topic.keeps.total_seconds() * 1000)
    configs = {"retention.ms": str(keeps), "segment.ms": str(keeps // 7), "cleanup.policy": "delete"}
    if settings.KAFKA_REPLICATION >= 3:
        configs["min.insync.replicas"] = "2"
    return {
        "num_partitions": topic.partitions or settings.KAFKA_PARTITIONS,
        "replication_factor": settings.KAFKA_REPLICATION,
        "configs": configs,
    }


def _describe_error(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:300]


def create_topics() -> None:
    cluster = Cluster()
    try:
        cluster.make_topics()
    finally:
        cluster.close()


def topic_id(name: str) -> UUID | None:
    """None: there is no such topic."""
    cluster = Cluster()
    try:
        found = cluster.layout([name]).get(name)
    finally:
        cluster.close()
    return found.id if found else None


class Producer:
    """Sends and waits for the acknowledgements. One thread at a time."""

    def __init__(self, *, linger_ms: int = 10) -> None:
        self._linger_ms = linger_ms
        self._client: Any = None

    def send(self, records: Sequence[Record]) -> list[Position | SendFailure]:
        """One answer for each record, in their order, within about five seconds."""
        try:
            futures = self._hand_over(records)
            with suppress(KafkaError):
                self._client.flush(timeout=6)
            answers = [_send_result(future) for future in futures]
        except KAFKA_ERRORS as error:
            answers = [SendFailure(_describe_error(error))] * len(records)
        if any(isinstance(answer, SendFailure) for answer in answers):
            self.close()  # the client may have given up for good without saying so
        return answers

    def _hand_over(self, records: Sequence[Record]) -> list[Any]:
        if self._client is None:
            self._client = self._connect()
        futures: list[Any] = []
        for record in records:
            headers = list(record.headers)
            try:
                sent = self._client.send(topics.broker_name(record.topic), record.value, record.key, headers)
            except MessageSizeTooLargeError as error:
                sent = error
            except KAFKA_ERRORS as error:  # each further one would wait as long as this one did
                return futures + [error] * (len(records) - len(futures))
            futures.append(sent)
        return futures

    def _connect(self) -> Any:
        return _open_client(
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
            _close_client(self._client, timeout=1)
            self._client = None


def _send_result(future: Any) -> Position | SendFailure:
    if isinstance(future, Exception):
        return SendFailure(_describe_error(future))
    if not future.is_done:
        return SendFailure("no answer in time")
    if future.failed():
        return SendFailure(_describe_error(future.exception))
    return Position(future.value.partition, future.value.offset)


class PartitionReader:
    """Some partitions, read from given offsets on, with no group. Partitions are (topic, number)."""

    def __init__(self, partitions: Iterable[tuple[str, int]]) -> None:
        self._places = {TopicPartition(topics.broker_name(name), number): (name, number) for name, number in partitions}
        self._consumer = _connect_client(
            KafkaConsumer,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            check_crcs=True,
            max_poll_records=5000,
            max_partition_fetch_bytes=4 * 1024 * 1024,
            fetch_max_wait_ms=settings.KAFKA_FETCH_MAX_WAIT_MS,
            metrics_enabled=False,
        )
        self._consumer.assign(list(self._places))

    def edges(self, *, end: bool) -> dict[tuple[str, int], int]:
        """The first offset there is, or the one after the last."""
        try:
            ask = self._consumer.end_offsets if end else self._consumer.beginning_offsets
            return {self._places[place]: offset for place, offset in ask(list(self._places)).items()}
        except KAFKA_ERRORS as error:
            raise Away(_describe_error(error)) from error

    def seek(self, offsets: dict[tuple[str, int], int]) -> None:
        for place, partition in self._places.items():
            self._consumer.seek(place, offsets[partition])

    def poll(self, seconds: float, *, most: int | None = None) -> list[tuple[str, int, list[Any]]]:
        """Topic, partition and records. Raises Away or Garbled, and is of no more use then."""
        try:
            polled = self._consumer.poll(timeout_ms=int(seconds * 1000), max_records=most)
        except (CorruptRecordError, ValueError, IndexError, struct.error) as error:
            raise Garbled(_describe_error(error)) from error
        except KAFKA_ERRORS as error:
            raise Away(_describe_error(error)) from error
        return [(*self._places[place], records) for place, records in polled.items()]

    def close(self) -> None:
        _close_client(self._consumer)
