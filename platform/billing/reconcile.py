"""Compare with the provider what no event may have told: every hour a little, every day all.

What is found goes through the same locked function as events do (`billing.sync`).
"""

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Concat, Now
from django.utils import timezone

from billing import artist_leaving, closing, gifts, holds_sync, payout_reconcile, second_subscriptions, webhooks
from billing.exceptions import ProviderError
from billing.failures import describe_error
from billing.models import Invoice, Subscription, SyncMark, WebhookEvent
from billing.provider import get_provider
from billing.sync import ENDED, compare
from ledger.models import Transaction

logger = logging.getLogger(__name__)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RETRY_TIME = timedelta(minutes=10)
LONGEST_MEMORY = timedelta(days=30)
"""For so long the provider lists its events."""
MAX_STALE = 1_000
"""Subscriptions that one run asks for because they were not fetched for a day. The next run takes the others."""


def run_if_due() -> bool:
    """Reconcile what is due. Always False: there is nothing more to do at once."""
    if settings.PAYMENTS == "off":
        return False
    for kind, every in (("hour", HOUR), ("day", DAY)):
        if _claim(kind, every):
            _run(kind, every)
    return False


def _run(kind: str, every: timedelta) -> None:
    """What was not finished is due again in some minutes, and not only after the next hour or day."""
    try:
        reconcile(is_full=kind == "day")
    except Exception as error:
        SyncMark.objects.filter(book=settings.PAYMENTS, kind=kind).update(at=Now() - every + RETRY_TIME)
        if not isinstance(error, ProviderError):
            raise
        logger.warning("reconciliation was not finished: %s", describe_error(error))


def reconcile(*, is_full: bool = False) -> None:
    """Fetch events that did not come, and subscriptions that may have changed without one. Raises ProviderError.

    `is_full` asks for every live subscription and for the refunds and disputes of all its payments.
    """
    store_missing_events(since=_last_event() - (2 * DAY if is_full else 2 * HOUR))
    names = {*find_unknown(is_full=is_full), *find_unposted(), *find_stale(is_full=is_full)}
    for name in sorted(names):
        compare(name, is_full=is_full)
    holds_sync.compare_all(is_full=is_full)
    gifts.pay_back_all()
    second_subscriptions.end_all()
    closing.reopen_unpaid()
    artist_leaving.end_all()
    payout_reconcile.reconcile(is_full=is_full)


def _claim(kind: str, every: timedelta) -> bool:
    """Whether this process does what is due. One that dies leaves it to the next time."""
    mark, is_new = SyncMark.objects.get_or_create(book=settings.PAYMENTS, kind=kind)
    due = SyncMark.objects.filter(pk=mark.pk, at__lte=Now() - every)
    return is_new or bool(due.update(at=Now()))


def store_missing_events(*, since: datetime) -> None:
    """Those that are stored already change nothing."""
    webhooks.store(get_provider().events.list_since(since), book=settings.PAYMENTS, is_listed=True)


def _last_event() -> datetime:
    """When the provider made the newest event that we have, or long ago."""
    events = WebhookEvent.objects.filter(book=settings.PAYMENTS).exclude(state=WebhookEvent.State.QUARANTINED)
    newest = events.order_by("-pk").values_list("created", flat=True).first()
    earliest = timezone.now() - LONGEST_MEMORY
    return max(newest, earliest) if newest else earliest


def find_unknown(*, is_full: bool) -> Iterator[str]:
    """Subscriptions of the last days that the provider has and we do not.

    A full run asks again for those that were none of ours: their customer or price may have become known since.
    """
    ours = Subscription.objects.filter(book=settings.PAYMENTS, synced_at__isnull=False)
    if is_full:
        ours = ours.filter(person__isnull=False)
    known = set(ours.values_list("provider_id", flat=True))
    for latest in get_provider().subscriptions.list_since(timezone.now() - LONGEST_MEMORY):
        if latest.id not in known:
            yield latest.id


def find_unposted() -> Iterable[str]:
    """Those with an invoice that was paid some days ago at most, and of which the ledger has no charge.

    One that was paid elsewhere never has one.
    """
    charge = Transaction.objects.filter(
        book=settings.PAYMENTS, key=Concat(Value("inv:"), OuterRef("provider_id"), Value(":charge"))
    )
    paid = Invoice.objects.filter(book=settings.PAYMENTS, status=Invoice.Status.PAID, amount_paid__gt=0)
    paid = paid.filter(paid_at__gte=timezone.now() - 3 * DAY)
    return paid.filter(~Exists(charge)).values_list("subscription__provider_id", flat=True).distinct()


def find_stale(*, is_full: bool) -> Iterable[str]:
    """Live ones whose period ends about now, or that were not fetched for a day; all of them in a full run."""
    ours = Subscription.objects.filter(book=settings.PAYMENTS, person__isnull=False)
    live = ours.exclude(status__in=ENDED)
    if is_full:
        recent = Q(ended_at__gte=Now() - LONGEST_MEMORY)
        unredeemed = Subscription.objects.filter(book=settings.PAYMENTS, is_gift=True, person=None)
        return (live | ours.filter(recent) | unredeemed).values_list("provider_id", flat=True)
    near = Q(period_end__range=(timezone.now() - DAY, timezone.now() + HOUR))
    stale = live.filter(near | Q(synced_at__lte=Now() - DAY)).order_by("synced_at")
    return stale.values_list("provider_id", flat=True)[:MAX_STALE]
