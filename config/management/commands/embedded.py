"""Serve: run a command under the embedded PostgreSQL and broker, as far as the environment names no others.

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

from config import BASE_DIR
from worker import embedded
from worker.supervisor import Supervisor, spawn, terminate

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Command(BaseCommand):
    help = "Run COMMAND with an embedded PostgreSQL and broker, unless the environment names others."
    requires_system_checks = []  # they ask for the very servers that this starts

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("command", nargs="+", metavar="COMMAND", help="what to run, after --")

    def handle(self, *args: Any, command: list[str], **options: Any) -> None:
        for ending in STOP_SIGNALS:
            signal.signal(ending, _exit_on_signal)
        try:
            with embedded.run_servers(BASE_DIR / "var" / "embedded", **embedded.missing_servers(os.environ)) as (
                crew,
                env,
            ):
                code = _run_command(command, crew, {**os.environ, **_not_already_set(env), "PATH": _path_with_python()})
        except (embedded.ServerUnavailable, OSError) as reason:
            raise CommandError(str(reason)) from reason
        sys.exit(code)


def _not_already_set(env: dict[str, str]) -> dict[str, str]:
    """What somebody chose, a fetch wait for example, wins over ours; a variable set to nothing is no choice."""
    return {name: value for name, value in env.items() if not os.environ.get(name)}


def _path_with_python() -> str:
    """`python` in COMMAND is the one that runs us, whether or not its environment was activated."""
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])


def _run_command(command: Sequence[str], crew: Supervisor, env: dict[str, str]) -> int:
    """Run the command to its end, tending the servers meanwhile. Its exit code, as a shell would tell it."""
    child = spawn(command, env=env)

    def forward(number: int, frame: FrameType | None) -> None:
        if not (number == signal.SIGINT and _is_foreground()):  # a terminal's Ctrl-C has reached the child too
            child.send_signal(number)

    for ending in STOP_SIGNALS:
        signal.signal(ending, forward)
    try:
        while child.poll() is None:
            crew.tend()
    finally:
        terminate(child)
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


def _is_foreground() -> bool:
    try:
        return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except (OSError, ValueError):
        return False


def _exit_on_signal(number: int, frame: FrameType | None) -> None:
    """A signal while the servers start: leave, and let every `with` clean up."""
    sys.exit(128 + number)
