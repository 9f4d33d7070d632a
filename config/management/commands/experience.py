"""`manage.py experience withdraw|erase ID --reason "…"`: take an experience back, or remove its words."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from artists import erasure
from audit.actors import SystemActor
from fans import experiences
from fans.exceptions import ExperienceRefused
from fans.models import Experience

ACTOR = SystemActor.COMMAND
ACTIONS = {
    "withdraw": (experiences.withdraw, "withdrawn: its fan sees that it was taken back. The receipt stays."),
    "erase": (erasure.erase_experience, "erased: its words and those of its draft are gone. The receipt stays."),
}


class Command(BaseCommand):
    help = (
        "Withdraw an experience (its fan no longer sees it), or erase its words for good, also from its draft. "
        "ID is the UUID in the address /experiences/ID. Exit code 1: it does not exist or was done before; "
        "2: the arguments are wrong."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=ACTIONS)
        parser.add_argument("id", type=UUID, metavar="ID")
        parser.add_argument("--reason", required=True, help="why, for the audit trail; no personal text")

    def handle(self, *args: Any, action: str, id: UUID, reason: str, **options: Any) -> None:  # noqa: A002
        change, outcome = ACTIONS[action]
        try:
            experience = change(id, by=ACTOR, reason=reason)
        except Experience.DoesNotExist as error:
            raise CommandError(f"There is no experience {id}.") from error
        except ExperienceRefused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{experience} is {outcome}")
