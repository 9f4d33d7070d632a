"""Run Stripe's own stripe-mock: it checks every request against the official description and answers with fixtures."""

import fcntl
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config import BASE_DIR
from tests.servers import ServerUnavailable, accepts_connections, wait_until
from worker import embedded
from worker.supervisor import spawn, terminate

MODULE = "github.com/stripe/stripe-mock@v0.203.0"


@contextmanager
def run_stripe_mock(folder: Path) -> Iterator[str]:
    """Its address. Raises ServerUnavailable."""
    binary, port = _binary(), embedded.find_free_port()
    with (folder / "stripe-mock.log").open("wb") as log:
        child = spawn(
            [str(binary), "-http-addr", f"127.0.0.1:{port}"], stop_signal=signal.SIGKILL, stdout=log, stderr=log
        )
    try:
        wait_until(lambda: accepts_connections(port), seconds=60)
        yield f"http://127.0.0.1:{port}"
    finally:
        terminate(child)


def _binary() -> Path:
    """It is built once into var/bin, with Go."""
    home = BASE_DIR / "var" / "bin"
    binary = home / "stripe-mock"
    if binary.exists():
        return binary
    if not shutil.which("go"):
        raise ServerUnavailable("stripe-mock is built with Go (go)")
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the processes of one test run build it one after the other
        if not binary.exists():
            _build(home)
    return binary


def _build(home: Path) -> None:
    environment = {**os.environ, "GOBIN": str(home)}
    done = subprocess.run(
        ["go", "install", MODULE], env=environment, capture_output=True, text=True, check=False, timeout=600
    )
    if done.returncode:
        raise ServerUnavailable(f"Go could not build stripe-mock: {done.stderr[-300:]}")
