"""Fill an empty database with the demo's invented data."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError

from config.demo import seed, synthesis
from config.demo.command import DemoCommand


class Command(DemoCommand):
    help = "Fill an empty database with eight artists, sixty fans and half a year of listening, all invented."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--number", type=int, default=seed.DEFAULT_SEED, help="seed of the random numbers")
        parser.add_argument("--sounds", action="store_true", help="only compose the sounds of the recordings")

    def handle(self, *args: Any, number: int, sounds: bool, **options: Any) -> None:
        if sounds:
            while synthesis.compose_next():
                pass
            return
        began = time.monotonic()
        try:
            seeded = seed.seed_demo(number)
        except (seed.DatabaseNotEmpty, ImproperlyConfigured) as reason:
            raise CommandError(str(reason)) from reason
        done = f"Seeded eight artists, sixty fans and half a year of listening in {time.monotonic() - began:.0f} s."
        self.stdout.write(done if seeded else "The demo's data are there already; nothing was changed.")
