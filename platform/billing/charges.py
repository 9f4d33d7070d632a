"""Post what a subscription's payments, refunds and disputes moved. Each has its own key, so it is posted once."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from django.db.models import Sum

from billing import postings
from billing.mirrors import Fetched
from billing.models import Dispute, Invoice, Payment, Refund, Subscription
from billing.provider_objects import BalanceMovement, ProviderDispute, ProviderRefund
from billing.refunds import Paid, take_back
from ledger import accounts
from ledger.balances import read_balance
from ledger.models import Entry, Transaction
from ledger.posting import Posting, post, post_all, reverse


def deferred_account(invoice: Invoice) -> str:
    """Where what was paid for an invoice waits until it is earned."""
    return accounts.deferred(f"subscription-{invoice.subscription_id}", str(invoice.pk))


def post_fetched(row: Subscription, fetched: Fetched) -> None:
    """Charges first: what is paid back was paid."""
    post_charges(row)
    for payment, refund in fetched.refunds:
        _post_refund(payment, refund)
    for payment, dispute in fetched.disputes:
        _post_dispute(payment, dispute)


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


def _post_refund(payment: Payment, refund: ProviderRefund) -> None:
    key = f"refund:{refund.id}"
    if refund.movement is None:
        return
    posted = _find_posted(payment.book, [key, f"{key}:undo"])
    if key not in posted:
        invoice, taken_out = payment.invoice, -refund.movement.amount
        taken = take_back(taken_out, _find_paid(invoice, refund.movement.currency), rotate_by=refund.id)
        posted[key] = post(
            postings.refund(
                refund.id,
                taken,
                currency=refund.movement.currency,
                deferred=deferred_account(invoice),
                accrued={},
                **_facts(invoice),
            ),
            book=payment.book,
        )
    if refund.failure_movement is not None and f"{key}:undo" not in posted:
        _undo(posted[key], payment)


def _post_dispute(payment: Payment, dispute: ProviderDispute) -> None:
    """What the bank took, what it gave back, and what is lost. One that was lost can be won after all."""
    key = f"dp:{dispute.id}"
    posted = _find_posted(payment.book, [f"{key}:{phase}" for phase in ("withdrawn", "lost", "lost:undo", "won")])
    for moved in _ordered(dispute.movements):
        if moved.amount < 0 and f"{key}:withdrawn" not in posted:
            _post_withdrawn(payment, dispute, moved)
        if moved.amount > 0 and f"{key}:won" not in posted:
            if f"{key}:lost" in posted and f"{key}:lost:undo" not in posted:
                _undo(posted[f"{key}:lost"], payment)
            _post_won(payment, dispute, moved)
    taken = [moved for moved in dispute.movements if moved.amount < 0]
    if dispute.status == "lost" and len(taken) == len(dispute.movements) == 1 and f"{key}:lost" not in posted:
        _post_lost(payment, dispute, taken[0])


def _undo(transaction: Transaction, payment: Payment) -> None:
    """What was taken back goes back to exactly where it was."""
    reverse(transaction, key=f"{transaction.key}:undo", kind="reversal", **_facts(payment.invoice))


def _post_withdrawn(payment: Payment, dispute: ProviderDispute, moved: BalanceMovement) -> None:
    withdrawn = postings.withdraw_dispute(
        dispute.id, -moved.amount, moved.fee, currency=moved.currency, **_facts(payment.invoice)
    )
    post(withdrawn, book=payment.book)


def _post_won(payment: Payment, dispute: ProviderDispute, moved: BalanceMovement) -> None:
    won = postings.win_dispute(dispute.id, moved.amount, -moved.fee, currency=moved.currency, **_facts(payment.invoice))
    post(won, book=payment.book)


def _post_lost(payment: Payment, dispute: ProviderDispute, moved: BalanceMovement) -> None:
    invoice = payment.invoice
    taken = take_back(-moved.amount, _find_paid(invoice, moved.currency), rotate_by=dispute.id)
    lost = postings.lose_dispute(
        dispute.id,
        taken,
        currency=moved.currency,
        deferred=deferred_account(invoice),
        accrued={},
        **_facts(invoice),
    )
    post(lost, book=payment.book)


def _ordered(movements: Iterable[BalanceMovement]) -> Iterator[BalanceMovement]:
    return iter(sorted(movements, key=lambda moved: moved.amount > 0))


def _find_paid(invoice: Invoice, currency: str) -> Paid:
    """What is left of an invoice, by the ledger. Nothing of it is earned yet: no month is recognised so far."""
    tax = Entry.objects.filter(
        transaction__book=invoice.book, transaction__key__in=_keys(invoice), account__code=accounts.TAX
    ).aggregate(total=Sum("amount"))["total"]
    deferred = read_balance(deferred_account(invoice), currency, book=invoice.book)
    return Paid(tax=-int(tax or 0), fee=0, deferred=-deferred)


def _keys(invoice: Invoice) -> list[str]:
    """The keys of all transactions that moved something of what was paid."""
    refunds = Refund.objects.filter(payment__invoice=invoice).values_list("provider_id", flat=True)
    disputes = Dispute.objects.filter(payment__invoice=invoice).values_list("provider_id", flat=True)
    keys = [f"refund:{one}" for one in refunds] + [f"dp:{one}:lost" for one in disputes]
    return [charge_key(invoice), *keys, *(f"{key}:undo" for key in keys)]


def _find_posted(book: str, keys: Collection[str] | Mapping[str, object]) -> dict[str, Transaction]:
    return {one.key: one for one in Transaction.objects.filter(book=book, key__in=list(keys))} if keys else {}


def _facts(invoice: Invoice) -> dict[str, str | int]:
    return {"invoice_id": invoice.pk, "subscription": invoice.subscription_id}
