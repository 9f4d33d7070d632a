"""Run a module of our own in a process with limits and without our secrets, because it reads what others sent."""

import json
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from ai.audio.exceptions import DecoderFailed, Refused

MEMORY_BYTES = 1024**3
CPU_SECONDS = 60
# Twenty minutes of two channels with 24 bits are 317 MB without any compression.
OUTPUT_BYTES = 400_000_000
WALL_SECONDS = 300
LIMIT_SIGNALS = (signal.SIGXCPU, signal.SIGKILL)
PROJECT = Path(__file__).resolve().parent.parent.parent
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")


def limit_this_process(
    *, memory: int = MEMORY_BYTES, cpu_seconds: int = CPU_SECONDS, output: int = OUTPUT_BYTES
) -> None:
    """Set the limits that the kernel enforces, in bytes and seconds. The module calls it before it opens the file.

    `output` is the largest file that it may write.
    """
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (output, output))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run_process(
    module: str, order: str, *, seconds: float, variables: tuple[str, ...] = ("PATH",)
) -> subprocess.CompletedProcess[str]:
    """Start a module, which limits itself, and wait for its answer to an order. Raises subprocess.TimeoutExpired."""
    # None of our secrets: what breaks out of a decoder finds no address and no key.
    kept = {name: os.environ[name] for name in variables if name in os.environ}
    return subprocess.run(  # noqa: S603 - a module of our own
        [sys.executable, "-m", module],
        input=order,
        capture_output=True,
        text=True,
        cwd=PROJECT,
        env=kept | ONE_THREAD,
        timeout=seconds,
        check=False,
    )


def run_module(module: str, order: dict[str, Any]) -> dict[str, Any]:
    """The module's answer to an order, JSON for JSON. A process that a limit ended has refused the file."""
    try:
        done = run_process(module, json.dumps(order), seconds=WALL_SECONDS)
    except subprocess.TimeoutExpired:
        raise Refused("too-heavy") from None
    if done.returncode < 0:
        raise Refused("too-heavy" if -done.returncode in LIMIT_SIGNALS else "damaged")
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        raise DecoderFailed(done.stderr[-500:] or f"{module} ended with {done.returncode}") from None
    if code := answer.get("refused"):
        raise Refused(code)
    if failure := answer.get("failed"):
        raise DecoderFailed(failure)
    return answer
