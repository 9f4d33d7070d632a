"""Starts our commands without a new Python each time: forks of a process that has imported the libraries.

Only libraries that read no settings are shared. Settings, apps and our own code are loaded in each fork, which has a
process id, a session and an environment of its own, and ends as any Python does.
"""

import atexit
import gc
import importlib
import os
import runpy
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from multiprocessing.connection import Connection, Pipe
from pathlib import Path

from django.contrib.auth.hashers import Argon2PasswordHasher

from config import BASE_DIR
from config.processes import app_environment, manage_argv
from worker.supervisor import die_with_parent, spawn, terminate

LIBRARIES = (
    "allauth.utils", "argon2", "asyncio", "babel.numbers", "channels.generic.websocket",
    "confusable_homoglyphs.confusables", "crc32c", "django.contrib.admin", "django.contrib.staticfiles.finders",
    "django.core.handlers.asgi",
    "django.core.mail", "django.core.management.commands.shell", "django.core.serializers.json",
    "django.db.backends.postgresql.base", "django.forms", "django.template.loader_tags", "django.urls",
    "django.views.debug", "jsonschema", "kafka", "lz4.frame", "msgspec", "PIL.Image", "psycopg.types.json", "requests",
    "sqlparse", "uvicorn.main", "uvicorn.protocols.http.httptools_impl",
    "uvicorn.protocols.websockets.websockets_sansio_impl", "uvloop", "whitenoise.middleware", "yaml", "zstandard",
)  # fmt: skip


def hash_passwords_fast() -> None:
    """Hash passwords as in production, but fast: many tests sign somebody in, and Argon2 is slow on purpose.

    Every process of a test does so. One with other parameters would hash a password anew and end its sessions by it.
    """
    Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost, Argon2PasswordHasher.parallelism = 1, 8, 1


@dataclass
class ForkedProcess:
    """A fork, with the methods of `subprocess.Popen` that tests use."""

    server: "ForkServer"
    args: Sequence[str]
    pid: int
    returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None:
            self.returncode = self.server.ask(self.pid)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        deadline = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if deadline and time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(self.args, timeout or 0)
            time.sleep(0.02)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


@dataclass
class ForkServer:
    """The server's end of the connection. It ends with this process."""

    connection: Connection
    lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self, words: Sequence[str], *, env: Mapping[str, str], log: Path) -> ForkedProcess:
        """Start `manage.py <words>` with this environment. Its output goes to `log`."""
        argv = manage_argv(*words)[1:]
        return ForkedProcess(self, argv, self.ask((argv, dict(env), str(log))))

    def ask(self, what: object) -> int | None:
        with self.lock:
            self.connection.send(what)
            return self.connection.recv()


@cache
def get_fork_server() -> ForkServer:
    """The server of this process. It starts when it is first needed."""
    ours, theirs = Pipe()
    descriptor = theirs.fileno()
    server = spawn(
        [sys.executable, "-m", "tests.fork_server", str(descriptor)],
        stop_signal=signal.SIGKILL,
        cwd=BASE_DIR,
        env=app_environment(),
        stdin=subprocess.DEVNULL,
        pass_fds=[descriptor],
        start_new_session=True,
    )
    atexit.register(terminate, server, signal.SIGKILL)
    theirs.close()
    return ForkServer(ours)


# What runs in the server


def serve(connection: Connection) -> tuple[list[str], dict[str, str], str] | None:
    """Answer a process id with its exit code, and a command with the process id of its fork, where this returns it."""
    server = os.getpid()
    while True:
        try:
            asked = connection.recv()
        except EOFError:
            return None
        if isinstance(asked, int):
            pid, status = os.waitpid(asked, os.WNOHANG)
            connection.send(os.waitstatus_to_exitcode(status) if pid else None)
        elif pid := os.fork():
            connection.send(pid)
        else:
            die_with_parent(server, signal.SIGTERM)
            connection.close()
            return asked


def become(argv: list[str], env: dict[str, str], log: str) -> None:
    """Be the command: its session, its environment, its output, its arguments."""
    os.setsid()
    output = os.open(log, os.O_WRONLY | os.O_APPEND)
    for descriptor in (sys.stdout.fileno(), sys.stderr.fileno()):
        os.dup2(output, descriptor)
    os.close(output)
    os.environ.clear()
    os.environ.update(env)
    sys.argv = argv
    runpy.run_path(argv[0], run_name="__main__")


if __name__ == "__main__":
    for library in LIBRARIES:
        importlib.import_module(library)
    hash_passwords_fast()
    gc.freeze()
    if command := serve(Connection(int(sys.argv[1]))):
        become(*command)
