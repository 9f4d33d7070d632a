"""Run a command with an embedded PostgreSQL and Kafka broker, unless the environment names others.

Usage: `python manage.py embedded -- python manage.py runserver`.
"""

import os
import signal
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.database import EMBEDDED_FOLDER
from worker import embedded
from worker.supervisor import Supervisor, spawn, terminate
from worker.wheels import ServerUnavailable

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Command(BaseCommand):
    help = "Run COMMAND with an embedded PostgreSQL and broker, unless the environment names others."
    requires_system_checks = []  # they need the servers that this starts

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--throwaway", action="store_true", help="keep no data afterwards and never wait for the disk (tests)"
        )
        parser.add_argument("command", nargs="+", metavar="COMMAND", help="what to run, after --")

    def handle(self, *args: Any, command: list[str], throwaway: bool, **options: Any) -> None:
        for number in STOP_SIGNALS:
            signal.signal(number, _exit_on_signal)
        missing = embedded.missing_servers(os.environ)
        try:
            servers = embedded.run_servers(EMBEDDED_FOLDER, throwaway=throwaway, **missing)
            with servers as (supervisor, server_env):
                env = {**os.environ, **_not_already_set(server_env), "PATH": _path_with_python()}
                code = _run_command(command, supervisor, env)
        except (ServerUnavailable, OSError) as reason:
            raise CommandError(str(reason)) from reason
        sys.exit(code)


def _not_already_set(env: dict[str, str]) -> dict[str, str]:
    """Variables that the environment already sets, for example a fetch wait, are kept. An empty one counts as unset."""
    return {name: value for name, value in env.items() if not os.environ.get(name)}


def _path_with_python() -> str:
    """A PATH on which `python` is the one that runs us, even if its environment is not activated."""
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])


def _run_command(command: Sequence[str], supervisor: Supervisor, env: dict[str, str]) -> int:
    """Run the command to its end and keep the servers running meanwhile. Returns its exit code, as a shell does."""
    # A signal that comes while the command starts waits here until it can be forwarded; the child itself takes it.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    child = spawn(command, env=env, before_exec=_unblock_signals)

    def forward(number: int, frame: FrameType | None) -> None:
        if not (number == signal.SIGINT and _is_foreground()):  # a terminal's Ctrl-C reaches the child anyway
            child.send_signal(number)

    for number in STOP_SIGNALS:
        signal.signal(number, forward)
    try:
        _unblock_signals()
        while child.poll() is None:
            supervisor.supervise()
    finally:
        terminate(child)
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


def _unblock_signals() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)


def _is_foreground() -> bool:
    try:
        return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except (OSError, ValueError):
        return False


def _exit_on_signal(number: int, frame: FrameType | None) -> None:
    """Exit when a signal comes while the servers start, so that every `with` cleans up."""
    sys.exit(128 + number)
