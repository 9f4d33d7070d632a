"""Run the consumer: from Kafka to rows, until SIGTERM."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.events import CONSUMED_TOPICS, CONSUMER_NAME, handle_batch
from events import consumer
from events.poison import TooManyFailures


class Command(BaseCommand):
    help = "Take in the listens that Kafka carries. Of several that run, a partition's offsets are moved by one alone."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            consumer.run(CONSUMER_NAME, CONSUMED_TOPICS, handle_batch)
        except TooManyFailures as error:
            raise CommandError(f"The consumer stopped itself: {error}") from error
