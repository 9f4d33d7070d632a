"""Pay by hand: who is to be paid, as a file for whoever pays, and what was paid or came back, with its reference."""

from collections.abc import Iterable, Iterator, Sequence

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from audit import trail
from billing import payout_notices, payout_postings, reversals
from billing.exceptions import Refused
from billing.models import PayeeAccount, PayoutLine, PayoutReversal
from billing.provider import get_book
from ledger.models import Book
from ledger.posting import post
from rights.money import to_decimal
from rights.owners import party_key

State = PayoutLine.State
COLUMNS = ("payout", "run", "book", "party", "name", "account", "currency", "amount", "payment_reference")


def list_waiting() -> QuerySet[PayoutLine]:
    """Approved payouts that people pay, the oldest first."""
    lines = PayoutLine.objects.filter(book=get_book(), state=State.APPROVED, method=PayeeAccount.Method.MANUAL)
    return lines.select_related("run", "party", "account").order_by("created_at", "party__name", "currency", "pk")


def list_rows(lines: Iterable[PayoutLine]) -> Iterator[Sequence[str]]:
    """The file for whoever pays. Simulated payouts and those of test mode are written as not to be paid."""
    yield COLUMNS
    yield from map(_row, lines)


def _row(line: PayoutLine) -> Sequence[str]:
    account = line.account.manual_reference if line.account else ""
    what = f"Fanfare {line.run.name}" if line.book == Book.LIVE else f"DO NOT PAY: {line.book}"
    amount = str(to_decimal(line.amount, line.currency))
    party = party_key(line.party_id)
    return (str(line.pk), line.run.name, line.book, party, line.party.name, account, line.currency, amount, what)


def mark_paid(line: PayoutLine, reference: str, *, by: str) -> None:
    """Somebody paid it by hand. `reference` finds the payment at the bank. Raises Refused."""
    if not (reference := reference.strip()):
        raise Refused("Say the reference of the payment at the bank.")
    with transaction.atomic():
        locked = PayoutLine.objects.select_for_update(no_key=True).get(pk=line.pk)
        if locked.state != State.APPROVED or locked.method != PayeeAccount.Method.MANUAL:
            raise Refused("It is no approved payout that is paid by hand.")
        facts = {"run": locked.run_id}
        party = party_key(locked.party_id)
        paid = payout_postings.pay_by_hand(str(locked.pk), party, locked.amount, currency=locked.currency, **facts)
        post(paid, book=locked.book)
        PayoutLine.objects.filter(pk=locked.pk).update(state=locked.done_state, reference=reference, sent_at=Now())
        payout_notices.post(payout_notices.PAYOUT, [locked.party_id])
        trail.record("payout.paid_by_hand", by=by, subject=str(locked))


def mark_returned(line: PayoutLine, amount: int, reference: str, *, by: str) -> None:
    """A payment by hand came back, or a part of it: it is payable again. Raises Refused."""
    if not (reference := reference.strip()):
        raise Refused("Say the reference of the payment at the bank.")
    with transaction.atomic():
        locked = PayoutLine.objects.select_for_update(no_key=True).get(pk=line.pk)
        if locked.method != PayeeAccount.Method.MANUAL or locked.state not in (State.SENT, State.PAID):
            raise Refused("Only what was paid by hand comes back by hand.")
        if not 1 <= amount <= locked.amount - locked.amount_reversed:
            raise Refused("That is more than was paid.")
        made = PayoutReversal.objects.create(
            line=locked,
            book=locked.book,
            amount=amount,
            state=PayoutReversal.State.DONE,
            reference=reference,
            wanted_by=by,
        )
        back = payout_postings.return_by_hand(
            str(locked.pk),
            str(made.pk),
            party_key(locked.party_id),
            amount,
            currency=locked.currency,
            run=locked.run_id,
        )
        post(back, book=locked.book)
        reversals.add_reversed(locked, amount)
        payout_notices.post(payout_notices.PAYOUT, [locked.party_id])
        trail.record("payout.returned_by_hand", by=by, subject=str(locked), amount=amount)
