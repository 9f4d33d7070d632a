"""Render in a process of its own, which knows no secret of ours and has limits on memory, time and files."""

import contextlib
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

import msgspec

import ai
import rights
from ai.remix.render_request import Rendered, RenderFailed, RenderRequest

PART = ".part-"
SECONDS_TO_START = 120
"""The first start on a machine compiles, which takes about ten seconds of CPU."""


class Limits(msgspec.Struct, frozen=True):
    memory_bytes: int = 1 << 30
    cpu_seconds: int = 600
    file_bytes: int = 1 << 30
    seconds: int = 900
    """Of waiting, whatever the CPU does."""


class Job(msgspec.Struct, frozen=True):
    """One line of what the process reads."""

    request: RenderRequest
    folder: Path
    limits: Limits


def write_path(value: Any) -> str:
    if isinstance(value, Path):
        return str(value)
    raise NotImplementedError(type(value))


def read_path(kind: type, value: Any) -> Any:
    return kind(value)


class RenderProcess:
    """Keeps a process ready, and starts it again when it has ended. One render at a time; not for several threads.

    `cache` is a folder of ours alone, for compiled code and for what was measured of sources.
    """

    def __init__(self, cache: Path, limits: Limits | None = None) -> None:
        self._cache, self._limits = cache, limits or Limits()
        self._process: subprocess.Popen[bytes] | None = None
        self._received = b""
        self._is_idle = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """Of the process, once it is started."""
        return self._process.pid if self._process else None

    def render(
        self, request: RenderRequest, folder: Path, on_progress: Callable[[int], None] = lambda percent: None
    ) -> Rendered:
        """Write `render.flac` into the folder, whole or not at all. Raises RenderFailed."""
        remove_parts(folder)
        request = msgspec.structs.replace(request, cache=request.cache or self._cache)
        try:
            return self._ask(Job(request, folder, self._limits), on_progress)
        except BaseException:
            if not self._is_idle:  # an answer may still come, which the next render would take for its own
                self.close()
            raise

    def start(self) -> None:
        """Start it now, so that the first render need not wait."""
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._cache.mkdir(parents=True, exist_ok=True)
            self._process = _start(self._cache)
            self._read(time.monotonic() + SECONDS_TO_START)

    def close(self) -> None:
        """End it, and the render that is going on."""
        process, self._process, self._received, self._is_idle = self._process, None, b"", True
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()

    def _ask(self, job: Job, on_progress: Callable[[int], None]) -> Rendered:
        self.start()
        self._is_idle = False
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(msgspec.json.encode(job, enc_hook=write_path) + b"\n")
        self._process.stdin.flush()
        for answer in self._answers(job.limits.seconds):
            if "progress" in answer:
                on_progress(answer["progress"])
                continue
            self._is_idle = True
            if "failed" in answer:
                raise RenderFailed(answer["failed"], answer["detail"])
            return msgspec.convert(answer["rendered"], Rendered, dec_hook=read_path)
        raise AssertionError("the answers never end by themselves")

    def _answers(self, seconds: float) -> Iterator[dict[str, Any]]:
        end = time.monotonic() + seconds
        while True:
            yield self._read(end)

    def _read(self, end: float) -> dict[str, Any]:
        """The next line. Raises RenderFailed when it does not come."""
        assert self._process is not None
        assert self._process.stdout is not None
        while b"\n" not in self._received:
            ready, _, _ = select.select([self._process.stdout], [], [], max(0, end - time.monotonic()))
            if not ready:
                raise RenderFailed("time")
            received = os.read(self._process.stdout.fileno(), 1 << 16)
            if not received:
                raise RenderFailed("killed")
            self._received += received
        line, _, self._received = self._received.partition(b"\n")
        return dict(msgspec.json.decode(line))


def remove_parts(folder: Path) -> None:
    """Remove what a render that was killed left in its folder."""
    for part in folder.glob(f"{PART}*"):
        if part.is_dir():
            shutil.rmtree(part, ignore_errors=True)
        else:
            part.unlink(missing_ok=True)


def _start(cache: Path) -> subprocess.Popen[bytes]:
    roots = [Path(next(iter(package.__path__))).parent for package in (ai, rights)]
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "PYTHONPATH": os.pathsep.join(map(str, roots)),
        # One thread each: a worker runs one render a core, and sums would depend on the number of threads.
        **dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"),
    }
    if not os.access(Path(__file__).parent / "sound", os.W_OK):  # else Numba keeps what it compiles beside the code
        environment["NUMBA_CACHE_DIR"] = str(cache / "compiled")
    return subprocess.Popen(
        [sys.executable, "-m", "ai.remix.sound.server"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        cwd=cache,
        start_new_session=True,
    )
