"""What the provider told of a subscription, written as rows without asking it."""

import itertools
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Person
from billing.models import (
    Dispute,
    Entitlement,
    Invoice,
    InvoiceLine,
    Payment,
    Refund,
    Subscription,
    TierPrice,
)

MONTH = timedelta(days=30)
_numbers = itertools.count(1)


def name(prefix: str) -> str:
    return f"{prefix}_mirror_{next(_numbers)}"


def add_subscription(person: Person, price: TierPrice, status: str = "active", **fields: Any) -> Subscription:
    """A subscription that began now, and of which nothing is paid."""
    return Subscription.objects.create(
        book=price.book,
        provider_id=name("sub"),
        person=person,
        artist_id=price.artist_id,
        price=price,
        status=status,
        **{"created": timezone.now(), "synced_at": timezone.now()} | fields,
    )


def add_invoice(subscription: Subscription, status: str = "paid", *, start: datetime | None = None) -> Invoice:
    """An invoice of one month of the subscription's price, with its line if it is paid."""
    begins, price = start or subscription.created, subscription.price
    assert begins
    assert price
    invoice = Invoice.objects.create(
        subscription=subscription,
        book=subscription.book,
        provider_id=name("in"),
        status=status,
        currency=price.currency,
        total=price.amount,
        amount_paid=price.amount if status == "paid" else 0,
        tax=0,
        created=begins,
    )
    if status == "paid":
        add_line(invoice)
    return invoice


def add_line(invoice: Invoice, **fields: Any) -> InvoiceLine:
    """A line of one month of the subscription's price, from the time of the invoice on."""
    price = invoice.subscription.price
    assert price
    values = {"amount": price.amount, "tax": 0, "period_start": invoice.created, "is_proration": False}
    values["period_end"] = invoice.created + MONTH
    return InvoiceLine.objects.create(invoice=invoice, provider_id=name("il"), price=price, **values | fields)


def add_payment(invoice: Invoice) -> Payment:
    return Payment.objects.create(
        invoice=invoice,
        book=invoice.book,
        provider_id=name("pi"),
        charge_id=name("ch"),
        currency=invoice.currency,
        amount=invoice.total,
        settled_currency=invoice.currency,
        settled_amount=invoice.total,
        settled_fee=0,
        available_on=invoice.created,
    )


def add_refund(payment: Payment, amount: int | None = None, status: str = "succeeded") -> Refund:
    return Refund.objects.create(
        payment=payment,
        book=payment.book,
        provider_id=name("re"),
        status=status,
        currency=payment.currency,
        amount=amount or payment.amount,
        created=timezone.now(),
    )


def add_dispute(payment: Payment, status: str = "needs_response") -> Dispute:
    return Dispute.objects.create(
        payment=payment,
        book=payment.book,
        provider_id=name("dp"),
        status=status,
        currency=payment.currency,
        amount=payment.amount,
        created=timezone.now(),
    )


def entitle(subscription: Subscription, until: datetime, **fields: Any) -> Entitlement:
    price = subscription.price
    assert price
    return Entitlement.objects.create(
        person=subscription.person,
        artist=subscription.artist,
        book=subscription.book,
        subscription=subscription,
        source=str(subscription),
        valid_until=until,
        reason="paid",
        **{
            "tier_id": price.version.tier_id,
            "version_id": price.version_id,
            "valid_from": subscription.created,
            "may_generate": True,
        }
        | fields,
    )
