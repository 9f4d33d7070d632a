"""Pay back what was paid for a subscription. A refund can fail days later, so what is owed is computed each time."""

import logging
from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from billing.charges import is_whole
from billing.exceptions import UnexpectedState
from billing.failures import describe_error
from billing.leases import LOST
from billing.models import Dispute, Invoice, Payment, Refund, Subscription
from billing.provider import get_provider
from billing.subscription_rows import UNDONE

logger = logging.getLogger(__name__)

TAKEN_BY_THE_BANK = frozenset({"needs_response", "under_review", LOST})
"""Disputes by which the fan has the money, or may get it."""
MAX_REFUNDS = 3
"""After so many that failed, an operator has to look."""


def pay_back(row: Subscription, *, reason: str, since: datetime | None = None) -> bool:
    """Whether all of its payments are known, so that each was paid back or is the bank's.

    `since` leaves out what was paid for periods that ended before.
    """
    paid = row.invoices.filter(status=Invoice.Status.PAID, amount_paid__gt=0).prefetch_related("payments")
    if not all(is_whole(invoice, invoice.payments.all()) for invoice in paid):
        logger.warning("%s was not paid back: not all of its payments are known", row)
        return False
    for payment in list_payments(row, since=since):
        if (rest := owed(payment)) > 0:
            _pay_back(payment, rest, reason)
    return True


def list_payments(row: Subscription, *, since: datetime | None = None) -> QuerySet[Payment]:
    """With their refunds and disputes, for `owed`."""
    payments = Payment.objects.filter(invoice__subscription=row)
    if since:
        open_invoices = row.invoices.filter(lines__period_end__gt=since, lines__amount__gt=0)
        payments = payments.filter(invoice__in=open_invoices.values("pk"))
    return payments.prefetch_related("refunds", "disputes").order_by("pk")


def is_owed(row: Subscription, *, since: datetime | None = None) -> bool:
    """Whether some of what was paid for it is owed back still."""
    return any(owed(payment) > 0 for payment in list_payments(row, since=since))


def owed(payment: Payment) -> int:
    return count_owed(payment, payment.refunds.all(), payment.disputes.all())


def count_owed(payment: Payment, refunds: Iterable[Refund], disputes: Iterable[Dispute]) -> int:
    """What was paid and is neither paid back nor with the bank."""
    back = sum(refund.amount for refund in refunds if refund.status not in UNDONE)
    taken = sum(dispute.amount for dispute in disputes if dispute.status in TAKEN_BY_THE_BANK)
    return payment.amount - back - taken


def _pay_back(payment: Payment, rest: int, reason: str) -> None:
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
            metadata={"reason": reason, "payment": str(payment.pk)},
            key=f"{reason}:{payment.pk}:{number}:{timezone.now():%Y%m%d%H}",
        )
    except UnexpectedState as error:  # disputed: the bank decides
        logger.warning("%s was not paid back: %s", payment, describe_error(error))
