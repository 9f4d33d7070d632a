"""Read notices.v1 from its end, in one thread of each web process, and give the hints to the event loop.

It never gives up. When a broker went away, or came back empty, it tries again until it can read.
"""

import logging
import threading
from collections.abc import Callable

from events import topics
from events.exceptions import BrokerUnavailable
from events.reader import Reader
from live.exceptions import UnreadableHint
from live.wire_format import Hint, decode_hints

logger = logging.getLogger(__name__)
POLL_SECONDS = 0.5  # also the longest that stopping takes
SHORTEST_PAUSE, LONGEST_PAUSE = 0.1, 2.0  # seconds between two tries while Kafka is away


class Subscriber:
    """Calls `on_hints` with each batch of hints, and `on_connected` whenever reading has begun.

    Both are called in the subscriber's own thread. Hints that were sent before reading began are not seen: after
    `on_connected` somebody must look at the rows.
    """

    def __init__(self, on_hints: Callable[[list[Hint]], None], on_connected: Callable[[], None]) -> None:
        self._on_hints, self._on_connected = on_hints, on_connected
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="live-subscriber", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ending.set()

    def join(self, seconds: float) -> None:
        self._thread.join(seconds)

    def _run(self) -> None:
        reader, pause = Reader(lambda: [topics.NOTICES]), SHORTEST_PAUSE
        connected, outage_logged = False, False
        while not self._ending.is_set():
            try:
                self._read(reader)
            except Exception as error:
                if not outage_logged:
                    # A broker that is away needs no trace. Any other error is our own fault, and a trace helps.
                    logger.warning(
                        "no notices from Kafka: %s", error, exc_info=not isinstance(error, BrokerUnavailable)
                    )
                connected, outage_logged = False, True
                reader.close()  # whatever state it was left in
                self._ending.wait(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
                continue
            if outage_logged:
                logger.info("notices come from Kafka again")
            if not connected:
                self._on_connected()
            pause, connected, outage_logged = SHORTEST_PAUSE, True, False
        reader.close()

    def _read(self, reader: Reader) -> None:
        hints: list[Hint] = []
        for record in reader.poll(POLL_SECONDS).records:
            try:
                hints += decode_hints(record.value)
            except UnreadableHint as error:
                logger.error("a record on notices.v1 that is no notice: %s", error)
        if hints:
            self._on_hints(hints)
