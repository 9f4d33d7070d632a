"""`manage.py payouts`: what an operator does about payouts: runs, payments by hand, what comes back, and drifts."""

import uuid
from argparse import ArgumentParser
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from audit.actors import SystemActor
from billing import drifts, movements, payees, payout_runs, payouts_by_hand, reversals, transfer_drifts
from billing.exceptions import BillingError
from billing.models import Drift, PayoutLine, PayoutRun
from billing.provider import get_book
from rights.models import Party
from rights.money import format_money, to_minor_units
from web.csv_cells import write_rows

BY = SystemActor.OPERATOR
ACTIONS: dict[str, tuple[str, str]] = {
    "list": ("the newest runs", ""),
    "show": ("the payouts of a run", "run"),
    "prepare": ("make a draft of a run of all that is payable now", ""),
    "approve": ("let the payouts of a run leave", "run"),
    "hold": ("keep one that waits from leaving: a later run looks at it again", "payout"),
    "csv": ("write those that are paid by hand to the standard output", ""),
    "paid": ("say that one was paid by hand", "payout reference"),
    "returned": ("say that a payment by hand came back", "payout amount reference"),
    "reverse": ("take a part of a transfer back, or all", "payout amount"),
    "by-hand": ("pay a party by hand; the reference says where its bank account is kept", "party reference"),
    "drifts": ("where the provider and the ledger differ", ""),
    "compare": ("look for drifts now", ""),
}  # fmt: skip
"""What each does, and what has to be named. Amounts are written as 12.50."""


class Command(BaseCommand):
    help = "Prepare, approve and follow payouts; pay by hand; find where the provider and the ledger differ."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        for name, (words, arguments) in ACTIONS.items():
            action = actions.add_parser(name, help=words)
            for argument in arguments.split():
                action.add_argument(argument)

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        named = [options[name] for name in ACTIONS[action][1].split()]
        do: Callable[..., None] = getattr(self, f"_{action.replace('-', '_')}")
        try:
            do(*named)
        except BillingError as error:
            raise CommandError(str(error)) from error

    def _list(self) -> None:
        for run in PayoutRun.objects.filter(book=get_book()).order_by("-pk")[:24]:
            state = f"approved {run.approved_at:%Y-%m-%d}" if run.approved_at else "waits for approval"
            self._write(run.name, state, f"{run.lines.count()} payouts")

    def _show(self, run: str) -> None:
        for line in payout_runs.list_lines(_get_run(run)):
            amount = format_money(line.amount, line.currency)
            self._write(line.pk, line.party.name, amount, line.method, line.state, line.reason, line.error)

    def _prepare(self) -> None:
        run = payout_runs.prepare(payout_runs.name_next(timezone.now()), by=BY)
        self.stdout.write(f"{run.name} waits for approval: manage.py payouts show {run.name}")

    def _approve(self, run: str) -> None:
        self.stdout.write(f"{payout_runs.approve(_get_run(run), by=BY)} payouts leave.")

    def _hold(self, payout: str) -> None:
        payout_runs.hold(_get_line(payout), by=BY)
        self.stdout.write("It is held. Its money stays payable.")

    def _csv(self) -> None:
        for row in write_rows(payouts_by_hand.list_rows(payouts_by_hand.list_waiting())):
            self.stdout.write(row, ending="")

    def _paid(self, payout: str, reference: str) -> None:
        payouts_by_hand.mark_paid(_get_line(payout), reference, by=BY)
        self.stdout.write("It is marked as paid by hand.")

    def _returned(self, payout: str, amount: str, reference: str) -> None:
        line = _get_line(payout)
        payouts_by_hand.mark_returned(line, _read_amount(amount, line.currency), reference, by=BY)
        self.stdout.write("It is payable again.")

    def _reverse(self, payout: str, amount: str) -> None:
        line = _get_line(payout)
        reversals.want(line, _read_amount(amount, line.currency), by=BY)
        self.stdout.write("The provider is asked.")

    def _by_hand(self, party: str, reference: str) -> None:
        found = Party.objects.filter(pk=party).first() if party.isdigit() else None
        if found is None:
            raise CommandError(f"There is no party {party}.")
        payees.pay_by_hand(found, reference, by=BY)
        self.stdout.write(f"{found.name} is paid by hand.")

    def _drifts(self) -> None:
        for drift in Drift.objects.filter(book=get_book(), ended_at=None).order_by("pk"):
            seen = f"here {drift.expected}, there {drift.found}"
            self._write(f"{drift.since:%Y-%m-%d %H:%M}", drift.kind, drift.reference, drift.currency, seen)

    def _compare(self) -> None:
        movements.fetch()
        found = [*transfer_drifts.compare_transfers(), *drifts.compare_balance()]
        self.stdout.write(f"{len(found)} drifts.")
        self._drifts()

    def _write(self, *facts: object) -> None:
        self.stdout.write("\t".join(map(str, facts)))


def _get_run(name: str) -> PayoutRun:
    run = PayoutRun.objects.filter(name=name, book=get_book()).first()
    if run is None:
        raise CommandError(f"There is no run {name}.")
    return run


def _get_line(payout: str) -> PayoutLine:
    try:
        return PayoutLine.objects.get(pk=uuid.UUID(payout), book=get_book())
    except (ValueError, PayoutLine.DoesNotExist):
        raise CommandError(f"There is no payout {payout}.") from None


def _read_amount(amount: str, currency: str) -> int:
    try:
        return to_minor_units(Decimal(amount), currency)
    except (InvalidOperation, ValueError):
        raise CommandError(f"{amount} is no amount of {currency}.") from None
