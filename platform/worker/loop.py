"""The main loop of every background process: work, wait for a notification, survive an unavailable database."""

import logging
import random
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from types import FrameType
from typing import Protocol

from django.db import InterfaceError, OperationalError, connection, reset_queries

logger = logging.getLogger(__name__)

MAX_WAIT_SECONDS = 3.0  # a lost notification delays work by no more than this
MIN_WAIT_SECONDS = 0.01  # for work that is due by our clock, but not yet by the database's
STOP_CHECK_SECONDS = 0.2  # a waiting process notices within this time that it shall stop
MAX_RETRY_PAUSE_SECONDS = 2.0  # between attempts while the database is unavailable
MAX_CONSECUTIVE_FAULTS = 10  # then the process ends, and its supervisor starts a new one


class WakeSource(Protocol):
    """The part of a `Listener` that the loop uses."""

    def wait(self, seconds: float) -> bool: ...


def run(
    step: Callable[[], bool],
    *,
    wake: WakeSource,
    stop: threading.Event | None = None,
    due: Callable[[], float | None] | None = None,
) -> None:
    """Call `step` until SIGTERM or Ctrl-C. It returns whether it found work; if not, wait for a notification.

    `due` returns the seconds until work is due even without a notification, or None.
    """
    stop = stop or threading.Event()
    failures = _Failures()

    def work_or_wait() -> None:
        if not step():
            _wait_for_work(wake, due() if due else None, stop)

    with stop_on_signals(stop):
        while not stop.is_set():
            reset_queries()  # with DEBUG, Django keeps every query
            if not failures.catch(work_or_wait):
                connection.close()
                stop.wait(failures.pause())


@dataclass
class _Failures:
    """Counts the failures since the last success: faults of the step, and failed attempts to reach the database."""

    faults: int = 0
    outages: int = 0

    def catch(self, work: Callable[[], None]) -> bool:
        """Call `work`, and log its failure. Return whether it succeeded. Raises the last of too many faults."""
        try:
            work()
        except (OperationalError, InterfaceError) as error:
            if not self.outages:
                logger.warning("The database is unavailable, trying again: %s", _first_line(error))
            self.outages += 1
            return False
        except Exception:
            self.faults += 1
            if self.faults == MAX_CONSECUTIVE_FAULTS:
                raise
            logger.exception("A step failed, %d in a row", self.faults)
            return False
        if self.outages:
            logger.warning("The database is available again")
        self.faults = self.outages = 0
        return True

    def pause(self) -> float:
        """Return the seconds until the next try. They double up to a limit; jitter spreads many processes."""
        seconds = min(0.1 * 2.0 ** min(self.faults + self.outages, 10), MAX_RETRY_PAUSE_SECONDS)
        return seconds * random.uniform(0.5, 1)  # noqa: S311


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


def _wait_for_work(wake: WakeSource, due: float | None, stop: threading.Event) -> None:
    seconds = MAX_WAIT_SECONDS if due is None else min(max(due, MIN_WAIT_SECONDS), MAX_WAIT_SECONDS)
    until = monotonic() + seconds
    while not stop.is_set() and (remaining := until - monotonic()) > 0:
        if wake.wait(min(remaining, STOP_CHECK_SECONDS)):
            return


@contextmanager
def stop_on_signals(stop: threading.Event) -> Iterator[None]:
    """Set `stop` on SIGTERM and Ctrl-C, so that the current step ends first. Other threads get no signals."""

    def set_stop(number: int, frame: FrameType | None) -> None:
        stop.set()

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, set_stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
