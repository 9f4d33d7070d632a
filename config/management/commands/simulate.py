"""Let the demo's fans listen, through the ListenBrainz API, until SIGTERM."""

import threading
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from config.demo import seed
from config.demo.command import DemoCommand
from config.demo.simulator import Simulator
from config.processes import StopWait
from config.smoke.checks import wait_for
from events.models import Outbox
from worker import loop

REPORT_SECONDS = 60.0  # between two lines that say how many listens were sent
COUNT_TIMEOUT_SECONDS = 15.0


class Command(DemoCommand):
    help = "About one listen a second, and every half minute a moment; one of Mara Veil's every two or three minutes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--site", default=settings.SITE_URL, help="address of the site")
        parser.add_argument("--pace", type=float, default=1.0, help="seconds between two listens")
        parser.add_argument("--every", type=float, default=30.0, help="seconds between two moments")

    def handle(self, *args: Any, site: str, pace: float, every: float, **options: Any) -> None:
        if not seed.is_seeded():
            raise CommandError("This database has no demo data yet: run manage.py seed first.")
        # Listens of the run before may still be on their way, and the next songs start after them.
        wait_for(
            lambda: not Outbox.objects.filter(keep_until_counted=True).exists(),
            seconds=COUNT_TIMEOUT_SECONDS,
            every=0.2,
        )
        self.simulator, self.reported_at = Simulator(site, every=every), time.monotonic()
        stop = threading.Event()
        try:
            loop.run(self.step, wake=StopWait(stop), stop=stop, due=lambda: pace)
        finally:
            self.simulator.close()

    def step(self) -> bool:
        """Submit one listen. Always False: the next one comes after a pause."""
        lines = [line] if (line := self.simulator.step(time.time())) else []
        if time.monotonic() - self.reported_at > REPORT_SECONDS:
            self.reported_at = time.monotonic()
            lines.append(f"{self.simulator.sent} listens sent so far")
        if lines:
            self.stdout.write("\n".join(lines))
            self.stdout.flush()
        return False
