"""The process that renders: a request a line on stdin, answers as lines on stdout (see ai.remix.process).

It imports and compiles once. Each request is rendered in a fork of its own with limits, so that whatever happens to one
render leaves nothing behind. When stdin is closed, the render that is going on ends too.
"""

import os
import resource
import select
import signal
import sys
from contextlib import suppress
from errno import EDQUOT, EFBIG, ENOSPC
from typing import Any, NoReturn

import msgspec

from ai.exceptions import MissingClearance
from ai.remix.process import Job, read_path, write_path
from ai.remix.render_request import RenderFailed
from ai.remix.sound.render import render

STDIN, STDOUT = 0, 1
NO_ROOM = {ENOSPC, EDQUOT, EFBIG}


def serve() -> None:
    _answer({"ready": True})
    waiting = b""
    while received := os.read(STDIN, 1 << 20):
        waiting += received
        while b"\n" in waiting:
            line, _, waiting = waiting.partition(b"\n")
            _render_in_fork(line)


def _render_in_fork(line: bytes) -> None:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _render_and_exit(line)
    os.close(writing)
    is_cancelled = _wait_for_end(reading)
    if is_cancelled:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    os.close(reading)
    if is_cancelled:
        sys.exit(1)
    if os.WIFSIGNALED(status):
        _answer({"failed": "time" if os.WTERMSIG(status) == signal.SIGXCPU else "killed", "detail": ""})


def _wait_for_end(pipe: int) -> bool:
    """Wait until the fork has ended, which closes the pipe. True when stdin was closed before."""
    poll = select.poll()
    for descriptor in (pipe, STDIN):
        poll.register(descriptor, 0)  # for being closed alone: the next request may be there already
    return pipe not in dict(poll.poll())


def _render_and_exit(line: bytes) -> NoReturn:
    """The answer is the last thing that the fork does. It leaves without the clean-up of its parent."""
    try:
        _answer(_render(line))
    finally:
        os._exit(0)


def _render(line: bytes) -> dict[str, Any]:
    """Whatever goes wrong becomes an answer, because a render that fails in silence would be asked for again."""
    try:
        return _render_within_limits(line)
    except MissingClearance as error:
        return _failure("clearance", error)
    except RenderFailed as error:
        return _failure(error.code, error)
    except MemoryError as error:
        return _failure("memory", error)
    except OSError as error:
        return _failure("disk_full" if error.errno in NO_ROOM else "fault", error)
    except Exception as error:  # noqa: BLE001 - the other process is told
        return _failure("request" if isinstance(error, msgspec.MsgspecError) else "fault", error)


def _failure(code: str, error: Exception) -> dict[str, Any]:
    return {"failed": code, "detail": f"{type(error).__name__}: {error}"}


def _render_within_limits(line: bytes) -> dict[str, Any]:
    job = msgspec.json.decode(line, type=Job, dec_hook=read_path)
    _set_limits(job)
    return {"rendered": render(job.request, job.folder, lambda percent: _answer({"progress": percent}))}


def _set_limits(job: Job) -> None:
    for limit, value in (
        (resource.RLIMIT_DATA, job.limits.memory_bytes),
        (resource.RLIMIT_CPU, job.limits.cpu_seconds),
        (resource.RLIMIT_FSIZE, job.limits.file_bytes),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(limit)
        with suppress(ValueError):  # a limit above that of this machine
            resource.setrlimit(limit, (value, hard if hard != resource.RLIM_INFINITY else value + 5))


def _answer(message: dict[str, Any]) -> None:
    os.write(STDOUT, msgspec.json.encode(message, enc_hook=write_path) + b"\n")


if __name__ == "__main__":
    serve()
