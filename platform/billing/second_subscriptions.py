"""End what a fan has twice: of two live subscriptions of one artist, the newer is paid back and then canceled.

It is marked first, so that the next run finds what failed on the way, and a refund that fails much later.
"""

from datetime import timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from billing import paybacks
from billing.failures import one_at_a_time
from billing.models import Subscription
from billing.provider import get_provider
from billing.sync import compare

LIVE = ("trialing", "active", "past_due")
LONGEST_MEMORY = timedelta(days=180)
"""For so long an ended one is asked about."""


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
    return [row for row in marked if row.status in LIVE or paybacks.is_owed(row)]


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
    if row.is_second and not paybacks.pay_back(row, reason="second_subscription"):
        return
    if row.status in LIVE:
        get_provider().subscriptions.cancel_now(row.provider_id)
    compare(row.provider_id, is_full=True)
