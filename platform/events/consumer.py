"""Consume topics. Each poll is one transaction: a batch's effects and its offsets are stored together or not at all."""

import logging
import random
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial

from django.db import InterfaceError, OperationalError, transaction

from events import dead_letters, offsets
from events.exceptions import BrokerUnavailable, OffsetConflict, TooManyFailures
from events.poison import BatchHandler, FailureTracker, handle_isolating_failures, sqlstate
from events.reader import Reader
from events.records import Batch, Rejected
from worker import loop

logger = logging.getLogger(__name__)
RETRYABLE_SQLSTATES = {"40P01", "40001"}  # deadlock, serialization failure: the batch is tried again at once
MAX_ATTEMPTS = 5
MAX_LOGGED_DEAD_LETTERS = 5  # of one batch
POLL_SECONDS = 0.5  # how long a poll waits for records, and the pause between polls while Kafka is unavailable


class Consumer:
    """Passes batches of records to `handle`, each record once. `find_topics` returns the names of the topics to read.

    `handle(records)` runs inside the transaction and returns the records that it rejects, with reasons. It may get a
    record again, but only after everything that it wrote was rolled back. Effects outside the database belong into
    `transaction.on_commit`.
    """

    def __init__(
        self,
        name: str,
        find_topics: Callable[[], Sequence[str]],
        handle: BatchHandler,
        *,
        stop: threading.Event | None = None,
    ) -> None:
        self.name = name
        self.stop = stop or threading.Event()
        self.failure: TooManyFailures | None = None
        self._handle = handle
        self._failures = FailureTracker()
        self._broker_is_away = False
        self._reader = Reader(find_topics, partial(offsets.read_stored, name))

    def step(self) -> bool:
        """Poll once and process what came. Return whether anything came. Raises OperationalError without a database."""
        try:
            batch = self._reader.poll(POLL_SECONDS)
        except BrokerUnavailable as error:
            if not self._broker_is_away:
                logger.warning("%s: Kafka is unavailable, trying again: %s", self.name, error)
            self._broker_is_away = True
            self.stop.wait(POLL_SECONDS)
            return False
        self._broker_is_away = False
        if not batch.offset_ranges:
            return False
        try:
            return self._commit_with_retries(batch)
        except BaseException:
            self._reader.rewind()
            raise

    def close(self) -> None:
        self._reader.close()

    def _commit_with_retries(self, batch: Batch) -> bool:
        for attempt in range(MAX_ATTEMPTS):
            try:
                self._commit(batch)
                return True
            except OffsetConflict as error:
                logger.warning("%s; reading again from the stored offsets", error)
                self._reader.rewind()
                return False
            except TooManyFailures as error:
                self.failure = error
                self.stop.set()
                raise
            except (OperationalError, InterfaceError) as error:
                if attempt == MAX_ATTEMPTS - 1 or sqlstate(error) not in RETRYABLE_SQLSTATES:
                    raise
                time.sleep(0.02 * 2**attempt * random.uniform(0.5, 1.5))  # noqa: S311 - jitter
        raise AssertionError("unreachable")

    def _commit(self, batch: Batch) -> None:
        failures = self._failures.copy()
        with transaction.atomic():
            # First, so that a second consumer of the same partitions waits here and does no work in vain.
            offsets.advance(self.name, batch.offset_ranges)
            rejected = batch.corrupt + (
                handle_isolating_failures(batch.records, self._handle, failures) if batch.records else []
            )
            if rejected:
                dead_letters.store(rejected)
        self._failures = failures
        self._log_dead_letters(rejected)

    def _log_dead_letters(self, rejected: Sequence[Rejected]) -> None:
        for rejection in rejected[:MAX_LOGGED_DEAD_LETTERS]:
            record = rejection.record
            logger.warning("%s: dead-lettered %s/%d@%d", self.name, record.topic, record.partition, record.offset)
        if len(rejected) > MAX_LOGGED_DEAD_LETTERS:
            logger.warning("%s: dead-lettered %d more records", self.name, len(rejected) - MAX_LOGGED_DEAD_LETTERS)


class _NoWait:
    """A wake source that never waits: polling Kafka already waits for records."""

    def wait(self, seconds: float) -> bool:
        return True


def run(
    name: str, find_topics: Callable[[], Sequence[str]], handle: BatchHandler, *, stop: threading.Event | None = None
) -> None:
    """Consume until SIGTERM. Raises TooManyFailures when so many records fail that the consumer stops itself."""
    with closing(Consumer(name, find_topics, handle, stop=stop)) as consumer:
        try:
            loop.run(consumer.step, wake=_NoWait(), stop=consumer.stop)
        finally:
            if consumer.failure:
                logger.critical("%s stops: %s", name, consumer.failure)
        if consumer.failure:
            raise consumer.failure
