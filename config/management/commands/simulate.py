"""`manage.py simulate`: let the demo's fans go on listening, through the scrobblers' door, until SIGTERM."""

import threading
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.demo import seed
from config.demo.simulator import Simulator
from events.models import Outbox
from worker import loop

REPORT_SECONDS = 60.0


class IntervalWait:
    """Rests between two listens."""

    def __init__(self, stop: threading.Event) -> None:
        self.stop = stop

    def wait(self, seconds: float) -> bool:
        return self.stop.wait(seconds)


class Command(BaseCommand):
    help = "About one listen a second, and every half minute a moment; one of Mara Veil's every two or three minutes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--site", default=settings.SITE_URL, help="where the door is")
        parser.add_argument("--pace", type=float, default=1.0, help="seconds between two listens")
        parser.add_argument("--every", type=float, default=30.0, help="seconds between two moments")

    def handle(self, *args: Any, site: str, pace: float, every: float, **options: Any) -> None:
        if not seed.is_seeded():
            raise CommandError("Nobody lives here yet: run manage.py seed first.")
        _wait_until_counted()
        self.simulator, self.told = Simulator(site, every=every), time.monotonic()
        stop = threading.Event()
        try:
            loop.run(self.step, wake=IntervalWait(stop), stop=stop, due=lambda: pace)
        finally:
            self.simulator.close()

    def step(self) -> bool:
        """Never says that there is more to do at once: one listen, then the pause."""
        said = self.simulator.step(time.time())
        if time.monotonic() - self.told > REPORT_SECONDS:
            self.told = time.monotonic()
            said = f"{said or ''}\n{self.simulator.sent} listens sent so far".strip()
        if said:
            self.stdout.write(said)
            self.stdout.flush()
        return False


def _wait_until_counted(*, patience: float = 15.0) -> None:
    """What the run before sent may still be on its way, and the next songs begin after it."""
    give_up = time.monotonic() + patience
    while Outbox.objects.filter(rests=True).exists() and time.monotonic() < give_up:
        time.sleep(0.2)
