"""`manage.py source`: register the producers of listen events, list them, and let one speak for a fan."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import pluralize

from audit.actors import SystemActor
from events import topics
from events.exceptions import BrokerUnavailable
from events.kafka import create_topics
from listens import sources
from listens.exceptions import ListensError

OPERATOR = SystemActor.OPERATOR


class Command(BaseCommand):
    help = "Register a source of listen events with a topic of its own, or let it send listens for a fan."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("list", help="show each source, its topic, and for how many fans it may speak")
        add = actions.add_parser("add", help="register a source, create its topic, and print who needs access to it")
        add.add_argument("uri", help="the CloudEvents source of its events, such as https://player.example/app")
        add.add_argument("--topic", default="", help="without it, the topic is named after the URI")
        add.add_argument("--principal", default="", help="the producer's Kafka principal, such as User:player")
        allow = actions.add_parser("allow", help="let a registered source send listens for a fan")
        allow.add_argument("uri")
        allow.add_argument("--fan", required=True, metavar="HANDLE|UUID")
        allow.add_argument("--end", action="store_true", help="no longer accept the source's listens for this fan")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        try:
            if action == "add":
                self._add(**{name: options[name] for name in ("uri", "topic", "principal")})
            elif action == "allow":
                self._allow(**{name: options[name] for name in ("uri", "fan", "end")})
            else:
                self._list()
        except ListensError as error:
            raise CommandError(str(error)) from error

    def _list(self) -> None:
        for uri, topic, fan_count in sources.all_with_fan_counts():
            fans = f"{fan_count} fan{pluralize(fan_count)}"
            self.stdout.write(f"{uri}\tour own topics\tevery fan" if topic is None else f"{uri}\t{topic}\t{fans}")

    def _add(self, *, uri: str, topic: str, principal: str) -> None:
        source, is_new = sources.add(uri, topic=topic, by=OPERATOR)
        name = str(source.topic_id)
        self.stdout.write(f"{uri} {'is now' if is_new else 'was already'} registered, with the topic {name}.")
        self.stdout.write("Give access to the topic, as an administrator of Kafka:")
        for line in topics.acl_commands(name, writer=principal or f"User:{name}"):
            self.stdout.write(line)
        try:
            is_missing = create_topics([name])
        except BrokerUnavailable as error:
            raise CommandError(f"The topic is not created yet, because Kafka is unavailable: {error}") from error
        if is_missing:
            raise CommandError("The topic is not created yet. Run the lines above, and then this command again.")

    def _allow(self, *, uri: str, fan: str, end: bool) -> None:
        person = sources.find_fan(fan)
        if end:
            ended = sources.disallow(uri, person, by=OPERATOR)
            self.stdout.write(f"{uri} {'may no longer' if ended else 'could not'} speak for {person.handle}.")
            return
        is_new = sources.allow(uri, person, by=OPERATOR)
        self.stdout.write(f"{uri} {'may now' if is_new else 'could already'} speak for {person.handle}.")
