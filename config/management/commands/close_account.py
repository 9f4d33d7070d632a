"""Close an account: end everything that costs its person money, wait until nothing is left, and switch it off."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.models import Person
from artists.requests import following
from audit import trail
from audit.actors import SystemActor
from billing import closing

LOOK_EVERY_SECONDS = 1


class Command(BaseCommand):
    help = "Close an account. Subscriptions end at once, and nobody can sign in with it any more."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--wait", type=int, default=60, help="seconds to wait for the payment provider")

    def handle(self, *args: Any, email: str, wait: int, **options: Any) -> None:
        person = Person.objects.filter(email=email.lower(), is_active=True).first()
        if person is None:
            raise CommandError(f"Nobody with the address {email} has an account that is open.")
        following.close_account(person, by=SystemActor.COMMAND)
        until = time.monotonic() + wait
        while not _close(person):
            if time.monotonic() > until:
                raise CommandError(f"Not closed yet: {_write_left(person)}. It goes on, so run this again later.")
            time.sleep(LOOK_EVERY_SECONDS)
        self.stdout.write(f"The account of {person.handle} is closed.")


def _close(person: Person) -> bool:
    """Whether nothing billable is left, so that the account was switched off."""
    with transaction.atomic():
        if not closing.close_account(person).is_nothing:
            return False
        Person.objects.filter(pk=person.pk).update(is_active=False)
        trail.record("person.closed", by=SystemActor.COMMAND, subject=person.actor)
    return True


def _write_left(person: Person) -> str:
    left = closing.find_left(person)
    counts = {"order": left.orders, "subscription": left.subscriptions, "hold": left.holds}
    words = [f"{number} {name}{'s' if number > 1 else ''}" for name, number in counts.items() if number]
    return ", ".join(words) or "the payment provider has not answered"
