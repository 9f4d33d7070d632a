"""Write what the provider tells of payments, refunds and disputes into our rows. Called with the subscriptions locked.

What is computed is apart from what is stored, so that it can be tried without a database.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from billing.mirrors import InvoiceIntents, require_mode
from billing.models import Dispute, Invoice, Payment, Refund
from billing.provider import Provider
from billing.provider.threads import ask_all
from billing.provider_objects import ProviderCharge, ProviderDispute, ProviderRefund
from billing.subscription_rows import SubscriptionRows

type Charged = tuple[str, ProviderCharge | None]
"""The status of a payment, and its newest charge."""


@dataclass
class Fetched:
    """What was fetched of a subscription's payments, for the ledger. The payments are new."""

    payments: list[Payment] = field(default_factory=list)
    refunds: list[tuple[Payment, ProviderRefund]] = field(default_factory=list)
    disputes: list[tuple[Payment, ProviderDispute]] = field(default_factory=list)
    new_refunds: int = 0


def write_payments(
    provider: Provider,
    invoices: Mapping[SubscriptionRows, Iterable[InvoiceIntents]],
    named: Collection[str],
    *,
    is_full: bool,
) -> dict[SubscriptionRows, Fetched]:
    """Fetch and write what is new of the payments of paid invoices. See `fetch_payments`."""
    paid = {
        rows: [(invoice, intents) for invoice, intents in pairs if invoice.status == Invoice.Status.PAID]
        for rows, pairs in invoices.items()
    }
    new = [one for rows, pairs in paid.items() for _, intents in pairs for one in intents if one not in rows.payments]
    charges = dict(zip(new, ask_all(provider.payments.fetch_with_charge, new), strict=True))
    fetched = {
        rows: fetch_payments(provider, pairs, rows.payments, charges, named, is_full=is_full)
        for rows, pairs in paid.items()
    }
    Payment.objects.bulk_create(payment for one in fetched.values() for payment in one.payments)
    for rows, one in fetched.items():
        rows.payments |= {payment.provider_id: payment for payment in one.payments}
        _write_refunds(rows, one)
        _write_disputes(rows, one)
    return fetched


def fetch_payments(
    provider: Provider,
    paid: Iterable[InvoiceIntents],
    known: Mapping[str, Payment],
    charges: Mapping[str, Charged],
    named: Collection[str],
    *,
    is_full: bool,
) -> Fetched:
    """Payments that are not known, and refunds and disputes of those that are named, or that say they have some.

    `charges` has what was fetched of those that are not known.
    """
    fetched = Fetched()
    for invoice, intents in paid:
        for intent in intents:
            payment, asks = known.get(intent), is_full or intent in named
            if payment is None:
                payment, is_touched = _read_payment(invoice, intent, *charges[intent])
                fetched.payments += [payment] if payment else []
                asks = asks or is_touched
            if payment and asks:
                fetched.refunds += [(payment, refund) for refund in _refunds(provider, intent)]
                fetched.disputes += [(payment, dispute) for dispute in provider.payments.list_disputes(intent)]
    fetched.refunds.sort(key=lambda pair: (pair[1].created, pair[1].id))
    fetched.disputes.sort(key=lambda pair: (pair[1].created, pair[1].id))
    return fetched


def _read_payment(
    invoice: Invoice, intent_id: str, status: str, charge: ProviderCharge | None
) -> tuple[Payment | None, bool]:
    """A payment that was captured, not stored yet, and whether any of it was paid back or is disputed."""
    if status != "succeeded" or charge is None or charge.movement is None:
        return None, False
    require_mode(charge.livemode, invoice.book)
    payment = Payment(
        invoice=invoice,
        book=invoice.book,
        provider_id=intent_id,
        charge_id=charge.id,
        currency=charge.currency,
        amount=charge.amount_captured,
        settled_currency=charge.movement.currency,
        settled_amount=charge.movement.amount,
        settled_fee=charge.movement.fee,
        available_on=charge.movement.available_on,
    )
    return payment, bool(charge.amount_refunded or charge.is_disputed)


def _refunds(provider: Provider, intent: str) -> Iterator[ProviderRefund]:
    """Without those that only released a hold."""
    return (refund for refund in provider.payments.list_refunds(intent) if refund.movement is not None)


def _write_refunds(rows: SubscriptionRows, fetched: Fetched) -> None:
    for payment, latest in fetched.refunds:
        fetched.new_refunds += _write_latest(Refund, rows.refunds, payment, latest)


def _write_disputes(rows: SubscriptionRows, fetched: Fetched) -> None:
    for payment, latest in fetched.disputes:
        _write_latest(Dispute, rows.disputes, payment, latest, reason=latest.reason)


def _write_latest[Row: (Refund, Dispute)](
    model: type[Row],
    rows: dict[str, Row],
    payment: Payment,
    latest: ProviderRefund | ProviderDispute,
    **more: str,
) -> bool:
    """Store it, or its status where we have it: nothing else of it changes. Returns whether it is new."""
    known = rows.get(latest.id)
    if known is None:
        rows[latest.id] = model.objects.create(
            payment=payment,
            book=payment.book,
            provider_id=latest.id,
            status=latest.status,
            currency=latest.currency,
            amount=latest.amount,
            created=latest.created,
            **more,
        )
    elif known.status != latest.status:
        known.status = latest.status
        known.save(update_fields=["status"])
    return known is None
