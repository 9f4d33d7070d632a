"""`manage.py webhooks`: list, show and replay events of the payment provider that could not be worked on."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from audit import trail
from audit.actors import SystemActor
from billing import webhook_work
from billing.models import WebhookEvent

STATES = [WebhookEvent.State.DEAD, WebhookEvent.State.QUARANTINED, WebhookEvent.State.RECEIVED]


class Command(BaseCommand):
    help = "List events of the payment provider that were given up, show one, or let them be worked on again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        list_ = actions.add_parser("list", help="the newest that were given up, or that wait or are not believed")
        list_.add_argument("--state", choices=STATES, default=WebhookEvent.State.DEAD)
        list_.add_argument("--limit", type=int, default=50)
        show = actions.add_parser("show", help="everything about one: ids and states alone")
        show.add_argument("id", type=int)
        replay = actions.add_parser("replay", help="let events that were given up be worked on again")
        replay.add_argument("ids", nargs="*", type=int, metavar="ID")
        replay.add_argument("--all", action="store_true", help="all that were given up")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        if action == "list":
            self._list(options["state"], options["limit"])
        elif action == "show":
            self._show(options["id"])
        else:
            self._replay(options["ids"], is_all=options["all"])

    def _list(self, state: str, limit: int) -> None:
        for event in WebhookEvent.objects.filter(state=state).order_by("-pk")[: max(limit, 0)]:
            facts = (event.pk, f"{event.received_at:%Y-%m-%d %H:%M:%S}", event.type, event.object_id, event.error)
            self.stdout.write("\t".join(map(str, facts)))

    def _show(self, pk: int) -> None:
        facts = WebhookEvent.objects.filter(pk=pk).values().first()
        if facts is None:
            raise CommandError(f"There is no event {pk}.")
        for name, fact in facts.items():
            self.stdout.write(f"{name}: {fact}")

    def _replay(self, pks: list[int], *, is_all: bool) -> None:
        if bool(pks) == is_all:
            raise CommandError("Name the ids of events, or --all.")
        dead = WebhookEvent.objects.filter(state=WebhookEvent.State.DEAD)
        chosen = list((dead if is_all else dead.filter(pk__in=pks)).values_list("pk", flat=True))
        with transaction.atomic():
            count = webhook_work.replay(chosen)
            trail.record("webhooks.replayed", by=SystemActor.OPERATOR, subject="webhooks:dead", count=count)
        self.stdout.write(f"{count} are worked on again.")
        if missing := sorted(set(pks) - set(chosen)):
            raise CommandError(f"Not given up, or unknown: {', '.join(map(str, missing))}.")
