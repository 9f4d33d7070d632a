"""Make a person with an account part of the platform's staff, or end that."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.models import Person
from audit import trail
from audit.actors import SystemActor


class Command(BaseCommand):
    help = "Make a person part of the platform's staff, who create artists and name principals."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--end", action="store_true", help="end it instead")

    def handle(self, *args: Any, email: str, end: bool, **options: Any) -> None:
        with transaction.atomic():
            if not Person.objects.filter(email=email.lower()).update(is_staff=not end):
                raise CommandError(f"Nobody with the address {email} has an account. Sign up first.")
            person = Person.objects.get(email=email.lower())
            action = "staff.ended" if end else "staff.named"
            trail.record(action, by=SystemActor.COMMAND, subject=person.actor)
        self.stdout.write(f"{person.handle} {'is no longer' if end else 'is now'} staff.")
