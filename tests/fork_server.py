"""Starts our commands without a new Python each time: forks of a process that has loaded the libraries and our apps.

Each fork has a process id, a session and an environment of its own, reads its settings and its URLs anew, and ends as
any Python does.
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

import django
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.management import get_commands, load_command_class
from django.db import connections
from django.utils.functional import empty
from django.utils.module_loading import import_string

from config import BASE_DIR
from config.processes import app_environment, manage_argv
from worker.supervisor import die_with_parent, spawn, terminate

LIBRARIES = (
    "channels.routing", "django.core.management.commands.shell", "django.views.debug", "lz4.frame", "uvicorn.main",
    "uvicorn.protocols.http.httptools_impl", "uvicorn.protocols.websockets.websockets_sansio_impl", "uvloop",
    "whitenoise.middleware", "zstandard",
)  # fmt: skip
"""What our commands import only when they run."""

READ_ANEW = ("config.settings", "config.urls")
"""The modules that depend on the environment or on settings when they are imported."""


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


def load_apps() -> None:
    """Load everything that a command can need, and forget what depends on the environment of this process."""
    for library in LIBRARIES:
        importlib.import_module(library)
    django.setup()
    for path in settings.MIDDLEWARE:
        import_string(path)
    importlib.import_module(settings.ROOT_URLCONF)
    for name, app in get_commands().items():
        load_command_class(app, name)
    for module in READ_ANEW:
        del sys.modules[module]
    settings._wrapped = empty
    del connections["default"], connections.settings
    connections._settings = None


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
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    load_apps()
    hash_passwords_fast()
    gc.freeze()
    if command := serve(Connection(int(sys.argv[1]))):
        become(*command)
