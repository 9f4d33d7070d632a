"""Let nobody pay an order or a gift any more whose time is over, and write down if somebody has."""

from collections.abc import Iterator

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from billing import checkouts, gifts
from billing.failures import one_at_a_time
from billing.models import Checkout, Gift

MAX_EXPIRED = 100


def expire_due() -> bool:
    """Ask the provider about what is open and over. Always False: there is nothing more to do at once.

    What the provider does not answer for is asked about again the next time.
    """
    for row in _find_due():
        with one_at_a_time(f"{row} has not expired"):
            expire(row)
    return False


def expire(row: Checkout | Gift) -> None:
    """End an open order or gift. Raises ProviderError."""
    session = checkouts.close_session(row)
    if session is None:
        # One that got its session meanwhile can be paid there, so it is left to the next time.
        type(row).objects.filter(pk=row.pk, status="open", session_id=row.session_id).update(status="expired")
    else:
        checkouts.settle(session)
        gifts.settle(session)


def _find_due() -> Iterator[Checkout | Gift]:
    """An order is over with its price, too."""
    is_over = Q(expires_at__lte=timezone.now())
    yield from _list_open(Checkout.objects.filter(is_over | Q(price__closed_at__isnull=False)))
    yield from _list_open(Gift.objects.filter(is_over))


def _list_open[Row: (Checkout, Gift)](rows: QuerySet[Row]) -> QuerySet[Row]:
    return rows.filter(status="open", book=settings.PAYMENTS).order_by("expires_at")[:MAX_EXPIRED]
