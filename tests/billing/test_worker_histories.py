"""Any history of payments on PostgreSQL with two worker processes, which may be killed at any moment.

`make attack-billing` tries 500 histories, and `make test` very few. A failure names the seed: BILLING_SEED repeats it,
as far as two processes can be repeated.
"""

import os
import random
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.db.models.functions import Now
from pytest_django import Settings

from billing import reconcile
from billing.models import SyncMark, TierPrice, WebhookEvent
from billing.provider import Provider
from billing.provider import provider as provider_module
from billing.simulated import control
from billing.webhooks import CHANNEL
from ledger.balances import read_balances
from tests import factories
from tests.billing import factories as billing
from tests.billing.fake_over_http import SharedFake, serve
from tests.billing.fan_scene import BOOK
from tests.billing.histories import play, random_steps, step_names
from tests.billing.in_process import sdk
from tests.billing.stored_history import StoredHistory
from tests.fork_server import ForkedProcess
from tests.servers import Database, Processes, wait_until
from worker import wake

RUNS = int(os.environ.get("BILLING_WORKER_RUNS", "2"))
RUNS_OF_A_PART = 5
"""So many fans have one database and one provider, which grow with each."""
PARTS = -(-RUNS // RUNS_OF_A_PART)
LEAST, MOST = (20, 60) if RUNS > RUNS_OF_A_PART else (8, 16)
SEED = int(os.environ.get("BILLING_SEED") or random.randrange(10**9))


class Workers:
    """Two processes that run `manage.py work billing`."""

    def __init__(self, processes: Processes, url: str) -> None:
        self.processes, self.url = processes, url
        self.running = [self.start(), self.start()]

    def start(self) -> ForkedProcess:
        return self.processes.start("work", "billing", SIMULATED_PAYMENTS_URL=self.url)

    def replace(self, number: int) -> None:
        """Kill one without a warning, and start another."""
        self.running[number % 2].kill()
        self.running[number % 2].wait(10)
        self.running[number % 2] = self.start()


class WorkerHistory(StoredHistory):
    """The steps of our side are those of other processes."""

    fake: SharedFake

    def __init__(self, fake: SharedFake, price: TierPrice, workers: Workers) -> None:
        self.workers = workers
        self.fake = fake
        super().__init__(fake, price)

    def work(self, number: int) -> None:
        """Give them some time."""
        time.sleep(number % 4 * 0.01)

    def kill(self, number: int) -> None:
        if number % 3 == 0:
            self.workers.replace(number)

    def fault(self, number: int) -> None:
        with self._alone():
            kind = ("500", "503", "reset")[number % 3]
            control.add_fault(self.fake.simulation, kind=kind, times=1 + number % 4, method="GET")

    def compare(self, number: int) -> None:
        """The workers compare, or this process, or all of them at once."""
        if number % 3:
            SyncMark.objects.update(at=Now() - 2 * reconcile.DAY)
            wake.notify(CHANNEL)
        if number % 3 != 1:
            self._mend()
            reconcile.reconcile(is_full=number % 4 == 1)

    def _alone(self) -> AbstractContextManager[Any]:
        return self.fake.lock

    def _check(self) -> None:
        assert sum(read_balances(book=BOOK).values()) == 0

    def _mend(self) -> None:
        super()._mend()
        wake.notify(CHANNEL)

    def _settle(self) -> None:
        """Wait until nothing is left to do."""

        def is_quiet() -> bool:
            self._mend()
            soon = time.monotonic() + 0.5
            while (waits := WebhookEvent.objects.filter(state="received").exists()) and time.monotonic() < soon:
                time.sleep(0.02)
            return not waits

        wait_until(is_quiet, seconds=120)

    def _end(self) -> None:
        self._settle()
        for _ in range(2):
            reconcile.reconcile(is_full=True)
            self._settle()
        self._check_compared()
        assert not WebhookEvent.objects.filter(state="dead").exists()


@pytest.fixture
def shared(
    committing_db: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[SharedFake, str]]:
    settings.PAYMENTS = "simulated"
    fake = SharedFake()
    provider = Provider.of(sdk(fake))
    monkeypatch.setattr(provider_module, "connect", lambda *_: provider)
    with serve(fake) as url:
        yield fake, url


@pytest.mark.parametrize("part", range(PARTS))
def test_two_processes_that_are_killed_end_in_the_providers_truth(
    shared: tuple[SharedFake, str], processes: Processes, part: int
) -> None:
    fake, url = shared
    price = billing.get_price(billing.create_tier(factories.create_artist()))
    workers = Workers(processes, url)
    names = step_names(WorkerHistory)
    for run in range(min(RUNS, RUNS_OF_A_PART)):
        seed = SEED + part * RUNS_OF_A_PART + run
        try:
            play(WorkerHistory(fake, price, workers), random_steps(names, seed, LEAST, MOST))
        except Exception as error:
            error.add_note(f"BILLING_SEED={seed}")
            raise
