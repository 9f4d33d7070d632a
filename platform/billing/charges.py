"""Post what a subscription's payments, refunds and disputes moved. Each has its own key, so it is posted once."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple

from django.db.models import QuerySet, Sum

from billing import postings
from billing.mirrors import Fetched
from billing.models import Dispute, Invoice, Payment, Refund, Subscription
from billing.provider_objects import BalanceMovement, ProviderDispute, ProviderRefund
from billing.refunds import Paid, Taken, share_of_remaining, take_back
from ledger import accounts
from ledger.balances import read_balance
from ledger.models import Entry, Transaction
from ledger.posting import Posting, post, post_all, reverse

MAX_TURNS = 3
"""How often a dispute is taken, at most. Banks know two rounds."""


def deferred_account(invoice: Invoice) -> str:
    """Where what was paid for an invoice waits until it is earned."""
    return accounts.deferred(f"subscription-{invoice.subscription_id}", str(invoice.pk))


def post_fetched(row: Subscription, fetched: Fetched) -> None:
    """Charges first, then refunds and disputes in the order in which the money moved.

    What is paid back of a charge that is not posted yet waits for the next full comparison.
    """
    post_charges(row)
    steps = [step for payment, refund in fetched.refunds for step in _refund_steps(payment, refund)]
    steps += [step for payment, dispute in fetched.disputes for step in _dispute_steps(payment, dispute)]
    charged = _find_posted(row.book, {charge_key(step.payment.invoice) for step in steps})
    for step in sorted(steps, key=lambda step: (step.moved.created, step.order)):
        if charge_key(step.payment.invoice) in charged:
            step.post()


class Step(NamedTuple):
    """A movement to post. What moved in the same second is posted in the order of `order`."""

    payment: Payment
    moved: BalanceMovement
    order: int
    post: Callable[[], None]


def charge_key(invoice: Invoice) -> str:
    return f"inv:{invoice.provider_id}:charge"


def post_charges(row: Subscription) -> None:
    """Post each paid invoice whose payments are all known."""
    paid = row.invoices.filter(status=Invoice.Status.PAID, amount_paid__gt=0).prefetch_related("payments")
    invoices = {charge_key(invoice): invoice for invoice in paid}
    missing = invoices.keys() - _find_posted(row.book, invoices).keys()
    whole = [invoices[key] for key in missing if is_whole(invoices[key])]
    post_all([_charge(invoice) for invoice in whole], book=row.book)


def is_whole(invoice: Invoice) -> bool:
    """Whether all that was paid for it is known. Its payments are prefetched."""
    return sum(payment.amount for payment in invoice.payments.all()) >= invoice.amount_paid


def _charge(invoice: Invoice) -> Posting:
    """In the currency of our balance at the provider. Tax is converted at the rate of the payment."""
    payments = list(invoice.payments.all())
    gross, paid = sum(one.settled_amount for one in payments), sum(one.amount for one in payments)
    tax = (2 * invoice.tax * gross + invoice.total) // (2 * invoice.total) if invoice.tax and paid else 0
    return postings.charge(
        invoice.provider_id,
        deferred_account(invoice),
        currency=payments[0].settled_currency,
        gross=gross,
        tax=tax,
        fee=sum(one.settled_fee for one in payments),
        is_fee_shared=False,
        **_facts(invoice),
    )


def _refund_steps(payment: Payment, refund: ProviderRefund) -> Iterator[Step]:
    if refund.movement is not None:
        yield Step(payment, refund.movement, 0, partial(_post_refund, payment, refund, refund.movement))
    if refund.movement is not None and refund.failure_movement is not None:
        undo = partial(_undo_refund, payment, refund, refund.movement, refund.failure_movement)
        yield Step(payment, refund.failure_movement, 1, undo)


def _post_refund(payment: Payment, refund: ProviderRefund, moved: BalanceMovement) -> None:
    if _find_posted(payment.book, [f"refund:{refund.id}"]):
        return
    taken = _take_back(payment.invoice, refund.amount, moved, rotate_by=refund.id)
    if not taken.amount and not moved.amount:  # too little to be a unit of our currency
        return
    posting = postings.refund(refund.id, taken, **_details(payment.invoice, taken, moved))
    post(posting, book=payment.book)


def _undo_refund(payment: Payment, refund: ProviderRefund, went: BalanceMovement, came: BalanceMovement) -> None:
    key = f"refund:{refund.id}"
    posted = _find_posted(payment.book, [key, f"{key}:undo"])
    if key not in posted or f"{key}:undo" in posted:
        return
    _undo(posted[key], payment)
    if (gain := came.amount + went.amount) and came.currency == went.currency:
        again = postings.exchange(f"{key}:exchange", gain, currency=came.currency, **_facts(payment.invoice))
        post(again, book=payment.book)


def _dispute_steps(payment: Payment, dispute: ProviderDispute) -> Iterator[Step]:
    """What the bank took, what it gave back, and what is lost. One that was lost can be won, and taken once more."""
    taken = _ordered(moved for moved in dispute.movements if moved.amount < 0)
    returned = _ordered(moved for moved in dispute.movements if moved.amount > 0)
    for turn, moved in enumerate(taken):
        yield Step(payment, moved, 0, partial(_post_withdrawn, payment, _turn(dispute.id, turn), moved))
    if dispute.status == "lost" and len(taken) > len(returned):
        lost = partial(_post_lost, payment, _turn(dispute.id, len(taken) - 1), dispute.amount, taken[-1])
        yield Step(payment, taken[-1], 1, lost)
    for turn, (went, moved) in enumerate(zip(taken, returned, strict=False)):
        yield Step(payment, moved, 2, partial(_post_won, payment, _turn(dispute.id, turn), went, moved))


def _turn(dispute: str, number: int) -> str:
    return f"{dispute}:{number + 1}" if number else dispute


def _undo(transaction: Transaction, payment: Payment) -> None:
    """What was taken back goes back to exactly where it was."""
    reverse(transaction, key=f"{transaction.key}:undo", kind="reversal", **_facts(payment.invoice))


def _post_withdrawn(payment: Payment, name: str, moved: BalanceMovement) -> None:
    if _find_posted(payment.book, [f"dp:{name}:withdrawn"]):
        return
    withdrawn = postings.withdraw_dispute(
        name, -moved.amount, moved.fee, currency=moved.currency, **_facts(payment.invoice)
    )
    post(withdrawn, book=payment.book)


def _post_won(payment: Payment, name: str, went: BalanceMovement, moved: BalanceMovement) -> None:
    lost = f"dp:{name}:lost"
    posted = _find_posted(payment.book, [lost, f"{lost}:undo", f"dp:{name}:won"])
    if f"dp:{name}:won" in posted:
        return
    if lost in posted and f"{lost}:undo" not in posted:
        _undo(posted[lost], payment)
    difference = -went.amount - moved.amount if went.currency == moved.currency else 0
    won = postings.win_dispute(
        name, moved.amount, -moved.fee, currency=moved.currency, difference=difference, **_facts(payment.invoice)
    )
    post(won, book=payment.book)


def _post_lost(payment: Payment, name: str, amount: int, moved: BalanceMovement) -> None:
    if _find_posted(payment.book, [f"dp:{name}:lost"]):
        return
    taken = _take_back(payment.invoice, amount, moved, rotate_by=name)
    lost = postings.lose_dispute(name, taken, **_details(payment.invoice, taken, moved))
    post(lost, book=payment.book)


def _ordered(movements: Iterable[BalanceMovement]) -> list[BalanceMovement]:
    return sorted(movements, key=lambda moved: (moved.created, moved.id))


def _take_back(invoice: Invoice, amount: int, moved: BalanceMovement, *, rotate_by: str) -> Taken:
    """What of the payment goes back with this amount, at the rate at which it was paid and not at today's."""
    paid = _find_paid(invoice, moved.currency)
    return take_back(share_of_remaining(paid.remaining, amount, _find_left(invoice)), paid, rotate_by=rotate_by)


