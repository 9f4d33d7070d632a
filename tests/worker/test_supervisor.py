"""Processes that a supervisor starts, restarts and ends."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.servers import wait_until
from worker import supervisor
from worker.supervisor import MAX_RESTART_PAUSE, Process, Supervisor


def python_process(name: str, script: str) -> Process:
    return Process(name, [sys.executable, "-c", script])


def supervise_until(processes: Supervisor, condition: Callable[[], bool]) -> None:
    def check() -> bool:
        processes.supervise(0.05)
        return condition()

    wait_until(check, every=0)


def test_output_is_printed_after_the_process_name(capfd: pytest.CaptureFixture[str]) -> None:
    processes = Supervisor([python_process("relay", "print('one'); print('two'); import time; time.sleep(60)")])
    processes.start()
    printed: list[str] = []

    supervise_until(processes, lambda: printed.append(capfd.readouterr().err) or "two" in "".join(printed))
    processes.stop()

    assert "".join(printed) == "relay      | one\nrelay      | two\n"


def test_a_process_that_keeps_dying_is_restarted_after_longer_pauses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    now = 1000.0
    monkeypatch.setattr(supervisor, "monotonic", lambda: now)
    runs = tmp_path / "runs"
    processes = Supervisor([python_process("consumer", f"open({str(runs)!r}, 'a').write('x'); raise SystemExit(3)")])
    processes.start()
    supervised = processes.supervised[0]
    pauses = []

    for _ in range(6):
        supervise_until(processes, lambda: supervised.restart_at is not None)
        assert supervised.restart_at is not None
        pauses.append(supervised.restart_at - now)
        now = supervised.restart_at - 0.01
        processes.supervise(0)
        assert supervised.restart_at > now  # not yet
        now = supervised.restart_at
        processes.supervise(0)
    supervise_until(processes, lambda: supervised.restart_at is not None)
    processes.stop()

    assert pauses == pytest.approx([0.2, 0.4, 0.8, 1.6, MAX_RESTART_PAUSE, MAX_RESTART_PAUSE])
    assert runs.read_text() == "x" * 7
    assert "consumer   | ended with exit code 3; starting it again\n" in capfd.readouterr().err


def test_a_process_that_ignores_its_stop_signal_is_killed(capfd: pytest.CaptureFixture[str]) -> None:
    stubborn = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(60)"
    )
    processes = Supervisor([python_process("stubborn", stubborn)])
    processes.start()
    child = processes.supervised[0].child
    supervise_until(processes, lambda: "ready" in capfd.readouterr().err)

    processes.stop(within=0.3)

    assert child is not None
    assert child.returncode == -9


def test_children_of_a_killed_parent_end(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    script = f"""
import sys, time; sys.path.append("platform")
from worker.supervisor import spawn
open({str(pid_file)!r}, "w").write(str(spawn(["sleep", "60"]).pid))
time.sleep(60)
"""
    parent = subprocess.Popen([sys.executable, "-c", script])
    child = wait_until(lambda: pid_file.exists() and pid_file.read_text())

    parent.kill()
    parent.wait()

    wait_until(lambda: not Path("/proc", child, "exe").exists())
