"""Send: hints to every web process, from a thread of its own, so that no commit ever waits for Kafka.

What is lost here is repaired by the heartbeat: the rows are the truth.
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
MAX_WAITING_RECORDS = 1000  # records that wait while Kafka is away; then the oldest are forgotten
RETRY_SECONDS = 0.2  # seconds between two tries while Kafka is away
CLOSE_TIMEOUT_SECONDS = 2.0  # seconds that a process which ends gives to what still waits


class Publisher:
    """One thread and one producer; the first record starts them."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Anew: nothing waits, nothing runs."""
        self._waiting: deque[bytes] = deque(maxlen=MAX_WAITING_RECORDS)
        self._wake = threading.Condition()
        self._ending = False
        self._away = False
        self._thread = threading.Thread(target=self._run, name="live-courier", daemon=True)

    def put(self, record: bytes) -> None:
        """Never waits for Kafka, never fails because of it."""
        with self._wake:
            self._waiting.append(record)
            self._wake.notify()
            if not self._thread.ident:
                self._thread.start()

    def close(self) -> None:
        """Send what still waits, if that goes quickly."""
        with self._wake:
            self._ending = True
            self._wake.notify()
        if self._thread.ident:
            self._thread.join(CLOSE_TIMEOUT_SECONDS)

    def _run(self) -> None:
        producer = Producer(linger_ms=0)
        batch: list[bytes] = []
        while batch := self._take(batch):
            answers = _send_batch(producer, batch)
            self._note(answers)
            batch = [record for record, answer in zip(batch, answers, strict=True) if isinstance(answer, SendFailure)]
        producer.close()

    def _take(self, failed: list[bytes]) -> list[bytes]:
        """What failed, after a pause, and what came; nothing when it is time to end."""
        with self._wake:
            if failed:
                self._wake.wait_for(lambda: self._ending, RETRY_SECONDS)
            else:
                self._wake.wait_for(lambda: self._waiting or self._ending)
            batch = [] if failed and self._ending else [*failed, *self._waiting][-MAX_WAITING_RECORDS:]
            self._waiting.clear()
        return batch

    def _note(self, answers: Sequence[object]) -> None:
        """Say once that Kafka is away, and once that it is back."""
        reasons = [answer.reason for answer in answers if isinstance(answer, SendFailure)]
        if reasons and not self._away:
            logger.warning("notices cannot be pushed; heartbeats repair it: %s", reasons[0])
        elif self._away and not reasons:
            logger.info("notices are pushed again")
        self._away = bool(reasons)


def _send_batch(producer: Producer, batch: list[bytes]) -> list[Position | SendFailure]:
    try:
        return producer.send([Record(topics.NOTICES, None, record) for record in batch])
    except Exception as error:
        logger.exception("notices cannot be pushed")
        producer.close()
        return [SendFailure(repr(error))] * len(batch)


_publisher = Publisher()
atexit.register(_publisher.close)
os.register_at_fork(after_in_child=_publisher.begin)  # a fork has our variables but not our thread


def publish(news: list[Hint]) -> None:
    """Hand one record over, and return at once."""
    _publisher.put(encode_hints(news))
