"""Mail those who act for a party what became of its payouts: one mail for a party and a run."""

from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.urls import reverse

from artists import rights_mail
from billing.models import PayoutLine
from ledger.models import Book
from rights.models import Party
from rights.money import format_money
from rights.parties import acts_for

State = PayoutLine.State
TOLD = (State.SENT, State.PAID, State.FAILED, State.HELD, State.REVERSED)
OUTCOMES: dict[str, str] = {
    State.SENT: "sent",
    State.PAID: "paid",
    State.FAILED: "failed; it stays yours, and the next payouts try again",
    State.HELD: "held; it stays yours",
    State.REVERSED: "came back; it is yours still",
}


def mail_next() -> bool:
    """Write about the oldest payouts that nobody was told of. Returns whether there were any.

    Several processes may call it: the rows are locked until they are marked.
    """
    if settings.PAYMENTS == "off":
        return False
    with transaction.atomic():
        waiting = PayoutLine.objects.filter(book=settings.PAYMENTS, told_at=None, state__in=TOLD)
        first = waiting.order_by("created_at").select_for_update(skip_locked=True, no_key=True).first()
        if first is None:
            return False
        together = waiting.filter(run=first.run_id, party=first.party_id).select_for_update(no_key=True)
        lines = list(together.order_by("currency", "amount"))
        _mail(Party.objects.select_related("artist").get(pk=first.party_id), lines)
        PayoutLine.objects.filter(pk__in=[line.pk for line in lines]).update(told_at=Now())
    return True


def _mail(party: Party, lines: Sequence[PayoutLine]) -> None:
    page = reverse("studio-payouts", args=[party.artist.slug]) if party.artist else ""
    path = page or reverse("label-payouts", args=[party.pk])
    sentences = [describe(line) for line in lines]
    about = f"{lines[0]}:{lines[0].state}:{lines[0].amount_reversed}"
    rights_mail.mail("payouts", about, acts_for([party]), path, whose=party.name, payouts=sentences)


def describe(line: PayoutLine) -> str:
    """An amount and what became of it. Money that is not real is never called paid."""
    amount = format_money(line.amount, line.currency)
    if line.state in (State.SENT, State.PAID) and line.book != Book.LIVE:
        return f"{amount}: not paid, because it is {line.get_book_display().lower()} money"
    outcome = OUTCOMES[line.state]
    if line.reason:
        outcome += f" ({line.get_reason_display()})"
    if line.amount_reversed and line.state != State.REVERSED:
        outcome += f"; {format_money(line.amount_reversed, line.currency)} of it came back"
    return f"{amount}: {outcome}"
