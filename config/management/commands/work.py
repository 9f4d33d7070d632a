"""Run background jobs: drafts, delivery, expiry, mail, refunds, reports, imports, audio, payments, housekeeping."""

import threading
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from django.db import connection

from artists import (
    approval_mail,
    delivery,
    expiry,
    import_news,
    look_back,
    moderation,
    moments,
    payout_mail,
    unread,
    withdrawal,
)
from artists.remixes import drafting
from artists.remixes import refunds as remix_refunds
from artists.requests import following
from artists.requests import mails as request_mails
from artists.royalties import worker_step as royalties
from artists.stems import checking
from artists.stems import uploads as stem_uploads
from artists.suggestions import answering
from artists.suggestions.profiles import CHANNEL as MODELS_CHANNEL
from billing import payouts, worker_step
from billing.webhooks import CHANNEL as WEBHOOKS_CHANNEL
from config import housekeeping
from config.management.base import ProcessCommand
from config.processes import StopWait
from fans import opt_ins, payment_mails, render_worker, renders
from ledger import chain
from rights.imports import uploads
from trust import reports
from worker import loop
from worker.wake import Listener


@dataclass(frozen=True)
class Job:
    """One kind of background work: `step` does a piece of it and says whether there is more to do at once.

    `channel` is the one that announces new work, if any, or several; `due` tells in how many seconds the next work
    falls due.
    """

    step: Callable[[], bool]
    channel: str | tuple[str, ...] = ()
    due: Callable[[], float | None] | None = None


JOBS = {
    "drafts": Job(drafting.work, moments.CHANNEL),
    "look_back": Job(look_back.look_back_next, opt_ins.GIVEN_CHANNEL),
    "unread": Job(unread.approve_next, expiry.CHANNEL),
    "delivery": Job(delivery.deliver_next, delivery.CHANNEL, delivery.seconds_until_due),
    "expiry": Job(expiry.expire_next, expiry.CHANNEL, expiry.seconds_until_due),
    "withdrawal": Job(withdrawal.withdraw_next, opt_ins.CHANNEL),
    "approval_mail": Job(approval_mail.mail_if_due),
    "requests": Job(following.follow_next, following.CHANNELS, following.seconds_until_due),
    "request_mails": Job(request_mails.mail_next, request_mails.CHANNEL),
    "refunds": Job(remix_refunds.work, remix_refunds.CHANNEL, remix_refunds.seconds_until_due),
    "reports": Job(moderation.look_at_next, reports.WAKE_CHANNEL),
    "payout_mail": Job(payout_mail.mail_next, payouts.CHANNEL),
    "imports": Job(import_news.work_next, uploads.CHANNEL),
    "audio": Job(checking.work_next, stem_uploads.CHANNEL),
    "billing": Job(worker_step.work, WEBHOOKS_CHANNEL, worker_step.seconds_until_due),
    "royalties": Job(royalties.work),
    "payment_mails": Job(payment_mails.send_next, payment_mails.CHANNEL, payment_mails.seconds_until_due),
    "renders": Job(render_worker.render_next, renders.CHANNEL, render_worker.seconds_until_due),
    "models": Job(answering.work, MODELS_CHANNEL),
    "ledger": Job(chain.extend_next),
    "housekeeping": Job(housekeeping.prune_if_due),
}


class Command(ProcessCommand):
    help = "Run one background job, or all of them, until SIGTERM. Any number of processes may run the same job."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=[*JOBS, "all"])

    def handle(self, *args: Any, what: str, **options: Any) -> None:
        _run_jobs([*JOBS.values()] if what == "all" else [JOBS[what]])


def _run_jobs(jobs: Sequence[Job]) -> None:
    """Run the first job in this thread, which receives signals, and each other in its own. If one breaks, all end."""
    stop = threading.Event()
    with loop.stop_on_signals(stop), ThreadPoolExecutor(len(jobs)) as pool:  # also while the jobs connect
        others = [pool.submit(_run_job, job, stop) for job in jobs[1:]]
        _run_job(jobs[0], stop)
    for other in others:
        other.result()


def _run_job(job: Job, stop: threading.Event) -> None:
    try:
        channels = (job.channel,) if isinstance(job.channel, str) else job.channel
        with Listener(*channels) if channels else nullcontext(StopWait(stop)) as wake:
            loop.run(job.step, wake=wake, stop=stop, due=job.due)
    finally:
        stop.set()
        connection.close()
