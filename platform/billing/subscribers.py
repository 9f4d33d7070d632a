"""How many fans have which tier of an artist, as numbers alone: a team never learns who they are."""

from typing import NamedTuple

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Now, TruncMonth

from billing.models import Entitlement, Subscription, SubscriptionStatus, TierPrice
from billing.sync import ENDED
from catalog.models import Artist


class PriceCount(NamedTuple):
    """Those who have a tier at one price now."""

    price: TierPrice
    fans: int
    late: int
    """Their last payment did not go through. They have some days of grace."""
    ending: int
    """They canceled."""
    trying: int
    """They are in a trial and pay nothing yet."""
    leaving: int
    """They take another price with the next period."""


class MonthCount(NamedTuple):
    """Who began and whose subscription ended in a month."""

    month: str
    began: int
    ended: int


def count_by_price(artist: Artist) -> list[PriceCount]:
    """Those who have something now, by price; in two queries."""
    status = SubscriptionStatus
    live = Subscription.objects.filter(
        artist=artist, book=settings.PAYMENTS, entitlement__valid_until__gt=Now(), price__isnull=False
    )
    counted = live.values("price").annotate(
        fans=Count("pk"),
        late=Count("pk", filter=Q(status=status.PAST_DUE)),
        ending=Count("pk", filter=Q(cancel_at_period_end=True) | Q(status__in=ENDED, is_gift=False)),
        trying=Count("pk", filter=Q(status=status.TRIALING)),
        leaving=Count("pk", filter=Q(next_price__isnull=False)),
    )
    names = ("fans", "late", "ending", "trying", "leaving")
    numbers = {row["price"]: [int(row[name]) for name in names] for row in counted.values("price", *names)}
    prices = TierPrice.objects.filter(pk__in=numbers).select_related("version__tier")
    ordered = prices.order_by("version__tier__position", "version__tier_id", "-version__version", "currency", "amount")
    return [PriceCount(price, *numbers[price.pk]) for price in ordered]


def count_fans(artist: Artist) -> int:
    """How many fans have a tier of the artist now."""
    live = Entitlement.objects.filter(artist=artist, book=settings.PAYMENTS, valid_until__gt=Now())
    return live.values("person").distinct().count()


def count_by_month(artist: Artist, *, most: int = 12) -> list[MonthCount]:
    """The newest months in which somebody began or left, the newest first; in two queries."""
    # One that was never paid gave nothing, and is counted nowhere.
    paid = Subscription.objects.filter(artist=artist, book=settings.PAYMENTS, is_gift=False)
    given = paid.filter(entitlement__isnull=False)
    began = dict(_count(given, "created"))
    ended = dict(_count(given.filter(ended_at__isnull=False), "ended_at"))
    months = sorted(began.keys() | ended.keys(), reverse=True)[:most]
    return [MonthCount(month, began.get(month, 0), ended.get(month, 0)) for month in months]


def _count(rows: QuerySet[Subscription], field: str) -> list[tuple[str, int]]:
    counted = rows.annotate(month=TruncMonth(field)).values_list("month").annotate(number=Count("pk"))
    return [(f"{month:%Y-%m}", number) for month, number in counted.order_by("month")]
