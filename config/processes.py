"""The processes that Fanfare consists of besides the site, and how each is started."""

import os
import sys
import threading
from pathlib import Path

from config import BASE_DIR
from config.database import OWNER_URL_VARIABLE
from worker.supervisor import Process

BACKGROUND_COMMANDS = {"relay": ["relay"], "consume": ["consume"], "work": ["work", "all"]}
"""Name -> words of the management command. The Procfile lists the same."""

PAYMENTS_COMMAND = ["simulated_payments"]
"""Runs besides, where payments are simulated."""

ONE_ADDRESS = {"CONNECTIONS_PER_ADDRESS": "10000", "HALF_OPEN_PER_ADDRESS": "10000"}
"""Settings of a site whose clients all have one address."""


def manage_argv(*words: str) -> list[str]:
    """The command line of a management command, for this Python."""
    return [sys.executable, str(BASE_DIR / "manage.py"), *words]


def app_environment() -> dict[str, str]:
    """Our environment for another process: without the owner's address, which it has no use for."""
    return {name: value for name, value in os.environ.items() if name != OWNER_URL_VARIABLE}


def manage_process(name: str, *words: str, log: Path | None = None, **env: str) -> Process:
    """A management command for a supervisor, in `app_environment` and `env`. Without `log` it writes to our output."""
    return Process(name, manage_argv(*words), env={**app_environment(), **env}, log=log)


class StopWait:
    """A wake source for jobs that nobody announces: `wait` returns when the time is up or `stop` is set."""

    def __init__(self, stop: threading.Event) -> None:
        self.stop = stop

    def wait(self, seconds: float) -> bool:
        return self.stop.wait(seconds)
