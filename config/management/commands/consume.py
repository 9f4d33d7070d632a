"""Run the consumer, which stores Kafka's events in the database, until SIGTERM."""

from typing import Any

from django.core.management.base import CommandError

from config.events import CONSUMER_NAME, consumed_topics, handle_batch
from config.management.base import ProcessCommand
from events import consumer
from events.exceptions import TooManyFailures


class Command(ProcessCommand):
    help = "Store listens from Kafka. Several may run: only one of them advances a partition."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            consumer.run(CONSUMER_NAME, consumed_topics, handle_batch)
        except TooManyFailures as error:
            raise CommandError(f"The consumer stopped itself: {error}") from error
