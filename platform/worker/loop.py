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

log = logging.getLogger(__name__)

LONGEST_REST = 3.0  # seconds; a call that got lost costs no more
SHORTEST_REST = 0.01  # seconds, for a due moment that the database's clock has not reached yet
SLICE = 0.2  # seconds within which a resting process hears that it shall stop
LONGEST_PAUSE = 2.0  # seconds between attempts while the database is away
PATIENCE = 10  # faults in a row, then the process ends and whoever keeps it starts a fresh one


class Wake(Protocol):
    """What a `Listener` is to the loop."""

    def wait(self, seconds: float) -> bool: ...


def run(
    step: Callable[[], bool],
    *,
    wake: Wake,
    stop: threading.Event | None = None,
    due: Callable[[], float | None] | None = None,
) -> None:
    """Call `step` until SIGTERM or Ctrl-C. It says whether it found anything to do.

    When it did not, rest until `wake` hears a call, or until the next thing falls due: `due` tells in how many
    seconds that is, None for nothing in sight.
    """
    stop = stop or threading.Event()
    faults = absences = 0
    with _stopped_by_signals(stop):
        while not stop.is_set():
            reset_queries()  # with DEBUG on, Django remembers every one of them
            try:
                if not step():
                    _rest(wake, due() if due else None, stop)
            except (OperationalError, InterfaceError) as error:
                absences += 1
                log.warning("The database is away or refuses, attempt %d: %s", absences, _first_line(error))
            except Exception:
                faults += 1
                if faults == PATIENCE:
                    raise
                log.exception("A step failed, %d in a row", faults)
            else:
                faults = absences = 0
                continue
            connection.close()
            stop.wait(_pause(faults + absences))


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


def _pause(failures: int) -> float:
    """Twice as long each time, up to a bound; jitter keeps many processes from returning in step."""
    return min(0.1 * 2.0 ** min(failures, 10), LONGEST_PAUSE) * random.uniform(0.5, 1)  # noqa: S311


def _rest(wake: Wake, due: float | None, stop: threading.Event) -> None:
    until = time.monotonic() + (LONGEST_REST if due is None else min(max(due, SHORTEST_REST), LONGEST_REST))
    while not stop.is_set() and (left := until - time.monotonic()) > 0:
        if wake.wait(min(left, SLICE)):
            return


@contextmanager
def _stopped_by_signals(stop: threading.Event) -> Iterator[None]:
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
