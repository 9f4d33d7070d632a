"""`manage.py seed`: fill an empty database with the demo's world; a second time changes nothing."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from config.demo import music, seed


class Command(BaseCommand):
    help = "Fill an empty database with eight artists, sixty fans and half a year of listening, all invented."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--number", type=int, default=seed.DEFAULT_SEED, help="another number makes another world")
        parser.add_argument("--sounds", action="store_true", help="compose what can be heard of it, and nothing else")

    def handle(self, *args: Any, number: int, sounds: bool, **options: Any) -> None:
        if sounds:
            while music.compose_next():
                pass
            return
        began = time.monotonic()
        try:
            made = seed.seed_demo(number)
        except (seed.DatabaseNotEmpty, ImproperlyConfigured) as reason:
            raise CommandError(str(reason)) from reason
        took = f"Eight artists, sixty fans, half a year of listening: made in {time.monotonic() - began:.0f} s."
        self.stdout.write(took if made else "The world is there already; nothing was changed.")
