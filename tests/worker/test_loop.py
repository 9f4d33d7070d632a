"""The shape of a background process: when it works, when it rests, what it survives."""

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
print("ended well", flush=True)
"""


class NeverWoken:
    """Nobody ever calls."""

    def wait(self, seconds: float) -> bool:
        time.sleep(seconds)
        return False


def stopping_after(steps: int, stop: threading.Event, answer: Callable[[int], bool]) -> Callable[[], bool]:
    taken = 0

    def step() -> bool:
        nonlocal taken
        taken += 1
        if taken >= steps:
            stop.set()
        return answer(taken)

    return step


def test_while_there_is_work_nobody_rests() -> None:
    stop = threading.Event()
    start = time.monotonic()

    loop.run(stopping_after(1000, stop, lambda n: True), wake=NeverWoken(), stop=stop)

    assert time.monotonic() - start < 1


def test_a_due_moment_ends_the_rest() -> None:
    stop = threading.Event()
    start = time.monotonic()

    loop.run(stopping_after(3, stop, lambda n: False), wake=NeverWoken(), stop=stop, due=lambda: 0.3)

    assert 0.6 <= time.monotonic() - start < 1.2


def test_without_a_call_the_next_look_comes_after_three_seconds() -> None:
    stop = threading.Event()
    start = time.monotonic()

    loop.run(stopping_after(2, stop, lambda n: False), wake=NeverWoken(), stop=stop)

    assert 2.9 <= time.monotonic() - start < 3.6


def test_a_call_ends_the_rest(committing_db: Database) -> None:
    stop = threading.Event()
    start = time.monotonic()

    def step(n: int) -> bool:
        notify("drafts")  # from now on somebody calls at every rest
        return False

    with Listener("drafts") as listener:
        loop.run(stopping_after(20, stop, step), wake=listener, stop=stop)

    assert time.monotonic() - start < 2


def test_a_step_that_loses_the_database_is_tried_again(
    committing_db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    stop = threading.Event()
    seen = []

    def step(n: int) -> bool:
        if n == 1:
            connection.ensure_connection()
            end_all_other_sessions(committing_db)
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            seen.append(n)
        return True

    loop.run(stopping_after(3, stop, step), wake=NeverWoken(), stop=stop)

    assert seen == [2, 3]
    assert [(r.levelname, r.exc_info, "\n" in r.getMessage()) for r in caplog.records] == [("WARNING", None, False)]


def test_a_fault_is_borne_but_not_for_ever(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(loop, "MAX_RETRY_PAUSE_SECONDS", 0.01)
    steps = []

    def step() -> bool:
        steps.append(len(steps))
        if len(steps) == 5:  # one good step makes the count begin again
            return True
        raise ValueError("a fault")

    with pytest.raises(ValueError, match="a fault"):
        loop.run(step, wake=NeverWoken())

    assert len(steps) == 5 + loop.MAX_CONSECUTIVE_FAULTS
    assert len([record for record in caplog.records if record.exc_info]) == 4 + loop.MAX_CONSECUTIVE_FAULTS - 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_resting_process_at_once_and_well(processes: Processes, number: signal.Signals) -> None:
    child = processes.start("shell", "--no-imports", "-c", PROCESS)
    wait_until(lambda: "a step" in processes.logs[0].read_text(), seconds=20)
    start = time.monotonic()

    child.send_signal(number)

    assert child.wait(5) == 0
    assert time.monotonic() - start < 1.5
    assert processes.logs[0].read_text().endswith("a step\nended well\n")
