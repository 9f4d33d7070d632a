"""Send hints to every web process, from a thread of its own, so that no commit waits for Kafka.

A hint that gets lost here does no harm: the rows hold everything, and the next heartbeat repairs it.
"""

import atexit
import logging
import os
import threading
from collections import deque
from collections.abc import Sequence

from events import topics
from events.kafka import Producer
from events.records import Position, Record, SendFailure
from live.wire_format import Hint, encode_hints

logger = logging.getLogger(__name__)
MAX_WAITING_RECORDS = 1000  # that wait while Kafka is away; then the oldest are dropped
RETRY_SECONDS = 0.2  # between two tries while Kafka is away
CLOSE_TIMEOUT_SECONDS = 2.0  # that a process which ends waits for the last records


class Publisher:
    """One thread and one producer, started by the first record."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Begin anew: nothing waits and no thread runs."""
        self._waiting: deque[bytes] = deque(maxlen=MAX_WAITING_RECORDS)
        self._wake = threading.Condition()
        self._ending = False
        self._outage_logged = False
        self._thread = threading.Thread(target=self._run, name="live-publisher", daemon=True)

    def put(self, record: bytes) -> None:
        """Hand a record to the thread. This never waits for Kafka and never fails because of it."""
        with self._wake:
            self._waiting.append(record)
            self._wake.notify()
            if not self._thread.ident:
                self._thread.start()

    def close(self) -> None:
        """Send what still waits, for CLOSE_TIMEOUT_SECONDS at most, and end."""
        with self._wake:
            self._ending = True
            self._wake.notify()
        if self._thread.ident:
            self._thread.join(CLOSE_TIMEOUT_SECONDS)

    def _run(self) -> None:
        producer = Producer(linger_ms=0)
        batch: list[bytes] = []
        while batch := self._next_batch(batch):
            answers = _send_batch(producer, batch)
            self._log_outage(answers)
            batch = [record for record, answer in zip(batch, answers, strict=True) if isinstance(answer, SendFailure)]
        producer.close()

    def _next_batch(self, failed: list[bytes]) -> list[bytes]:
        """The failed records, after a pause, and the new ones. Empty when it is time to end."""
        with self._wake:
            if failed:
                self._wake.wait_for(lambda: self._ending, RETRY_SECONDS)
            else:
                self._wake.wait_for(lambda: self._waiting or self._ending)
            batch = [] if failed and self._ending else [*failed, *self._waiting][-MAX_WAITING_RECORDS:]
            self._waiting.clear()
        return batch

    def _log_outage(self, answers: Sequence[object]) -> None:
        """Log once that Kafka is away, and once that it is back."""
        reasons = [answer.reason for answer in answers if isinstance(answer, SendFailure)]
        if reasons and not self._outage_logged:
            logger.warning("notices cannot be pushed; heartbeats repair it: %s", reasons[0])
        elif self._outage_logged and not reasons:
            logger.info("notices are pushed again")
        self._outage_logged = bool(reasons)


def _send_batch(producer: Producer, batch: list[bytes]) -> list[Position | SendFailure]:
    try:
        return producer.send([Record(topics.NOTICES, None, record) for record in batch])
    except Exception as error:
        logger.exception("notices cannot be pushed")
        producer.close()
        return [SendFailure(repr(error))] * len(batch)


_publisher = Publisher()
atexit.register(_publisher.close)
os.register_at_fork(after_in_child=_publisher.reset)  # a fork has our variables but not our thread


def publish(hints: list[Hint]) -> None:
    """Send these hints as one record. Returns at once."""
    _publisher.put(encode_hints(hints))
