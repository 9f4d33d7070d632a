"""End what fans pay to an artist who left: orders, gifts that nobody redeemed, and subscriptions.

What is paid of days that had not begun is paid back, and the tier ends with it; or, without PAY_BACK_UNUSED_DAYS, it
goes on until its period ends. What fails is found again by the next comparison.
"""

from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Now

from billing import entitling, expiries, gifts, paybacks, subscription_changes
from billing.failures import one_at_a_time
from billing.models import Checkout, Entitlement, Gift, Refund, Subscription
from billing.provider import get_provider
from billing.subscription_rows import UNDONE
from billing.sync import ENDED, compare, lock_subscription, sync_subscription
from catalog.models import Artist
from live import notices
from live.notices import NewNotice

LONGEST_MEMORY = timedelta(days=180)
"""For so long it is looked whether a refund failed."""


class Left(NamedTuple):
    """What of an artist who left is not over yet."""

    orders: int
    gifts: int
    subscriptions: int

    @property
    def is_nothing(self) -> bool:
        return not any(self)


def end_all() -> None:
    """Go on with each artist who left, and of whom something is not over."""
    for artist in Artist.objects.filter(left_at__gt=Now() - LONGEST_MEMORY).order_by("pk"):
        if not find_left(artist).is_nothing:
            end_sales(artist)


def end_sales(artist: Artist) -> None:
    """End all that is not over. Doing it again goes on with what failed. The artist's tiers are archived."""
    rows: list[Checkout | Gift] = [*_find_open(Checkout, artist), *_find_open(Gift, artist)]
    for row in rows:
        with one_at_a_time(f"{row} has not expired"):
            expiries.expire(row)
    gifts.take_back_of(artist)
    for subscription in _find_unfinished(artist):
        with one_at_a_time(f"{subscription} was not ended"):
            _end(subscription, _left_at(artist))


def find_left(artist: Artist) -> Left:
    orders, open_gifts = _find_open(Checkout, artist), _find_open(Gift, artist)
    given = Gift.objects.filter(artist=artist, book=settings.PAYMENTS, status=Gift.Status.PAID, redeemed_at=None)
    payments = paybacks.list_payments(*Subscription.objects.filter(gift__in=given))
    owed = {payment.invoice.subscription_id for payment in payments if paybacks.owed(payment) > 0}
    return Left(orders.count(), open_gifts.count() + len(owed), len(_find_unfinished(artist)))


def sum_paid_back(artist: Artist) -> dict[str, int]:
    """What was paid back since the artist left, in minor units by currency."""
    since = _left_at(artist) - paybacks.CLOCKS_DIFFER
    refunds = Refund.objects.filter(
        Q(payment__invoice__subscription__artist=artist) | Q(payment__invoice__subscription__gift__artist=artist),
        book=settings.PAYMENTS, created__gte=since,
    )  # fmt: skip
    sums = refunds.exclude(status__in=UNDONE).order_by("currency").values_list("currency")
    return {currency: int(total) for currency, total in sums.annotate(total=Sum("amount"))}


def _left_at(artist: Artist) -> datetime:
    assert artist.left_at is not None
    return artist.left_at


def _find_open[Row: (Checkout, Gift)](model: type[Row], artist: Artist) -> QuerySet[Row]:
    return model.objects.filter(artist=artist, book=settings.PAYMENTS, status="open")


def _find_unfinished(artist: Artist) -> list[Subscription]:
    """Those that run, and those that were paid for longer; in a constant number of queries.

    A gift is one that somebody redeemed.
    """
    at = _left_at(artist)
    rows = Subscription.objects.filter(artist=artist, book=settings.PAYMENTS)
    running = ~Q(status__in=ENDED)
    if not settings.PAY_BACK_UNUSED_DAYS:
        return list(rows.filter(running, cancel_at_period_end=False).order_by("pk"))
    longer = rows.filter(running | Q(invoices__lines__period_end__gt=at) | Q(entitlement__valid_until__gt=Now()))
    found = list(longer.distinct().order_by("pk"))
    leases = Entitlement.objects.filter(subscription__in=found, valid_until__gt=Now())
    unfinished = set(leases.values_list("subscription", flat=True))
    for payment in paybacks.list_payments(*found):
        if paybacks.owed_unused(payment, at) > 0:
            unfinished.add(payment.invoice.subscription_id)
    return [row for row in found if row.status not in ENDED or row.pk in unfinished]


def _end(row: Subscription, at: datetime) -> None:
    """Raises ProviderError."""
    if settings.PAY_BACK_UNUSED_DAYS:
        _end_now(row, at)
    else:
        _end_with_period(row)


@transaction.atomic
def _end_now(row: Subscription, at: datetime) -> None:
    """It is locked until what was paid back is known: whoever does the same meanwhile would pay it back once more.

    Raises ProviderError. What the provider did until then is found by the next time.
    """
    locked = lock_subscription(row.provider_id, row.book)
    sync_subscription(locked, is_full=True)
    if locked.status not in ENDED:
        get_provider().subscriptions.cancel_now(locked.provider_id)
    owed_of = partial(paybacks.owed_unused, at=at)
    is_known = paybacks.pay_back(locked, reason="artist_left", since=at, owed_of=owed_of)
    sync_subscription(locked, is_full=True)
    if is_known:
        _end_lease(locked)


def _end_with_period(row: Subscription) -> None:
    """Raises ProviderError."""
    if compare(row.provider_id, is_full=False):
        row.refresh_from_db()
        if row.status not in ENDED:
            subscription_changes.ask_to_end(row)
            compare(row.provider_id, is_full=False)


def _end_lease(row: Subscription) -> None:
    """The fan has the tier no more: what was paid for it from now on is paid back. The row is locked."""
    lease = Entitlement.objects.filter(subscription=row, valid_until__gt=Now()).first()
    if lease is not None and row.status in ENDED:
        entitling.close(lease)
        notices.post([NewNotice(lease.person_id, "entitlement.changed", str(row))])
