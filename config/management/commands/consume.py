"""Run the consumer, which stores Kafka's events in the database, until SIGTERM."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.events import CONSUMED_TOPICS, CONSUMER_NAME, handle_batch
from events import consumer
from events.exceptions import TooManyFailures


class Command(BaseCommand):
    help = "Store listens from Kafka. Several may run: only one of them advances a partition."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            consumer.run(CONSUMER_NAME, CONSUMED_TOPICS, handle_batch)
        except TooManyFailures as error:
            raise CommandError(f"The consumer stopped itself: {error}") from error
