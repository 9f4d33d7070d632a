"""Run a module of our own in a process with limits, because it reads a file that nobody has vouched for."""

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


def limit_this_process() -> None:
    """Set the limits that the kernel enforces. The module calls it before it opens the file."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (OUTPUT_BYTES, OUTPUT_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run_module(module: str, order: dict[str, Any]) -> dict[str, Any]:
    """The module's answer to an order, JSON for JSON. A process that a limit ended has refused the file."""
    # None of our secrets: what breaks out of a decoder finds no address and no key.
    environment = {"PATH": os.environ.get("PATH", ""), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    try:
        done = subprocess.run(  # noqa: S603 - a module of our own
            [sys.executable, "-m", module],
            input=json.dumps(order),
            capture_output=True,
            text=True,
            cwd=PROJECT,
            env=environment,
            timeout=WALL_SECONDS,
            check=False,
        )
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
