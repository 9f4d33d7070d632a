"""The base class of the demo's commands."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


class DemoCommand(BaseCommand):
    """A command that makes invented people with a known password, or acts for them. It refuses to run without DEBUG."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Refuse before the system checks and before anything is written."""
        if not settings.DEBUG:
            raise CommandError("The demo's people have a password that everybody knows: it runs with DEBUG=1 only.")
        return super().execute(*args, **options)
