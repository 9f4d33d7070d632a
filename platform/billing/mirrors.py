"""Write what the provider tells of a subscription into our rows. Called with the subscription's row locked.

What is computed is apart from what is stored, so that it can be tried without a database.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models.functions import Now

from billing.exceptions import BillingError
from billing.models import (
    Checkout,
    Customer,
    Dispute,
    Invoice,
    InvoiceLine,
    Payment,
    Refund,
    Subscription,
    SubscriptionStatus,
    TierPrice,
)
from billing.provider import Provider
from billing.provider_objects import (
    ProviderDispute,
    ProviderInvoice,
    ProviderRefund,
    ProviderSubscription,
    SubscriptionItem,
)
from billing.subscription_rows import SubscriptionRows
from ledger.models import Book

SUBSCRIPTION_FIELDS = (
    "person", "artist", "price", "next_price", "checkout", "status", "period_end", "trial_end", "cancel_at_period_end",
    "is_collection_paused", "has_pending_update", "schedule", "canceled_at", "ended_at", "created", "synced_at",
)  # fmt: skip
INVOICE_FIELDS = ("status", "total", "amount_paid", "tax", "page", "paid_at", "next_attempt")

type InvoiceIntents = tuple[Invoice, Sequence[str]]
"""An invoice, with the ids of its payments at the provider."""


class WrongMode(BillingError):
    """The object is of live mode where we are not, or the other way round."""


@dataclass
class Fetched:
    """What was fetched of a subscription's payments, for the ledger. The payments are new."""

    payments: list[Payment] = field(default_factory=list)
    refunds: list[tuple[Payment, ProviderRefund]] = field(default_factory=list)
    disputes: list[tuple[Payment, ProviderDispute]] = field(default_factory=list)
    new_refunds: int = 0


def write_subscription(row: Subscription, latest: ProviderSubscription) -> None:
    """Whose it is follows from the customer and the price that we know, and from nothing that came with a browser."""
    require_mode(latest.livemode, row.book)
    item = newest_item(latest)
    prices = _find_prices({latest.next_price, *(item.price for item in latest.items)}, row.book)
    if row.person_id is None:
        _find_whose(row, latest, prices)
    is_ours = row.person_id is not None
    copy_subscription(row, latest, prices.get(item.price) if is_ours and item else None)
    if is_ours and item:
        row.next_price = prices.get(latest.next_price)
    row.synced_at = Now()
    row.save(update_fields=SUBSCRIPTION_FIELDS)


def newest_item(latest: ProviderSubscription) -> SubscriptionItem | None:
    return max(latest.items, key=lambda item: item.period_end, default=None)


def copy_subscription(row: Subscription, latest: ProviderSubscription, price: TierPrice | None) -> None:
    item = newest_item(latest)
    row.price = price or row.price
    row.status = latest.status
    row.period_end = item.period_end if item else None
    row.trial_end, row.schedule = latest.trial_end, latest.schedule
    row.canceled_at, row.ended_at = latest.canceled_at, latest.ended_at
    row.cancel_at_period_end = latest.cancel_at_period_end
    row.is_collection_paused, row.has_pending_update = latest.is_collection_paused, latest.has_pending_update


def write_deleted(row: Subscription) -> None:
    """The provider has it no more, so nothing of it goes on."""
    Subscription.objects.filter(pk=row.pk).update(status=SubscriptionStatus.CANCELED, next_price=None, synced_at=Now())
    row.refresh_from_db()


def require_mode(livemode: bool, book: str) -> None:
    if livemode != (book == Book.LIVE):
        raise WrongMode(f"An object of {'live' if livemode else 'test'} mode is none of the {book} book.")


def _find_whose(row: Subscription, latest: ProviderSubscription, prices: Mapping[str, TierPrice]) -> None:
    customer = Customer.objects.filter(provider_id=latest.customer, book=row.book).first()
    price = next((prices[item.price] for item in latest.items if item.price in prices), None)
    if customer is None or price is None:
        return
    row.person_id, row.artist_id, row.price, row.created = customer.person_id, price.artist_id, price, latest.created
    checkout = latest.metadata.get("checkout", "")
    if len(checkout) == 36 and latest.metadata.get("person") == str(customer.person_id):
        mine = Checkout.objects.filter(person=customer.person_id, artist=price.artist_id, book=row.book)
        found = mine.filter(pk=checkout, subscription=None).values_list("pk", flat=True).first()
        row.checkout_id = found


def _find_prices(names: Collection[str], book: str) -> dict[str, TierPrice]:
    """Our prices by the provider's ids, with their versions."""
    found = TierPrice.objects.filter(provider_price__in=names, book=book).select_related("version")
    return {price.provider_price: price for price in found}


