"""The loop of a background process: when it works, when it waits, and what it survives."""

import itertools
import signal
import threading
import time
from collections.abc import Callable

import pytest
from django.db import connection

from tests.servers import Database, Processes, wait_until
from tests.worker.test_wake import end_all_other_sessions
from worker import loop
from worker.wake import Listener, notify

PROCESS = """
from worker.loop import run
from worker.wake import Listener
def step():
    print("a step", flush=True)
    return False
with Listener("drafts") as listener:
    run(step, wake=listener)
print("ended", flush=True)
"""


class FakeClock:
    """A clock for the loop, and a wake source that is never notified. Waiting moves the clock, and takes no time."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds

    def wait(self, seconds: float) -> bool:
        self.seconds += seconds
        return False


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    clock = FakeClock()
    monkeypatch.setattr(loop, "monotonic", clock.monotonic)
    return clock


def stopping_after(steps: int, stop: threading.Event, run_step: Callable[[int], bool]) -> Callable[[], bool]:
    """Return a step that calls `run_step` with its number, and sets `stop` in the last one."""
    numbers = itertools.count(1)

    def step() -> bool:
        number = next(numbers)
        if number >= steps:
            stop.set()
        return run_step(number)

    return step


def test_while_there_is_work_the_loop_does_not_wait(clock: FakeClock) -> None:
    stop = threading.Event()

    loop.run(stopping_after(1000, stop, lambda number: True), wake=clock, stop=stop)

    assert clock.seconds == 0


def test_the_next_step_comes_when_work_is_due(clock: FakeClock) -> None:
    stop = threading.Event()

    loop.run(stopping_after(3, stop, lambda number: False), wake=clock, stop=stop, due=lambda: 0.3)

    assert clock.seconds == pytest.approx(0.6)


def test_without_a_notification_the_next_step_comes_after_three_seconds(clock: FakeClock) -> None:
    stop = threading.Event()

    loop.run(stopping_after(2, stop, lambda number: False), wake=clock, stop=stop)

    assert clock.seconds == pytest.approx(3)


def test_a_notification_ends_the_wait(committing_db: Database) -> None:
    stop = threading.Event()
    start = time.monotonic()

    def step(number: int) -> bool:
        notify("drafts")  # so that no wait lasts
        return False

    with Listener("drafts") as listener:
        loop.run(stopping_after(20, stop, step), wake=listener, stop=stop)

    assert time.monotonic() - start < 20 * loop.MAX_WAIT_SECONDS / 2


def test_a_step_that_loses_the_database_is_repeated(
    committing_db: Database, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    stop = threading.Event()
    completed = []

    def step(number: int) -> bool:
        if number == 1:
            connection.ensure_connection()
            end_all_other_sessions(committing_db)
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            completed.append(number)
        return True

    loop.run(stopping_after(3, stop, step), wake=clock, stop=stop)

    assert completed == [2, 3]
    assert [(r.levelname, r.exc_info, "\n" in r.getMessage()) for r in caplog.records] == [("WARNING", None, False)] * 2
    assert [message.partition(",")[0] for message in caplog.messages] == [
        "The database is unavailable",
        "The database is available again",
    ]


def test_after_ten_faults_in_a_row_the_process_ends(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(loop, "MAX_RETRY_PAUSE_SECONDS", 0.01)
    steps = []

    def step() -> bool:
        steps.append(len(steps))
        if len(steps) == 5:  # a good step resets the count
            return True
        raise ValueError("a fault")

    with pytest.raises(ValueError, match="a fault"):
        loop.run(step, wake=clock)

    assert len(steps) == 5 + loop.MAX_CONSECUTIVE_FAULTS
    assert len([record for record in caplog.records if record.exc_info]) == 4 + loop.MAX_CONSECUTIVE_FAULTS - 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_waiting_process_soon_and_cleanly(processes: Processes, number: signal.Signals) -> None:
    child = processes.start("shell", "--no-imports", "-c", PROCESS)
    wait_until(lambda: "a step" in processes.logs[0].read_text(), seconds=20)
    start = time.monotonic()

    child.send_signal(number)

    assert child.wait(5) == 0
    assert time.monotonic() - start < 1.5
    assert processes.logs[0].read_text().endswith("a step\nended\n")
