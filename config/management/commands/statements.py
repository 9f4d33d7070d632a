"""`manage.py statements`: close a month, and check that closed statements are what the ledger says."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from artists.models import ClosedMonth
from artists.royalties import check, closing

MAX_SHOWN_FAULTS = 100


class Command(BaseCommand):
    help = "Close a month into statements, list the closed ones, or compute all statements anew from the ledger."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        close = actions.add_parser("close", help="closing it again goes on where it stopped")
        close.add_argument("month", help="for example 2026-11")
        close.add_argument("--early", action="store_true", help="although it is not over; practice money alone")
        actions.add_parser("list", help="the closed months, newest first")
        actions.add_parser("check", help="exits with 1 and names each statement that is not what the ledger says")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        if action == "close":
            self._close(options["month"], early=options["early"])
        elif action == "list":
            for closed in ClosedMonth.objects.order_by("-pk"):
                self.stdout.write(f"{closed}\t{closed.statements.count()} statements\t{closed.position} {closed.head}")
        else:
            self._check()

    def _close(self, text: str, *, early: bool) -> None:
        month = text.replace("-", "")
        if len(month) != 6 or not month.isdigit() or not 1 <= int(month[4:]) <= 12:
            raise CommandError("Write the month as 2026-11.")
        if settings.PAYMENTS == "off":
            raise CommandError("Payments are off.")
        try:
            closed = closing.close_month(month, book=settings.PAYMENTS, early=early)
        except (closing.NotOver, closing.AlreadyClosing, closing.NothingToClose) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{closed.statements.count()} statements of {text}. Link {closed.position} {closed.head}.")

    def _check(self) -> None:
        faults = 0
        for fault in check.find_faults():
            faults += 1
            if faults <= MAX_SHOWN_FAULTS:
                self.stderr.write(fault)
        if faults:
            raise CommandError(f"{faults} faults.")
        self.stdout.write("Every statement is what the ledger says.")