def write_invoices(rows: SubscriptionRows, invoices: Iterable[ProviderInvoice]) -> list[InvoiceIntents]:
    """Our rows of all invoices, the oldest first. Lines are written once, when the invoice is paid."""
    pairs: list[InvoiceIntents] = []
    for latest in sorted(invoices, key=lambda invoice: (invoice.created, invoice.id)):
        require_mode(latest.livemode, rows.row.book)
        known = rows.invoices.get(latest.id)
        invoice = known or Invoice(subscription=rows.row, book=rows.row.book, provider_id=latest.id)
        was_paid = invoice.status == Invoice.Status.PAID
        if copy_invoice(invoice, latest) or known is None:
            invoice.save(update_fields=INVOICE_FIELDS if known else None)
        rows.invoices[latest.id] = invoice
        if invoice.status == Invoice.Status.PAID and not was_paid:
            rows.lines[latest.id] = _write_lines(invoice, latest)
        pairs.append((invoice, latest.payment_intents))
    return pairs


def copy_invoice(invoice: Invoice, latest: ProviderInvoice) -> bool:
    """Whether anything of it changed."""
    before = _values(invoice)
    invoice.status, invoice.reason, invoice.currency = latest.status, latest.billing_reason, latest.currency
    invoice.total, invoice.amount_paid, invoice.tax = latest.total, latest.amount_paid, latest.tax
    invoice.page, invoice.created, invoice.paid_at = latest.hosted_invoice_url, latest.created, latest.paid_at
    invoice.next_attempt = latest.next_payment_attempt
    return _values(invoice) != before


def _values(invoice: Invoice) -> tuple[object, ...]:
    return tuple(getattr(invoice, name) for name in INVOICE_FIELDS)


def _write_lines(invoice: Invoice, latest: ProviderInvoice) -> list[InvoiceLine]:
    prices = _find_prices({line.price for line in latest.lines}, invoice.book)
    return InvoiceLine.objects.bulk_create(make_lines(invoice, latest, prices))


def make_lines(invoice: Invoice, latest: ProviderInvoice, prices: Mapping[str, TierPrice]) -> list[InvoiceLine]:
    return [
        InvoiceLine(
            invoice=invoice,
            provider_id=line.id,
            price=prices.get(line.price),
            amount=line.amount,
            discount=line.discount,
            tax=line.tax,
            period_start=line.period_start,
            period_end=line.period_end,
            is_proration=line.is_proration,
        )
        for line in latest.lines
    ]


def write_payments(
    provider: Provider,
    rows: SubscriptionRows,
    invoices: Iterable[InvoiceIntents],
    named: Collection[str],
    *,
    is_full: bool,
) -> Fetched:
    """Fetch and write what is new of the payments of paid invoices. See `fetch_payments`."""
    paid = [(invoice, intents) for invoice, intents in invoices if invoice.status == Invoice.Status.PAID]
    fetched = fetch_payments(provider, paid, rows.payments, named, is_full=is_full)
    for payment in fetched.payments:
        payment.save(force_insert=True)
        rows.payments[payment.provider_id] = payment
    _write_refunds(rows, fetched)
    _write_disputes(rows, fetched)
    return fetched


def fetch_payments(
    provider: Provider,
    paid: Iterable[InvoiceIntents],
    known: Mapping[str, Payment],
    named: Collection[str],
    *,
    is_full: bool,
) -> Fetched:
    """Payments that are not known, and refunds and disputes of those that are named, or that say they have some."""
    fetched = Fetched()
    for invoice, intents in paid:
        for intent in intents:
            payment, asks = known.get(intent), is_full or intent in named
            if payment is None:
                payment, is_touched = _fetch_payment(provider, invoice, intent)
                fetched.payments += [payment] if payment else []
                asks = asks or is_touched
            if payment and asks:
                fetched.refunds += [(payment, refund) for refund in _refunds(provider, intent)]
                fetched.disputes += [(payment, dispute) for dispute in provider.payments.list_disputes(intent)]
    fetched.refunds.sort(key=lambda pair: (pair[1].created, pair[1].id))
    fetched.disputes.sort(key=lambda pair: (pair[1].created, pair[1].id))
    return fetched


def _fetch_payment(provider: Provider, invoice: Invoice, intent_id: str) -> tuple[Payment | None, bool]:
    """A payment that was captured, not stored yet, and whether any of it was paid back or is disputed."""
    status, charge = provider.payments.fetch_with_charge(intent_id)
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
        refund = Refund(
            payment=payment,
            book=payment.book,
            provider_id=latest.id,
            status=latest.status,
            currency=latest.currency,
            amount=latest.amount,
            created=latest.created,
        )
        fetched.new_refunds += _write_latest(rows.refunds, refund)


def _write_disputes(rows: SubscriptionRows, fetched: Fetched) -> None:
    for payment, latest in fetched.disputes:
        dispute = Dispute(
            payment=payment,
            book=payment.book,
            provider_id=latest.id,
            status=latest.status,
            reason=latest.reason,
            currency=latest.currency,
            amount=latest.amount,
            created=latest.created,
        )
        _write_latest(rows.disputes, dispute)


def _write_latest[Row: (Refund, Dispute)](rows: dict[str, Row], latest: Row) -> bool:
    """Store it, or its status where we have it: nothing else of it changes. Returns whether it is new."""
    known = rows.get(latest.provider_id)
    if known is None:
        latest.save(force_insert=True)
        rows[latest.provider_id] = latest
    elif known.status != latest.status:
        known.status = latest.status
        known.save(update_fields=["status"])
    return known is None
