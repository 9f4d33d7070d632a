import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ai.remix.process import Limits, RenderProcess
from ai.remix.render_request import FAILURES, RenderFailed, RenderRequest, Window
from tests.ai.remix.sounds import CLEARANCE, Recording, play, record
from tests.servers import wait_until


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    return record(tmp_path_factory.mktemp("recording"), play(11))


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with RenderProcess(tmp_path_factory.mktemp("cache")) as process:
        yield process


def find_failure(process: RenderProcess, request: RenderRequest, folder: Path) -> str:
    with pytest.raises(RenderFailed) as caught:
        process.render(request, folder)
    return caught.value.code


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (Limits(memory_bytes=120 << 20), "memory"),
        (Limits(file_bytes=100_000), "disk_full"),
        (Limits(seconds=0), "time"),
    ],
)
def test_a_render_beyond_its_limits_fails_and_leaves_nothing(
    process: RenderProcess, recording: Recording, tmp_path: Path, limits: Limits, code: str
) -> None:
    limited = RenderProcess(tmp_path / "cache", limits)

    with limited:
        assert find_failure(limited, recording.request(tempo_percent=110), tmp_path) == code
        limited._limits = Limits()
        rendered = limited.render(recording.request(Window(0, 2)), tmp_path)

    assert rendered.frames == 2 * 44_100
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cache", "render.flac"]


def test_a_process_that_is_killed_is_started_again(
    process: RenderProcess, recording: Recording, tmp_path: Path
) -> None:
    def kill(percent: int) -> None:
        assert process._process is not None
        os.killpg(process._process.pid, signal.SIGKILL)

    with pytest.raises(RenderFailed) as caught:
        process.render(recording.request(tempo_percent=110), tmp_path, kill)

    assert caught.value.code == "killed"
    assert not caught.value.is_final
    assert not (tmp_path / "render.flac").exists()
    process.render(recording.request(Window(0, 2)), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["render.flac"]


def test_it_ends_with_a_worker_that_is_killed(tmp_path: Path) -> None:
    """Of a worker that is killed with -9 nothing renders on."""
    words = (
        "import time; from pathlib import Path; from ai.remix.process import RenderProcess;"
        f"process = RenderProcess(Path({str(tmp_path)!r})); process.start();"
        "print(process.pid, flush=True); time.sleep(60)"
    )
    found = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, "-c", words], stdout=subprocess.PIPE, env=found, text=True) as worker:
        assert worker.stdout
        pid = int(worker.stdout.readline())
        assert is_running(pid)
        worker.kill()

    wait_until(lambda: not is_running(pid), seconds=10)


def is_running(pid: int) -> bool:
    """Whether there is such a process that has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except FileNotFoundError:
        return False


def test_a_fault_of_one_render_does_not_reach_the_next(
    process: RenderProcess, recording: Recording, tmp_path: Path
) -> None:
    process.start()
    before = process._process

    missing = RenderRequest(CLEARANCE, recording.source, recording.recipe(), {}, Window(0, 2))
    assert find_failure(process, missing, tmp_path) == "stem_missing"
    assert find_failure(process, recording.request(Window(0, 2)), tmp_path / "nowhere") == "fault"
    progress: list[int] = []
    process.render(recording.request(Window(0, 2)), tmp_path, progress.append)

    assert process._process is before
    assert progress == sorted(progress)
    assert progress[-1] == 100


def test_every_failure_says_a_sentence() -> None:
    assert all(sentence.endswith(".") for sentence, _ in FAILURES.values())


def test_the_process_knows_no_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SECRET_KEY", "not for the render")

    with RenderProcess(tmp_path) as process:
        process.start()
        assert process._process is not None
        environment = Path(f"/proc/{process._process.pid}/environ").read_bytes()

    assert b"SECRET_KEY" not in environment
    assert b"PYTHONPATH" in environment
