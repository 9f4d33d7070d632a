"""Tail: read notices.v1 from its end, in one thread of each web process, and hand batches to the event loop.

It never gives up: a broker that went away, or came back empty, is asked again and again.
"""

import logging
import threading
from collections.abc import Callable

from events import topics
from events.kafka import Away
from events.reader import Reader
from live.wire_format import Hint, UnreadableHint, decode_hints

logger = logging.getLogger(__name__)
POLL_SECONDS = 0.5  # seconds; also the longest that ending takes
SHORTEST_PAUSE, LONGEST_PAUSE = 0.1, 2.0  # seconds between two tries while Kafka is away


class Subscriber:
    """Both are called in the tail's thread: `hand_over` with each batch, `caught_on` whenever reading has begun.

    What was sent before that is not heard here: somebody must look at the rows.
    """

    def __init__(self, hand_over: Callable[[list[Hint]], None], caught_on: Callable[[], None]) -> None:
        self._hand_over, self._caught_on = hand_over, caught_on
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="live-tail", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ending.set()

    def join(self, seconds: float) -> None:
        self._thread.join(seconds)

    def _run(self) -> None:
        reader, pause = Reader([topics.NOTICES]), SHORTEST_PAUSE
        reads, away = False, False
        while not self._ending.is_set():
            try:
                self._read(reader)
            except Exception as error:
                if not away:
                    # Away is the broker's affair; anything else is ours, and a trace helps to mend it.
                    logger.warning("no notices from Kafka: %s", error, exc_info=not isinstance(error, Away))
                reads, away = False, True
                reader.close()  # whatever state it was left in
                self._ending.wait(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
                continue
            if away:
                logger.info("notices come from Kafka again")
            if not reads:
                self._caught_on()
            pause, reads, away = SHORTEST_PAUSE, True, False
        reader.close()

    def _read(self, reader: Reader) -> None:
        hints: list[Hint] = []
        for record in reader.poll(POLL_SECONDS).records:
            try:
                hints += decode_hints(record.value)
            except UnreadableHint as error:
                logger.error("a record on notices.v1 that is no notice: %s", error)
        if hints:
            self._hand_over(hints)
