"""Do the daily housekeeping now."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config import housekeeping


class Command(BaseCommand):
    help = "Delete old notices, dead letters, invitations, rate limits and sessions, and print how many."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            result = housekeeping.prune()
        except housekeeping.AlreadyRunning as error:
            raise CommandError("Another process does the housekeeping at this moment.") from error
        for kind, count in result.deleted.items():
            self.stdout.write(f"{count:>8}  {kind.replace('_', ' ')}")
        if result.failed:
            raise CommandError(f"Not deleted: {', '.join(result.failed)}. The log says why.")
