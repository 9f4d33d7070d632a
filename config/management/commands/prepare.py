"""Serve: make database and topics ready for this version. Safe to run again, and before every start."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from config.database import migrate
from events.kafka import create_topics


class Command(BaseCommand):
    help = "Migrate as the owner role, make the cache table and the Kafka topics."

    def handle(self, *args: Any, verbosity: int, **options: Any) -> None:
        try:
            migrate(verbosity=verbosity)
        except ImproperlyConfigured as reason:
            raise CommandError(str(reason)) from reason
        create_topics()
        self.stdout.write("Database and topics are ready.")
