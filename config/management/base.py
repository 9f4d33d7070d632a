"""The base of the commands that run until they are told to stop."""

import os
import signal
import sys
import threading
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from config.checks import check_app_role
from config.database import OWNER_URL_VARIABLE
from events import kafka_client
from events.exceptions import CredentialsRefused
from worker import loop
from worker.availability import DatabaseRefused, wait_for_database


def exit_on_signals() -> None:
    """Exit on Ctrl-C and SIGTERM. uvicorn shuts down first and then raises them again."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _exit)


def _exit(number: int, frame: FrameType | None) -> None:
    sys.exit(0)


class ProcessCommand(BaseCommand):
    """A command that may be started while PostgreSQL or Kafka is unavailable.

    It waits for PostgreSQL before Django's checks, which need it. What runs later waits for Kafka itself. A server that
    answers and refuses our credentials ends it with one sentence, and so does an environment that names the owner, or a
    DATABASE_URL of the owner's.
    """

    def execute(self, *args: Any, **options: Any) -> str | None:
        if os.environ.get(OWNER_URL_VARIABLE):
            raise CommandError(
                f"Unset {OWNER_URL_VARIABLE} here: only `manage.py prepare` may know the owner's address."
            )
        stop = threading.Event()
        try:
            if connection.vendor == "postgresql":  # otherwise a check says that DATABASE_URL is not set
                with loop.stop_on_signals(stop):
                    wait_for_database(stop)
            if stop.is_set():
                return None
            for problem in check_app_role(None, ["default"]):
                raise CommandError(f"{problem.msg} {problem.hint}")
            kafka_client.check_credentials()
        except (DatabaseRefused, CredentialsRefused) as error:
            raise CommandError(str(error)) from error
        return super().execute(*args, **options)
