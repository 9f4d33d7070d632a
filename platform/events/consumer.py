"""Consume: one poll, one transaction. The effects of a batch and how far it reads are stored together or not at all."""

import logging
import random
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from functools import partial

from django.db import InterfaceError, OperationalError, transaction

from events import dead_letters, offsets
from events.kafka import Away
from events.poison import BatchHandler, FailureTracker, TooManyFailures, handle_isolating_failures, sqlstate
from events.reader import Reader
from events.records import Batch
from worker import loop

logger = logging.getLogger(__name__)
RETRYABLE_SQLSTATES = {"40P01", "40001"}  # deadlock, serialization failure: the same batch again, at once
POLL_SECONDS = 0.5  # seconds: how long a poll waits, and how long we rest while Kafka is away


class Consumer:
    """Hands batches of records to `handle`, each once.

    `handle(records)` runs inside the transaction and returns those it rejects, with a reason for a person. It may be
    given a record again, but only after everything it wrote for it was rolled back; what it does elsewhere it does
    `on_commit`.
    """

    def __init__(
        self, name: str, topics: Sequence[str], handle: BatchHandler, *, stop: threading.Event | None = None
    ) -> None:
        self.name = name
        self.stop = stop or threading.Event()
        self.failure: TooManyFailures | None = None
        self._handle = handle
        self._doubt = FailureTracker()
        self._away = False
        self._reader = Reader(topics, partial(offsets.read_stored, name))

    def step(self) -> bool:
        """Poll once and take in what came; true if anything did. Raises OperationalError while the database is away."""
        try:
            batch = self._reader.poll(POLL_SECONDS)
        except Away as error:
            if not self._away:
                logger.warning("%s: Kafka is away: %s", self.name, error)
            self._away = True
            self.stop.wait(POLL_SECONDS)
            return False
        self._away = False
        if not batch.spans:
            return False
        try:
            return self._take_in(batch)
        except BaseException:
            self._reader.rewind()
            raise

    def close(self) -> None:
        self._reader.close()

    def _take_in(self, batch: Batch) -> bool:
        for attempt in range(5):
            try:
                self._commit(batch)
                return True
            except offsets.Fenced as error:
                logger.warning("%s; reading on from what is stored", error)
                self._reader.rewind()
                return False
            except TooManyFailures as error:
                self.failure = error
                self.stop.set()
                raise
            except (OperationalError, InterfaceError) as error:
                if attempt == 4 or sqlstate(error) not in RETRYABLE_SQLSTATES:
                    raise
                time.sleep(0.02 * 2**attempt * random.uniform(0.5, 1.5))  # noqa: S311 - jitter
        raise AssertionError("unreachable")

    def _commit(self, batch: Batch) -> None:
        doubt = self._doubt.copy()
        with transaction.atomic():
            offsets.advance(self.name, batch.spans)  # first: a second owner waits here, and then does nothing in vain
            rejected = batch.garbled + (
                handle_isolating_failures(batch.records, self._handle, doubt) if batch.records else []
            )
            if rejected:
                dead_letters.store(rejected)
        self._doubt = doubt
        for letter in rejected[:5]:
            at = letter.record
            logger.warning("%s: %s/%d@%d set aside", self.name, at.topic, at.partition, at.offset)
        if len(rejected) > 5:
            logger.warning("%s: and %d more set aside", self.name, len(rejected) - 5)


class _NoWait:
    """For the worker's loop: Kafka's own poll is the rest."""

    def wait(self, seconds: float) -> bool:
        return True


def run(name: str, topics: Sequence[str], handle: BatchHandler, *, stop: threading.Event | None = None) -> None:
    """Consume until SIGTERM, or until so much fails that going on would be wrong: then raise TooManyFailures."""
    with closing(Consumer(name, topics, handle, stop=stop)) as consumer:
        try:
            loop.run(consumer.step, wake=_NoWait(), stop=consumer.stop)
        finally:
            if consumer.failure:
                logger.critical("%s stops: %s", name, consumer.failure)
        if consumer.failure:
            raise consumer.failure
