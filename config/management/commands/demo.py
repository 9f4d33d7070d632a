"""Run the whole product on one machine, with invented artists and fans, until Ctrl-C."""

import os
import signal
import sys
from argparse import ArgumentParser
from subprocess import DEVNULL
from types import FrameType
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

from config.demo import instructions, tiers
from config.demo.command import DemoCommand
from config.management.commands.serve import open_socket
from config.processes import BACKGROUND_COMMANDS, PAYMENTS_COMMAND, app_environment, manage_argv, manage_process
from config.smoke.checks import is_healthy, wait_for
from worker.supervisor import Supervisor, spawn, terminate

HOST = "127.0.0.1"  # its links sign in without a password, so no other machine may reach them
START_TIMEOUT_SECONDS = 60.0  # until the front page answers


class Command(DemoCommand):
    help = "Prepare, seed, and run web, relay, consumer, workers and simulated fans until Ctrl-C. Needs DEBUG=1."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--quiet", action="store_true", help="without simulated fans")

    def handle(self, *args: Any, port: int, quiet: bool, **options: Any) -> None:
        supervisor, composer = Supervisor(), None
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _exit_once)
        call_command("prepare", stdout=self.stdout, verbosity=0)
        try:
            call_command("seed", stdout=self.stdout)
            site = self._start_processes(supervisor, port)
            # Not in the supervisor, because it ends when it is done. A terminal's Ctrl-C does not reach it.
            composer = spawn(
                manage_argv("seed", "--songs", "--sounds"), env=app_environment(), stdin=DEVNULL, start_new_session=True
            )
            if settings.PAYMENTS == "simulated" and not tiers.sell_tiers():
                self.stdout.write("The simulated provider does not answer, so no tier is on sale.")
            self.stdout.write(instructions.render(site))
            self.stdout.flush()
            if not quiet:
                supervisor.add(manage_process("fans", "simulate", "--site", site))
            while True:
                supervisor.supervise(1.0)
        finally:
            self.stdout.write("Stopping all processes.")
            self.stdout.flush()
            supervisor.stop()
            if composer:
                terminate(composer)
            self.stdout.write("Everything has stopped. The data are kept for the next start.")

    def _start_processes(self, supervisor: Supervisor, port: int) -> str:
        """Start the site and the background processes. Returns the site's address once the front page answers."""
        with open_socket(HOST, port) as listening:
            free_port = listening.getsockname()[1]
        if free_port != port:
            self.stdout.write(f"Port {port} is taken; using {free_port}.")
        site = f"http://{HOST}:{free_port}"
        os.environ["SITE_URL"] = site
        if settings.PAYMENTS == "simulated":
            settings.STRIPE_URL = os.environ["SIMULATED_PAYMENTS_URL"] = choose_payments_url()
            supervisor.add(manage_process("payments", *PAYMENTS_COMMAND))
        supervisor.add(manage_process("web", "serve", "--port", str(free_port), LOG_LEVEL="WARNING"))
        for name, words in BACKGROUND_COMMANDS.items():
            supervisor.add(manage_process(name, *words))

        def is_up() -> bool:
            supervisor.supervise(0.2)
            return is_healthy(site, "/")

        if not wait_for(is_up, seconds=START_TIMEOUT_SECONDS):
            raise CommandError(f"The front page does not answer at {site}; the lines above may say why.")
        return site


def choose_payments_url() -> str:
    """The address of the simulated provider, on the next free port where its own is taken."""
    parts = urlsplit(settings.STRIPE_URL)
    with open_socket(HOST, parts.port or 80) as listening:
        return parts._replace(netloc=f"{HOST}:{listening.getsockname()[1]}").geturl()


def _exit_once(number: int, frame: FrameType | None) -> None:
    """Exit, and ignore a second Ctrl-C, so that every process is stopped."""
    signal.signal(number, signal.SIG_IGN)
    sys.exit(0)
