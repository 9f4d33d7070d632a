"""Pay back what was paid for a subscription. A refund can fail days later, so what is owed is computed each time."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from fractions import Fraction
from math import ceil

from django.db.models import QuerySet
from django.utils import timezone

from billing.charges import is_whole
from billing.exceptions import UnexpectedState
from billing.failures import describe_error
from billing.leases import LOST
from billing.models import Dispute, Invoice, InvoiceLine, Payment, Refund, Subscription
from billing.provider import get_provider
from billing.provider.currencies import round_up
from billing.subscription_rows import UNDONE

logger = logging.getLogger(__name__)

TAKEN_BY_THE_BANK = frozenset({"needs_response", "under_review", LOST})
"""Disputes by which the fan has the money, or may get it."""
DAY, CLOCKS_DIFFER = timedelta(days=1), timedelta(minutes=1)
MAX_REFUNDS = 3
"""After so many that failed, an operator has to look."""


def pay_back(
    row: Subscription,
    *,
    reason: str,
    since: datetime | None = None,
    owed_of: Callable[[Payment], int] | None = None,
) -> bool:
    """Whether all of its payments are known, so that each was paid back or is the bank's.

    `since` leaves out what was paid for periods that ended before. `owed_of` says how much of each, or else all.
    """
    paid = row.invoices.filter(status=Invoice.Status.PAID, amount_paid__gt=0).prefetch_related("payments")
    if not all(is_whole(invoice, invoice.payments.all()) for invoice in paid):
        logger.warning("%s was not paid back: not all of its payments are known", row)
        return False
    for payment in list_payments(row, since=since):
        if (rest := (owed_of or owed)(payment)) > 0:
            _pay_back(payment, rest, reason)
    return True


def list_payments(*rows: Subscription, since: datetime | None = None) -> QuerySet[Payment]:
    """With their refunds and disputes, for `owed`, and their lines, for `owed_unused`."""
    payments = Payment.objects.filter(invoice__subscription__in=rows)
    if since:
        invoices = Invoice.objects.filter(subscription__in=rows)
        open_invoices = invoices.filter(lines__period_end__gt=since, lines__amount__gt=0)
        payments = payments.filter(invoice__in=open_invoices.values("pk"))
    return payments.select_related("invoice").prefetch_related("refunds", "disputes", "invoice__lines").order_by("pk")


def is_owed(row: Subscription, *, since: datetime | None = None) -> bool:
    """Whether some of what was paid for it is owed back still."""
    return any(owed(payment) > 0 for payment in list_payments(row, since=since))


def owed(payment: Payment) -> int:
    return count_owed(payment, payment.refunds.all(), payment.disputes.all())


def owed_unused(payment: Payment, at: datetime) -> int:
    """What was paid for days that begin after this time, and was not paid back since."""
    paid = Fraction(sum(line.amount for line in payment.invoice.lines.all()))
    unused = sum((_count_unused(line, at) for line in payment.invoice.lines.all()), Fraction(0))
    wanted = ceil(payment.amount * unused / paid) if paid > 0 and unused > 0 else 0
    wanted = round_up(wanted, payment.currency)
    since = at - CLOCKS_DIFFER  # refunds are dated by the provider's clock
    back = sum(one.amount for one in payment.refunds.all() if one.status not in UNDONE and one.created >= since)
    return min(wanted - back, owed(payment))


def _count_unused(line: InvoiceLine, at: datetime) -> Fraction:
    """What of a line's amount is of days that had not begun. A trial and a proration count as they were charged."""
    days = -((line.period_start - line.period_end) // DAY)
    left = (line.period_end - max(at, line.period_start)) // DAY
    return Fraction(line.amount * min(max(left, 0), days), days) if days > 0 else Fraction(0)


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
