"""End what a fan has twice: of two live subscriptions of one artist, the newer is paid back and then canceled.

It is marked first, so that the next run finds what failed on the way, and a refund that fails much later.
"""

import logging
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from billing.charges import is_whole
from billing.entitling import UNDONE
from billing.exceptions import UnexpectedState
from billing.failures import describe_error, one_at_a_time
from billing.leases import LOST
from billing.models import Dispute, Invoice, Payment, Refund, Subscription
from billing.provider import get_provider
from billing.sync import compare

logger = logging.getLogger(__name__)

LIVE = ("trialing", "active", "past_due")
LONGEST_MEMORY = timedelta(days=180)
"""For so long an ended one is asked about."""
TAKEN_BY_THE_BANK = frozenset({"needs_response", "under_review", LOST})
"""Disputes by which the fan has the money, or may get it."""
MAX_REFUNDS = 3
"""After so many that failed, an operator has to look."""


def end_all() -> None:
    """End each that is one too many. One that fails is found again by the next run."""
    for row in {row.pk: row for row in [*find_live(), *_find_marked()]}.values():
        with one_at_a_time(f"{row} was not ended"):
            _end(row)


def find_live() -> QuerySet[Subscription]:
    """Live ones beside a better one of the same fan and artist: one that is paid, and of two such the older."""
    same, older = _same(), _older()
    paid, live = ~Q(status="past_due"), Subscription.objects.filter(book=settings.PAYMENTS, status__in=LIVE)
    worse = Exists(older.filter(paid)) | ~paid & (Exists(same.filter(paid)) | Exists(older))
    return live.filter(worse).order_by("pk")


def _same() -> QuerySet[Subscription]:
    """Live ones of the fan and the artist of the outer query."""
    return Subscription.objects.filter(
        book=OuterRef("book"), person=OuterRef("person"), artist=OuterRef("artist"), status__in=LIVE
    )


def _older() -> QuerySet[Subscription]:
    return _same().filter(Q(created__lt=OuterRef("created")) | Q(created=OuterRef("created"), pk__lt=OuterRef("pk")))


def _find_marked() -> list[Subscription]:
    """Those that were marked and are live still, or of which not all was paid back: a refund can fail days later."""
    recent = Q(status__in=LIVE) | Q(ended_at__gte=timezone.now() - LONGEST_MEMORY)
    marked = Subscription.objects.filter(recent, book=settings.PAYMENTS, is_second=True).order_by("pk")
    return [row for row in marked if row.status in LIVE or any(_owed(payment) > 0 for payment in _payments(row))]


def _end(row: Subscription) -> None:
    """Pay back what was paid for the newer one, and only then cancel it. An older one that is past due ends unpaid."""
    if not compare(row.provider_id, is_full=True):
        return
    row.refresh_from_db()
    if row.status in LIVE and not row.is_second:
        found = find_live().filter(pk=row.pk)
        if not found.exists():
            return
        if found.filter(Exists(_older())).exists():
            Subscription.objects.filter(pk=row.pk).update(is_second=True)
            row.is_second = True
    if row.is_second and not _pay_back_all(row):
        return
    if row.status in LIVE:
        get_provider().subscriptions.cancel_now(row.provider_id)
    compare(row.provider_id, is_full=True)


def _pay_back_all(row: Subscription) -> bool:
    """Whether all of its payments are known, so that each of them was paid back or is the bank's."""
    paid = row.invoices.filter(status=Invoice.Status.PAID, amount_paid__gt=0).prefetch_related("payments")
    if not all(is_whole(invoice, invoice.payments.all()) for invoice in paid):
        logger.warning("%s was not ended: not all of its payments are known", row)
        return False
    for payment in _payments(row):
        if (rest := _owed(payment)) > 0:
            _pay_back(payment, rest)
    return True


def _payments(row: Subscription) -> QuerySet[Payment]:
    return Payment.objects.filter(invoice__subscription=row).prefetch_related("refunds", "disputes").order_by("pk")


def _owed(payment: Payment) -> int:
    return count_owed(payment, payment.refunds.all(), payment.disputes.all())


def count_owed(payment: Payment, refunds: Iterable[Refund], disputes: Iterable[Dispute]) -> int:
    """What was paid and is neither paid back nor with the bank."""
    back = sum(refund.amount for refund in refunds if refund.status not in UNDONE)
    taken = sum(dispute.amount for dispute in disputes if dispute.status in TAKEN_BY_THE_BANK)
    return payment.amount - back - taken


def _pay_back(payment: Payment, rest: int) -> None:
    """The hour is in the key: the provider answers one that failed with the same failure for a day."""
    number = len(payment.refunds.all())
    if number >= MAX_REFUNDS and all(refund.status in UNDONE for refund in payment.refunds.all()):
        logger.error("%s is paid back by hand: %d refunds failed", payment, number)
        return
    try:
        get_provider().payments.refund(
            payment.provider_id,
            rest,
            payment.currency,
            metadata={"reason": "second_subscription", "payment": str(payment.pk)},
            key=f"second:{payment.pk}:{number}:{timezone.now():%Y%m%d%H}",
        )
    except UnexpectedState as error:  # disputed: the bank decides
        logger.warning("%s was not paid back: %s", payment, describe_error(error))
