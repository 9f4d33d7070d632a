"""Work: the artist's side's background processes: write drafts, deliver the approved, withdraw what ended."""

import threading
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection

from artists import delivery, drafts, expiry, moderation, moments, withdrawal
from fans import opt_ins
from trust import reports
from worker import loop
from worker.wake import Listener


@dataclass(frozen=True)
class Job:
    step: Callable[[], bool]
    channel: str
    due: Callable[[], float | None] | None = None


JOBS = {
    "drafts": Job(drafts.write_next, moments.CHANNEL),
    "delivery": Job(delivery.deliver_next, delivery.CHANNEL, delivery.seconds_until_due),
    "expiry": Job(expiry.expire_next, expiry.CHANNEL, expiry.seconds_until_due),
    "withdrawal": Job(withdrawal.withdraw_next, opt_ins.CHANNEL),
    "reports": Job(moderation.weigh_next, reports.WAKE_CHANNEL),
}


class Command(BaseCommand):
    help = "Do one kind of work, or all of it, until SIGTERM. Any number of processes may do the same kind."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=[*JOBS, "all"])

    def handle(self, *args: Any, what: str, **options: Any) -> None:
        _run_jobs([*JOBS.values()] if what == "all" else [JOBS[what]])


def _run_jobs(jobs: Sequence[Job]) -> None:
    """The first in this thread, which hears the signals; the others in their own. One that breaks ends them all."""
    stop = threading.Event()
    with ThreadPoolExecutor(len(jobs)) as pool:
        others = [pool.submit(_run_job, job, stop) for job in jobs[1:]]
        _run_job(jobs[0], stop)
    for other in others:
        other.result()


def _run_job(job: Job, stop: threading.Event) -> None:
    try:
        with Listener(job.channel) as listener:
            loop.run(job.step, wake=listener, stop=stop, due=job.due)
    finally:
        stop.set()
        connection.close()
