"""Post what a subscription's payments, refunds and disputes moved. Each has its own key, so it is posted once."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

from billing import postings, split_versions
from billing.invoice_books import Books, StoredBooks, charge_key, deferred_account, name_turn
from billing.mirrors import Fetched
from billing.models import Invoice, Payment, Subscription
from billing.provider_objects import BalanceMovement, ProviderDispute, ProviderRefund
from billing.refunds import Taken, share_of_remaining, take_back
from ledger.posting import Posting

type PaidInvoice = tuple[Invoice, Sequence[Payment]]


def post_fetched(row: Subscription, fetched: Fetched) -> None:
    """Post what is new of a locked subscription."""
    paid = row.invoices.filter(status=Invoice.Status.PAID, amount_paid__gt=0).prefetch_related("payments")
    post_money(StoredBooks(row.book), [(invoice, list(invoice.payments.all())) for invoice in paid], fetched)


def post_money(books: Books, paid: Iterable[PaidInvoice], fetched: Fetched) -> None:
    """Charges first, then refunds and disputes in the order in which the money moved.

    What is paid back of a charge that is not posted yet waits for the next full comparison.
    """
    post_charges(books, paid)
    steps = [step for payment, refund in fetched.refunds for step in _refund_steps(payment, refund)]
    steps += [step for payment, dispute in fetched.disputes for step in _dispute_steps(payment, dispute)]
    charged = books.find_posted({charge_key(step.payment.invoice) for step in steps})
    for step in sorted(steps, key=lambda step: (step.moved.created, step.order)):
        if charge_key(step.payment.invoice) in charged:
            step.post(books)


class Step(NamedTuple):
    """A movement to post. What moved in the same second is posted in the order of `order`."""

    payment: Payment
    moved: BalanceMovement
    order: int
    post: Callable[[Books], None]


def post_charges(books: Books, paid: Iterable[PaidInvoice]) -> None:
    """Post each paid invoice whose payments are all known."""
    whole = {charge_key(invoice): (invoice, payments) for invoice, payments in paid if is_whole(invoice, payments)}
    posted = books.find_posted(whole.keys())
    books.post([_charge(books, *one) for key, one in whole.items() if key not in posted])


def is_whole(invoice: Invoice, payments: Iterable[Payment]) -> bool:
    """Whether all that was paid for it is known."""
    return sum(payment.amount for payment in payments) >= invoice.amount_paid


def _charge(books: Books, invoice: Invoice, payments: Sequence[Payment]) -> Posting:
    """In the currency of our balance at the provider. Tax is converted at the rate of the payment."""
    gross, paid = sum(one.settled_amount for one in payments), sum(one.amount for one in payments)
    tax = (2 * invoice.tax * gross + invoice.total) // (2 * invoice.total) if invoice.tax and paid else 0
    return postings.charge(
        invoice.provider_id,
        deferred_account(invoice),
        currency=payments[0].settled_currency,
        gross=gross,
        tax=tax,
        fee=sum(one.settled_fee for one in payments),
        is_fee_shared=split_versions.is_fee_shared(books.find_scheme(invoice)),
        **_facts(invoice),
    )


def _refund_steps(payment: Payment, refund: ProviderRefund) -> Iterator[Step]:
    if refund.movement is not None:
        yield Step(payment, refund.movement, 0, partial(_post_refund, payment, refund, refund.movement))
    if refund.movement is not None and refund.failure_movement is not None:
        undo = partial(_undo_refund, payment, refund, refund.movement, refund.failure_movement)
        yield Step(payment, refund.failure_movement, 1, undo)


def _post_refund(payment: Payment, refund: ProviderRefund, moved: BalanceMovement, books: Books) -> None:
    if books.find_posted([f"refund:{refund.id}"]):
        return
    taken = _take_back(books, payment.invoice, refund.amount, moved, rotate_by=refund.id)
    if taken.amount or moved.amount:  # else it is too little to be a unit of our currency
        details = _details(books, payment.invoice, taken, moved)
        books.post_taken(postings.refund(refund.id, taken, **details), taken)


def _undo_refund(
    payment: Payment, refund: ProviderRefund, went: BalanceMovement, came: BalanceMovement, books: Books
) -> None:
    key = f"refund:{refund.id}"
    posted = books.find_posted([key, f"{key}:undo"])
    if key not in posted or f"{key}:undo" in posted:
        return
    books.undo(key, **_facts(payment.invoice))
    if (gain := came.amount + went.amount) and came.currency == went.currency:
        books.post([postings.exchange(f"{key}:exchange", gain, currency=came.currency, **_facts(payment.invoice))])


def _dispute_steps(payment: Payment, dispute: ProviderDispute) -> Iterator[Step]:
    """What the bank took, what it gave back, and what is lost. One that was lost can be won, and taken once more."""
    taken = _ordered(moved for moved in dispute.movements if moved.amount < 0)
    returned = _ordered(moved for moved in dispute.movements if moved.amount > 0)
    for turn, moved in enumerate(taken):
        yield Step(payment, moved, 0, partial(_post_withdrawn, payment, name_turn(dispute.id, turn), moved))
    if dispute.status == "lost" and len(taken) > len(returned):
        lost = partial(_post_lost, payment, name_turn(dispute.id, len(taken) - 1), dispute.amount, taken[-1])
        yield Step(payment, taken[-1], 1, lost)
    for turn, (went, moved) in enumerate(zip(taken, returned, strict=False)):
        yield Step(payment, moved, 2, partial(_post_won, payment, name_turn(dispute.id, turn), went, moved))


def _post_withdrawn(payment: Payment, name: str, moved: BalanceMovement, books: Books) -> None:
    if books.find_posted([f"dp:{name}:withdrawn"]):
        return
    facts = _facts(payment.invoice)
    books.post([postings.withdraw_dispute(name, -moved.amount, moved.fee, currency=moved.currency, **facts)])


def _post_won(payment: Payment, name: str, went: BalanceMovement, moved: BalanceMovement, books: Books) -> None:
    """What was lost before goes back to exactly where it was."""
    lost, facts = f"dp:{name}:lost", _facts(payment.invoice)
    posted = books.find_posted([lost, f"{lost}:undo", f"dp:{name}:won"])
    if f"dp:{name}:won" in posted:
        return
    if lost in posted and f"{lost}:undo" not in posted:
        books.undo(lost, **facts)
    difference = -went.amount - moved.amount if went.currency == moved.currency else 0
    won = postings.win_dispute(name, moved.amount, -moved.fee, currency=moved.currency, difference=difference, **facts)
    books.post([won])


def _post_lost(payment: Payment, name: str, amount: int, moved: BalanceMovement, books: Books) -> None:
    if books.find_posted([f"dp:{name}:lost"]):
        return
    taken = _take_back(books, payment.invoice, amount, moved, rotate_by=name)
    books.post_taken(postings.lose_dispute(name, taken, **_details(books, payment.invoice, taken, moved)), taken)


def _ordered(movements: Iterable[BalanceMovement]) -> list[BalanceMovement]:
    return sorted(movements, key=lambda moved: (moved.created, moved.id))


def _take_back(books: Books, invoice: Invoice, amount: int, moved: BalanceMovement, *, rotate_by: str) -> Taken:
    """What of the payment goes back with this amount, at the rate at which it was paid and not at today's."""
    paid = books.find_paid(invoice, moved.currency)
    return take_back(share_of_remaining(paid.remaining, amount, books.find_left(invoice)), paid, rotate_by=rotate_by)


def _details(books: Books, invoice: Invoice, taken: Taken, moved: BalanceMovement) -> dict[str, Any]:
    return {
        "currency": moved.currency,
        "deferred": deferred_account(invoice),
        "accrued": books.find_accrued(taken, moved.currency),
        "difference": -moved.amount - taken.amount,
        **_facts(invoice),
    }


def _facts(invoice: Invoice) -> dict[str, str | int]:
    return {"invoice_id": invoice.pk, "subscription": invoice.subscription_id}
