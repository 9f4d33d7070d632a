"""Mail fans what was paid, was not paid, ended or came back. The rows that wait are left by the database.

One that does not go out is tried again. After a crash between sending and writing that down it goes out once more.
"""

import logging
from datetime import timedelta
from typing import Any

from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from billing import caps, gift_terms
from billing.models import Gift, Invoice, PaymentMail, Refund, Subscription
from billing.subscription_rows import UNDONE
from web.mail import render_mail
from web.site_links import site_link
from worker import due

logger = logging.getLogger(__name__)

CHANNEL = "payment_mails"
"""A trigger notifies it of new rows."""
TEMPLATE = "fans/email/payment"
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
MAX_ATTEMPTS = 20
Kind = PaymentMail.Kind


def send_next() -> bool:
    """Send the mail that has waited longest, outside any transaction. Returns whether there was one."""
    mail = _claim()
    if mail is None:
        return False
    try:
        _send(mail)
    except (OSError, ValueError):
        logger.exception("%s did not go out", mail)
    else:
        PaymentMail.objects.filter(pk=mail.pk).update(sent_at=Now())
    return True


def _claim() -> PaymentMail | None:
    """The mail that has waited longest, put off until it would be tried again: nobody else sends it meanwhile."""
    with transaction.atomic():
        waiting = PaymentMail.objects.filter(sent_at=None, due_at__lte=Now(), attempts__lt=MAX_ATTEMPTS)
        mail = waiting.order_by("due_at", "pk").select_for_update(skip_locked=True, of=("self",)).first()
        if mail is not None:
            pause = due.pause_after(mail.attempts, FIRST_PAUSE, LONGEST_PAUSE)
            PaymentMail.objects.filter(pk=mail.pk).update(attempts=mail.attempts + 1, due_at=Now() + pause)
    return mail


def seconds_until_due() -> float | None:
    """Seconds until a mail is due; None when none waits."""
    waiting = PaymentMail.objects.filter(sent_at=None, attempts__lt=MAX_ATTEMPTS)
    return due.seconds_until(waiting)


def _send(mail: PaymentMail) -> None:
    """Nobody is written to whose account is switched off, or of money that does not come back after all."""
    if not mail.person.is_active or _is_undone(mail):
        return
    with timezone.override(mail.person.zone):
        context = {**_describe(mail), "kind": mail.kind, "book": mail.book}
        subject, body = render_mail(TEMPLATE, context)
    EmailMessage(subject, body, to=[mail.person.email]).send()


def _is_undone(mail: PaymentMail) -> bool:
    return (
        mail.kind in (Kind.REFUNDED, Kind.RETURNED) and Refund.objects.filter(pk=mail.about, status__in=UNDONE).exists()
    )


def _describe(mail: PaymentMail) -> dict[str, Any]:
    if mail.kind == Kind.RECEIPT:
        invoice = Invoice.objects.get(pk=mail.about)
        cap = caps.read(mail.person)
        facts = {"amount": invoice.amount_paid, "currency": invoice.currency, "tax": invoice.tax}
        facts["above"] = cap if cap and cap.is_exceeded else None
        page = reverse("payment", args=[invoice.pk])
        return _of(invoice.subscription_id, page, **facts, at=invoice.paid_at, number=invoice.provider_id)
    if mail.kind == Kind.REFUNDED:
        refund = Refund.objects.select_related("payment__invoice").get(pk=mail.about)
        invoice = refund.payment.invoice
        page = reverse("payment", args=[invoice.pk])
        return _of(invoice.subscription_id, page, amount=refund.amount, currency=refund.currency)
    if mail.kind == Kind.RETURNED:
        refund = Refund.objects.select_related("payment__invoice").get(pk=mail.about)
        return _of_gift(refund.payment.invoice.subscription_id, amount=refund.amount)
    if mail.kind in (Kind.GIVEN, Kind.REDEEMED):
        return _of_gift(mail.about)
    return _of(mail.about, reverse("subscriptions"))


def _of_gift(subscription_id: int, **facts: Any) -> dict[str, Any]:
    """What each mail to a giver says. The page of the gift has the link that the giver hands on."""
    gift = Gift.objects.select_related("artist", "price__version").get(subscription=subscription_id)
    return {
        "artist": gift.artist.name,
        "tier": gift.price.version.name,
        "length": gift_terms.write_months(gift.months),
        "redeem_by": gift.redeem_by,
        "amount": gift.amount,
        "currency": gift.currency,
        "link": site_link(reverse("gift", args=[gift.pk])),
        **facts,
    }


def _of(subscription_id: int, page: str, **facts: Any) -> dict[str, Any]:
    """What each mail says of a subscription: whose it is, and until when it gives something."""
    row = Subscription.objects.select_related("artist", "price__version").get(pk=subscription_id)
    assert row.artist
    assert row.price
    lease = getattr(row, "entitlement", None)
    until = lease.valid_until if lease and lease.valid_until > timezone.now() else None
    tier = row.price.version.name
    return {"artist": row.artist.name, "tier": tier, "until": until, "link": site_link(page), **facts}
