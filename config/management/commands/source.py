"""`manage.py source`: list the producers of listen events, and let one speak for a fan."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from listens import sources
from listens.exceptions import ListensError

OPERATOR = "system:operator"


class Command(BaseCommand):
    help = "List the sources of listen events, or let a source send listens for a fan."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("list", help="show each source and for how many fans it may speak")
        allow = actions.add_parser("allow", help="let a source send listens for a fan; register the source if needed")
        allow.add_argument("uri", help="the CloudEvents source of its events, such as https://player.example/app")
        allow.add_argument("--fan", required=True, metavar="HANDLE|UUID")
        allow.add_argument("--end", action="store_true", help="no longer accept the source's listens for this fan")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        if action == "list":
            self._list()
            return
        try:
            self._allow(**{name: options[name] for name in ("uri", "fan", "end")})
        except ListensError as error:
            raise CommandError(str(error)) from error

    def _list(self) -> None:
        for uri, fan_count in sources.fans_by_source().items():
            self.stdout.write(f"{uri}\t{'every fan' if fan_count is None else f'{fan_count} fans'}")

    def _allow(self, *, uri: str, fan: str, end: bool) -> None:
        person = sources.find_fan(fan)
        if end:
            ended = sources.disallow(uri, person, by=OPERATOR)
            self.stdout.write(f"{uri} {'may no longer' if ended else 'could not'} speak for {person.handle}.")
            return
        is_new_source, is_new_fan = sources.allow(uri, person, by=OPERATOR)
        if is_new_source:
            self.stdout.write(f"{uri} was not registered. It is now.")
        self.stdout.write(f"{uri} {'may now' if is_new_fan else 'could already'} speak for {person.handle}.")
