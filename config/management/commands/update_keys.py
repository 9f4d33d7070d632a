"""Compute all stored text keys anew."""

from typing import Any

from django.core.management.base import BaseCommand

from config.key_update import update_keys


class Command(BaseCommand):
    help = "Compute the text keys of recordings and listens anew, where an older version made them. Safe to interrupt."

    def handle(self, *args: Any, **options: Any) -> None:
        recordings, listens = update_keys()
        self.stdout.write(f"Keys are up to date: {recordings} recordings and {listens} listens were updated.")
