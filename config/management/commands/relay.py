"""Run the relay, which sends the outbox to Kafka, until SIGTERM."""

from contextlib import closing
from typing import Any

from config.management.base import ProcessCommand
from events.outbox import CHANNEL
from events.relay import Relay
from worker import loop
from worker.wake import Listener


class Command(ProcessCommand):
    help = "Send the outbox to Kafka. Several may run: one works, and another takes over when it ends."

    def handle(self, *args: Any, **options: Any) -> None:
        with closing(Relay()) as relay, Listener(CHANNEL) as listener:
            loop.run(relay.step, wake=listener, due=relay.due)
