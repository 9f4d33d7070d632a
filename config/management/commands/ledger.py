"""`manage.py ledger`: check the ledger, and print the head of its chain."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ledger import chain, check

MAX_SHOWN_FAULTS = 100


class Command(BaseCommand):
    help = "Check that the ledger adds up and that its history is what it was, or print the head of its chain."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        checks = actions.add_parser("check", help="exits with 1 and names what is wrong, if anything is")
        checks.add_argument("--head", action="append", default=[], help="a hash that a statement printed")
        actions.add_parser("head", help="puts what is committed into the chain and prints its newest link")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        head = chain.extend()
        if action == "check":
            self._check(options["head"])
        self.stdout.write(f"{head.position} {head.hash}" if head else "The ledger is empty.")

    def _check(self, heads: list[str]) -> None:
        faults = 0
        for fault in check.find_faults(heads):
            faults += 1
            if faults <= MAX_SHOWN_FAULTS:
                self.stderr.write(fault)
        for (book, currency), amount in check.read_suspense().items():
            self.stdout.write(f"suspense of {book}: {amount} {currency} in minor units wait to be placed")
        if faults:
            raise CommandError(f"{faults} faults.")
        self.stdout.write("Every transaction adds up, and the chain is whole.")
