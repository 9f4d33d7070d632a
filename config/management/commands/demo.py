"""`manage.py demo`: the whole product on one machine, with a world in it; Ctrl-C ends everything."""

import http.client
import os
import signal
import sys
import time
from argparse import ArgumentParser
from subprocess import DEVNULL
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from config import BASE_DIR
from config.demo import instructions
from config.management.commands.serve import open_socket
from worker.supervisor import Process, Supervisor, spawn, terminate

HOST = "127.0.0.1"  # its links sign in without a password, so nobody else's machine comes near them
START_TIMEOUT_SECONDS = 60.0  # seconds for the first page
BACKGROUND_PROCESSES = {"relay": ["relay"], "consume": ["consume"], "work": ["work", "all"]}


class Command(BaseCommand):
    help = "Prepare, seed, and run web, relay, consumer, workers and simulated fans until Ctrl-C. Needs DEBUG=1."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--quiet", action="store_true", help="without simulated fans")

    def handle(self, *args: Any, port: int, quiet: bool, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("The demo signs people in without a password: it runs with DEBUG=1 only.")
        crew, composing = Supervisor(), None
        for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(ending, _exit_once)
        try:
            call_command("prepare", stdout=self.stdout, verbosity=0)
            call_command("seed", stdout=self.stdout)
            site = self._open(crew, port)
            # Beside the crew, for it ends when it is done; a terminal's Ctrl-C reaches us, not it.
            composing = spawn(_manage_argv("seed", "--sounds"), stdin=DEVNULL, start_new_session=True)
            self.stdout.write(instructions.render(site))
            self.stdout.flush()
            if not quiet:
                crew.add(_manage_process("fans", "simulate", "--site", site))
            while True:
                crew.tend(1.0)
        finally:
            self.stdout.write("Ending everything, one after the other.")
            self.stdout.flush()
            crew.stop()
            if composing:
                terminate(composing)
            self.stdout.write("Everything has ended. The world is kept for the next time.")

    def _open(self, crew: Supervisor, port: int) -> str:
        """Start what the product consists of; its address, once the first page answers."""
        with open_socket(HOST, port) as found:
            free = found.getsockname()[1]
        if free != port:
            self.stdout.write(f"Port {port} is taken; {free} is not.")
        site = f"http://{HOST}:{free}"
        os.environ["SITE_URL"] = site
        crew.add(_manage_process("web", "serve", "--port", str(free), LOG_LEVEL="WARNING"))
        for name, words in BACKGROUND_PROCESSES.items():
            crew.add(_manage_process(name, *words))
        give_up = time.monotonic() + START_TIMEOUT_SECONDS
        while not _is_up(free):
            if time.monotonic() > give_up:
                raise CommandError(f"The first page does not answer at {site}; the lines above may say why.")
            crew.tend(0.2)
        return site


def _manage_process(name: str, *words: str, **env: str) -> Process:
    return Process(name, _manage_argv(*words), env={**os.environ, **env})


def _manage_argv(*words: str) -> list[str]:
    return [sys.executable, str(BASE_DIR / "manage.py"), *words]


def _is_up(port: int) -> bool:
    link = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        link.request("GET", "/")
        return link.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        link.close()


def _exit_once(number: int, frame: FrameType | None) -> None:
    """Once: while everything ends, a second Ctrl-C must not leave anybody behind."""
    signal.signal(number, signal.SIG_IGN)
    sys.exit(0)
