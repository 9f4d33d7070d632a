"""Fill an empty database with the demo's invented data."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError

from artists.exceptions import InvalidRequest
from config.demo import remixes, seed, synthesis
from config.demo.command import DemoCommand

PAUSE_SECONDS = 1.0
"""Between two looks at what the workers have done."""


class Command(DemoCommand):
    help = "Fill an empty database with eight artists, sixty fans and half a year of listening, all invented."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--number", type=int, default=seed.DEFAULT_SEED, help="seed of the random numbers")
        parser.add_argument("--sounds", action="store_true", help="only compose the sounds of the recordings")
        parser.add_argument(
            "--songs", action="store_true", help="only bring songs with stems and open them to remixes; needs workers"
        )

    def handle(self, *args: Any, number: int, sounds: bool, songs: bool, **options: Any) -> None:
        if sounds or songs:
            self._make_music(sounds=sounds, songs=songs)
            return
        began = time.monotonic()
        try:
            seeded = seed.seed_demo(number)
        except (seed.DatabaseNotEmpty, ImproperlyConfigured) as reason:
            raise CommandError(str(reason)) from reason
        done = f"Seeded eight artists, sixty fans and half a year of listening in {time.monotonic() - began:.0f} s."
        self.stdout.write(done if seeded else "The demo's data are there already; nothing was changed.")

    def _make_music(self, *, sounds: bool, songs: bool) -> None:
        """Do a step of each in turn, because the songs wait for the workers now and then."""
        while sounds or songs:
            try:
                songs = songs and remixes.open_next()
            except InvalidRequest as reason:
                raise CommandError(str(reason)) from reason
            sounds = sounds and synthesis.compose_next()
            if songs and not sounds:
                time.sleep(PAUSE_SECONDS)
