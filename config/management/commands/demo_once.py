"""`manage.py demo_once`: tell the whole story once; 0 only if every line of it held.

Run it under `manage.py embedded --` (or with DATABASE_URL and KAFKA_BOOTSTRAP_SERVERS set to empty servers).
"""

import os
import sys
import tempfile
import time
import urllib.request
import uuid
from argparse import ArgumentParser
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from urllib.error import URLError

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config import BASE_DIR, database
from config.smoke import delivery, setup
from config.smoke.checks import SmokeFailed, require
from config.smoke.people import SmokeRun
from config.smoke.sockets import SocketClient, wait_for
from events.kafka import create_topics
from worker.embedded import find_free_port
from worker.supervisor import Process, Supervisor

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
BACKGROUND_PROCESSES = {"relay": ["relay"], "consume": ["consume"], "work": ["work", "all"]}


class Command(BaseCommand):
    help = "Tell the whole story once, from a scrobbler's listen to a receipt, and check every line of it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--fans", type=int, default=50, help="further fans, for the figures (default 50)")

    def handle(self, *args: Any, fans: int, **options: Any) -> None:
        began = time.monotonic()
        with database.temporary_database("story") as urls, tempfile.TemporaryDirectory() as folder:
            self.run(Path(folder), fans, urls)
        self.stdout.write(self.style.SUCCESS(f"Every line held, in {time.monotonic() - began:.1f} s."))

    def run(self, folder: Path, fans: int, urls: dict[str, str]) -> None:
        """Start every process of the product on servers of their own, and tell the story to its end."""
        os.environ.update(urls, KAFKA_TOPIC_PREFIX=f"story-{uuid.uuid4().hex[:8]}.", MAIL_DIR=str(folder / "mail"))
        settings.KAFKA_TOPIC_PREFIX = os.environ["KAFKA_TOPIC_PREFIX"]
        create_topics()
        port = find_free_port()
        crew = Supervisor(
            [
                manage_process(name, words, folder)
                for name, words in {**BACKGROUND_PROCESSES, "web": serve_arguments(port)}.items()
            ]
        )
        story = SmokeRun(f"http://127.0.0.1:{port}", folder / "mail", fans, SocketClient(f"http://127.0.0.1:{port}"))
        crew.start()
        try:
            stage = "everything starts"
            self.step(stage, partial(wait_until_healthy, story.site))
            for chapter in STAGES:
                stage = chapter.__name__.replace("_", " ")
                self.step(stage, partial(chapter, story))
                self.say(story)
        except Exception as error:
            self.logs(folder)
            why = str(error) if isinstance(error, SmokeFailed) else f"{type(error).__name__}: {error}"
            raise CommandError(f"The story ends at “{stage}”. This did not hold: {why}") from error
        finally:
            story.ears.close()
            crew.stop()

    def step(self, stage: str, chapter: Callable[[], object]) -> None:
        began = time.monotonic()
        chapter()
        self.stdout.write(f"{time.monotonic() - began:6.2f} s  {stage}")

    def say(self, story: SmokeRun) -> None:
        for line in story.told:
            self.stdout.write(f"          {line}")
        story.told.clear()
        self.stdout.flush()

    def logs(self, folder: Path) -> None:
        """The last lines of every process, for whoever wants to know why."""
        for log in sorted(folder.glob("*.log")):
            self.stderr.write(f"--- {log.stem}\n" + "\n".join(log.read_text(errors="replace").splitlines()[-15:]))


def serve_arguments(port: int) -> list[str]:
    return ["serve", "--port", str(port)]


def manage_process(name: str, words: list[str], folder: Path) -> Process:
    argv = [sys.executable, str(BASE_DIR / "manage.py"), *words]
    return Process(name, argv, env=dict(os.environ), log=folder / f"{name}.log")


def wait_until_healthy(site: str) -> None:
    require(wait_for(partial(is_healthy, site), seconds=30), "the site answers")


def is_healthy(site: str) -> bool:
    try:
        with urllib.request.urlopen(f"{site}/health", timeout=2) as answer:  # noqa: S310 - our own address
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False
