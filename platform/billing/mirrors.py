"""Write what the provider tells of a subscription into our rows. Called with the subscription's row locked.

What is computed is apart from what is stored, so that it can be tried without a database.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db.models.functions import Now

from billing.exceptions import BillingError
from billing.models import (
    Checkout,
    Customer,
    Invoice,
    InvoiceLine,
    Subscription,
    SubscriptionStatus,
    TierPrice,
)
from billing.provider_objects import (
    ProviderInvoice,
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


def write_subscriptions(fetched: Mapping[Subscription, ProviderSubscription]) -> None:
    """Whose each is follows from the customer and the price that we know, and from nothing that came with a browser."""
    if not fetched:
        return
    book = next(iter(fetched)).book
    named = {item.price for latest in fetched.values() for item in latest.items}
    prices = _find_prices(named | {latest.next_price for latest in fetched.values()}, book)
    customers = _find_customers({latest.customer for row, latest in fetched.items() if row.person_id is None}, book)
    for row, latest in fetched.items():
        require_mode(latest.livemode, book)
        if row.person_id is None:
            _find_whose(row, latest, prices, customers.get(latest.customer))
        item, is_ours = newest_item(latest), row.person_id is not None
        copy_subscription(row, latest, prices.get(item.price) if is_ours and item else None)
        if is_ours and item:
            row.next_price = prices.get(latest.next_price)
        row.synced_at = Now()
    # One statement for all: `bulk_update` says every value in a CASE of its own, which takes longer than one by one.
    Subscription.objects.bulk_create(
        fetched, update_conflicts=True, unique_fields=["id"], update_fields=SUBSCRIPTION_FIELDS
    )


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


def _find_customers(names: Collection[str], book: str) -> dict[str | None, Customer]:
    if not names:
        return {}
    return {one.provider_id: one for one in Customer.objects.filter(provider_id__in=names, book=book)}


def _find_whose(
    row: Subscription, latest: ProviderSubscription, prices: Mapping[str, TierPrice], customer: Customer | None
) -> None:
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
    found = TierPrice.objects.filter(provider_price__in=names, book=book).select_related("version__tier__artist")
    return {price.provider_price: price for price in found}


def write_invoices(
    listed: Mapping[SubscriptionRows, Iterable[ProviderInvoice]],
) -> dict[SubscriptionRows, list[InvoiceIntents]]:
    """Our rows of all invoices, the oldest first. Lines are written once, when the invoice is paid."""
    pairs: dict[SubscriptionRows, list[InvoiceIntents]] = {rows: [] for rows in listed}
    new: list[Invoice] = []
    paid: list[tuple[SubscriptionRows, Invoice, ProviderInvoice]] = []
    for rows, invoices in listed.items():
        for latest in sorted(invoices, key=lambda invoice: (invoice.created, invoice.id)):
            require_mode(latest.livemode, rows.row.book)
            known = rows.invoices.get(latest.id)
            invoice = known or Invoice(subscription=rows.row, book=rows.row.book, provider_id=latest.id)
            was_paid = invoice.status == Invoice.Status.PAID
            has_changed = copy_invoice(invoice, latest)
            if known is None:
                new.append(invoice)
            elif has_changed:
                invoice.save(update_fields=INVOICE_FIELDS)
            rows.invoices[latest.id] = invoice
            if invoice.status == Invoice.Status.PAID and not was_paid:
                paid.append((rows, invoice, latest))
            pairs[rows].append((invoice, latest.payment_intents))
    Invoice.objects.bulk_create(new)
    _write_lines(paid)
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


def _write_lines(paid: Sequence[tuple[SubscriptionRows, Invoice, ProviderInvoice]]) -> None:
    if not paid:
        return
    prices = _find_prices({line.price for *_, latest in paid for line in latest.lines}, paid[0][1].book)
    for rows, invoice, latest in paid:
        rows.lines[latest.id] = make_lines(invoice, latest, prices)
    InvoiceLine.objects.bulk_create(line for rows, _, latest in paid for line in rows.lines[latest.id])


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
