"""Work: the shape of every background process: do what there is, rest until called, outlive an absent database."""

import logging
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Protocol

from django.db import InterfaceError, OperationalError, connection, reset_queries

logger = logging.getLogger(__name__)

MAX_REST_SECONDS = 3.0  # seconds; a call that got lost costs no more
MIN_REST_SECONDS = 0.01  # seconds, for a due moment that the database's clock has not reached yet
STOP_CHECK_SECONDS = 0.2  # seconds within which a resting process hears that it shall stop
MAX_RETRY_PAUSE_SECONDS = 2.0  # seconds between attempts while the database is away
MAX_CONSECUTIVE_FAULTS = 10  # faults in a row, then the process ends and whoever keeps it starts a fresh one


class WakeSource(Protocol):
    """What a `Listener` is to the loop."""

    def wait(self, seconds: float) -> bool: ...


def run(
    step: Callable[[], bool],
    *,
    wake: WakeSource,
    stop: threading.Event | None = None,
    due: Callable[[], float | None] | None = None,
) -> None:
    """Call `step` until SIGTERM or Ctrl-C. It says whether it found anything to do.

    When it did not, rest until `wake` hears a call, or until the next thing falls due: `due` tells in how many
    seconds that is, None for nothing in sight.
    """
    stop = stop or threading.Event()
    faults = absences = 0
    with _stop_on_signals(stop):
        while not stop.is_set():
            reset_queries()  # with DEBUG on, Django remembers every one of them
            try:
                if not step():
                    _rest(wake, due() if due else None, stop)
            except (OperationalError, InterfaceError) as error:
                absences += 1
                logger.warning("The database is away or refuses, attempt %d: %s", absences, _first_line(error))
            except Exception:
                faults += 1
                if faults == MAX_CONSECUTIVE_FAULTS:
                    raise
                logger.exception("A step failed, %d in a row", faults)
            else:
                faults = absences = 0
                continue
            connection.close()
            stop.wait(_retry_pause(faults + absences))


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


def _retry_pause(failures: int) -> float:
    """Twice as long each time, up to a bound; jitter keeps many processes from returning in step."""
    return min(0.1 * 2.0 ** min(failures, 10), MAX_RETRY_PAUSE_SECONDS) * random.uniform(0.5, 1)  # noqa: S311


def _rest(wake: WakeSource, due: float | None, stop: threading.Event) -> None:
    until = time.monotonic() + (MAX_REST_SECONDS if due is None else min(max(due, MIN_REST_SECONDS), MAX_REST_SECONDS))
    while not stop.is_set() and (left := until - time.monotonic()) > 0:
        if wake.wait(min(left, STOP_CHECK_SECONDS)):
            return


@contextmanager
def _stop_on_signals(stop: threading.Event) -> Iterator[None]:
    """SIGTERM and Ctrl-C let the step at hand end first. Only a main thread may hear signals."""

    def note(number: int, frame: FrameType | None) -> None:
        stop.set()

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, note) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
