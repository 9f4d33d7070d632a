"""Run every process of the product once and follow listens to a fan's page; exit with 0 only if every check holds.

Run it under `manage.py embedded --`, or set DATABASE_URL, DATABASE_OWNER_URL and KAFKA_BOOTSTRAP_SERVERS. It makes a
database and topics of its own.
"""

import os
import tempfile
import time
import uuid
from argparse import ArgumentParser
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection

from config import database
from config.demo.command import DemoCommand
from config.processes import BACKGROUND_COMMANDS, ONE_ADDRESS, PAYMENTS_COMMAND, manage_process
from config.smoke import delivery, money, paid_remix, paid_request, payout, setup
from config.smoke.checks import SmokeFailed, is_healthy, require, wait_for
from config.smoke.people import SmokeRun
from config.smoke.sockets import SocketClient
from events.kafka import create_topics
from worker.embedded import find_free_port
from worker.supervisor import Supervisor

STAGES: list[Callable[[SmokeRun], None]] = [
    setup.people_sign_up,
    setup.staff_create_an_artist,
    setup.principal_allows_messages,
    setup.principal_signs_a_program,
    setup.fans_opt_in,
    setup.sockets_open,
    setup.scrobblers_submit,
    setup.moments_are_noticed,
    delivery.drafts_wait_for_review,
    delivery.reviewer_approves_one,
    delivery.principal_edits_one,
    delivery.principal_declines_one,
    delivery.one_fan_opts_out,
    delivery.crowd_is_approved,
    delivery.one_runs_into_its_deadline,
    delivery.fans_hear_and_fetch,
    delivery.nothing_else_arrives,
    delivery.receipt_is_checked,
]
MONEY_STAGES = [
    money.principal_sells_a_tier,
    money.fan_subscribes,
    paid_request.principal_offers_messages,
    paid_request.fan_asks_for_a_message,
    paid_request.approved_message_is_charged,
    paid_remix.principal_opens_a_song,
    paid_remix.fan_asks_for_a_remix,
    paid_remix.remix_is_heard_and_approved,
    paid_remix.fan_plays_exactly_that,
    money.statement_adds_up,
    payout.principal_opens_an_account,
    payout.statement_is_paid,
]
"""Only where payments are simulated: a run pays nobody's money."""
LOG_LINES = 15  # lines of each process that are printed after a failure


class Command(DemoCommand):
    stage = ""  # the one that runs
    help = "Follow listens from a scrobbler to a fan's page and a receipt, and check every step."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--fans", type=int, default=50, help="more fans, for the latency figures (default 50)")

    def handle(self, *args: Any, fans: int, **options: Any) -> None:
        began = time.monotonic()
        with database.temporary_database("smoke") as urls, tempfile.TemporaryDirectory() as folder:
            self.run(Path(folder), fans, urls)
        self.stdout.write(self.style.SUCCESS(f"Every check held, in {time.monotonic() - began:.1f} s."))

    def run(self, folder: Path, fans: int, urls: dict[str, str]) -> None:
        """Start every process of the product and run all stages. Raises CommandError with the check that failed."""
        os.environ.update(urls, KAFKA_TOPIC_PREFIX=f"smoke-{uuid.uuid4().hex[:8]}.", MAIL_DIR=str(folder / "mail"))
        os.environ.update(ONE_ADDRESS)
        settings.KAFKA_TOPIC_PREFIX = os.environ["KAFKA_TOPIC_PREFIX"]
        create_topics()
        port = find_free_port()
        site = f"http://127.0.0.1:{port}"
        commands = {**BACKGROUND_COMMANDS, "web": ["serve", "--port", str(port)]}
        if settings.PAYMENTS == "simulated":
            settings.STRIPE_URL = os.environ["SIMULATED_PAYMENTS_URL"] = f"http://127.0.0.1:{find_free_port()}"
            commands["payments"] = PAYMENTS_COMMAND
        logs = {name: folder / f"{name}.log" for name in commands}
        supervisor = Supervisor(
            [manage_process(name, *words, log=logs[name], SITE_URL=site) for name, words in commands.items()]
        )
        run = SmokeRun(site, folder / "mail", fans, SocketClient(site))
        supervisor.start()
        try:
            supervisor.supervise_during(partial(self.run_stages, run))
        except Exception as error:
            self.print_logs(folder)
            reason = str(error) if isinstance(error, SmokeFailed) else f"{type(error).__name__}: {error}"
            raise CommandError(f"The run failed at “{self.stage}”. This did not hold: {reason}") from error
        finally:
            run.sockets.close()
            supervisor.stop()

    def run_stages(self, run: SmokeRun) -> None:
        """Run all stages, one after the other."""
        try:
            self.run_stage("everything starts", partial(wait_until_healthy, run.site))
            for check_stage in [*STAGES, *(MONEY_STAGES if settings.PAYMENTS == "simulated" else ())]:
                self.run_stage(check_stage.__name__.replace("_", " "), partial(check_stage, run))
                self.print_report(run)
        finally:
            connection.close()

    def run_stage(self, name: str, check_stage: Callable[[], object]) -> None:
        """Run one stage and print how long it took."""
        self.stage = name
        began = time.monotonic()
        check_stage()
        self.stdout.write(f"{time.monotonic() - began:6.2f} s  {name}")

    def print_report(self, run: SmokeRun) -> None:
        """Print what the stage reported."""
        for line in run.report_lines:
            self.stdout.write(f"          {line}")
        run.report_lines.clear()
        self.stdout.flush()

    def print_logs(self, folder: Path) -> None:
        """Print the last lines of every process, to help find the reason of a failure."""
        for log in sorted(folder.glob("*.log")):
            lines = log.read_text(errors="replace").splitlines()[-LOG_LINES:]
            self.stderr.write(f"--- {log.stem}\n" + "\n".join(lines))


def wait_until_healthy(site: str) -> None:
    require(wait_for(partial(is_healthy, site), seconds=30), "the site answers")