def _details(invoice: Invoice, taken: Taken, moved: BalanceMovement) -> dict[str, Any]:
    return {
        "currency": moved.currency,
        "deferred": deferred_account(invoice),
        "accrued": {},
        "difference": -moved.amount - taken.amount,
        **_facts(invoice),
    }


def _find_left(invoice: Invoice) -> int:
    """What the fan paid and the ledger did not give back yet, in the currency of the invoice."""
    payments = Payment.objects.filter(invoice=invoice)
    amounts = {f"refund:{name}": amount for name, amount in _amounts(Refund.objects.all(), invoice)}
    amounts |= {key: amount for name, amount in _amounts(Dispute.objects.all(), invoice) for key in _lost_keys(name)}
    posted = _find_posted(invoice.book, [*amounts, *(f"{key}:undo" for key in amounts)])
    gone = sum(amount for key, amount in amounts.items() if key in posted and f"{key}:undo" not in posted)
    return int(payments.aggregate(total=Sum("amount", default=0))["total"]) - gone


def _amounts(rows: QuerySet[Refund] | QuerySet[Dispute], invoice: Invoice) -> Iterable[tuple[str, int]]:
    return rows.filter(payment__invoice=invoice).values_list("provider_id", "amount")


def _lost_keys(dispute: str) -> list[str]:
    return [f"dp:{_turn(dispute, number)}:lost" for number in range(MAX_TURNS)]


def _find_paid(invoice: Invoice, currency: str) -> Paid:
    """What is left of an invoice, by the ledger. Nothing of it is earned yet: no month is recognised so far."""
    tax = Entry.objects.filter(
        transaction__book=invoice.book, transaction__key__in=_keys(invoice), account__code=accounts.TAX
    ).aggregate(total=Sum("amount"))["total"]
    deferred = read_balance(deferred_account(invoice), currency, book=invoice.book)
    return Paid(tax=-int(tax or 0), fee=0, deferred=-deferred)


def _keys(invoice: Invoice) -> list[str]:
    """The keys of all transactions that moved something of what was paid."""
    keys = [f"refund:{name}" for name, _ in _amounts(Refund.objects.all(), invoice)]
    keys += [key for name, _ in _amounts(Dispute.objects.all(), invoice) for key in _lost_keys(name)]
    return [charge_key(invoice), *keys, *(f"{key}:undo" for key in keys)]


def _find_posted(book: str, keys: Collection[str] | Mapping[str, object]) -> dict[str, Transaction]:
    return {one.key: one for one in Transaction.objects.filter(book=book, key__in=list(keys))} if keys else {}


def _facts(invoice: Invoice) -> dict[str, str | int]:
    return {"invoice_id": invoice.pk, "subscription": invoice.subscription_id}
