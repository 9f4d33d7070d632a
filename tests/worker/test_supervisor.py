"""Programs that are kept running."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.servers import wait_until
from worker.supervisor import Process, Supervisor


def python_process(name: str, script: str) -> Process:
    return Process(name, [sys.executable, "-c", script])


def supervise_for(crew: Supervisor, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        crew.tend(0.05)


def test_what_a_program_says_carries_its_name(capfd: pytest.CaptureFixture[str]) -> None:
    crew = Supervisor([python_process("relay", "print('one'); print('two'); import time; time.sleep(60)")])
    crew.start()

    supervise_for(crew, 0.2)
    crew.stop()

    assert "relay      | one\nrelay      | two\n" in capfd.readouterr().err


def test_a_program_that_dies_is_started_again_but_not_at_once_for_ever(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    runs = tmp_path / "runs"
    crew = Supervisor([python_process("consumer", f"open({str(runs)!r}, 'a').write('x'); raise SystemExit(3)")])
    crew.start()

    supervise_for(crew, 2)
    crew.stop()

    assert 2 <= len(runs.read_text()) <= 5
    assert "consumer   | ended with 3; starting it again\n" in capfd.readouterr().err


def test_a_program_that_will_not_end_is_ended(capfd: pytest.CaptureFixture[str]) -> None:
    stubborn = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(60)"
    )
    crew = Supervisor([python_process("stubborn", stubborn)])
    crew.start()
    child = crew.posts[0].child
    supervise_for(crew, 0.5)

    crew.stop(within=0.3)

    assert child is not None
    assert child.returncode == -9


def test_children_die_with_a_parent_that_is_killed(tmp_path: Path) -> None:
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
