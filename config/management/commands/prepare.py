"""Prepare the database and the Kafka topics for this version. Safe to run again, and before every start."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from config.database import UnknownMigrations, migrate
from config.key_update import update_keys
from events import topics
from events.exceptions import BrokerUnavailable
from events.kafka import create_topics


class Command(BaseCommand):
    help = "Migrate as the owner role, create the cache table and the Kafka topics, and update old text keys."

    def handle(self, *args: Any, verbosity: int, **options: Any) -> None:
        try:
            migrate(verbosity=verbosity)
        except (ImproperlyConfigured, UnknownMigrations) as reason:
            raise CommandError(str(reason)) from reason
        update_keys()
        try:
            create_topics(topics.all_names())
        except BrokerUnavailable as error:
            raise CommandError(f"The database is ready, but Kafka is unavailable: {error}") from error
        self.stdout.write("Database and topics are ready.")
