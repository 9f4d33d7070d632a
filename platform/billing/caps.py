"""What a fan spends in a month at most: charges, holds, orders, renewals and gifts of the fan's own month.

A fan sets the cap, and the platform has a default. A lower one counts at once, a higher one from the next day, so that
nobody raises it in a hurry. A renewal is never skipped because of it.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from accounts.models import Person
from audit import trail
from billing.exceptions import AboveCap, Refused
from billing.models import Authorisation, Checkout, Payment, Refund, SpendingSettings, Subscription
from billing.subscription_rows import UNDONE
from rights.money import format_money

MAX_CAP = 100_000_000
RENEWING = ("trialing", "active", "past_due")


class Cap(NamedTuple):
    """What a fan may spend this month, in minor units of the fan's currency."""

    currency: str
    limit: int
    spent: int
    """What was charged, without what came back."""
    held: int
    """What requests hold, and orders that are open."""
    renewing: int
    """What renews until the month is over."""
    resets_on: datetime
    next_limit: int | None
    """A higher limit that counts from `next_from` on."""
    next_from: datetime | None

    @property
    def left(self) -> int:
        return max(self.limit - self.spent - self.held - self.renewing, 0)


def get_default(currency: str) -> int:
    """The platform's cap for a fan who sets none."""
    return int(settings.SPENDING_CAPS[currency])


def read(person: Person) -> Cap | None:
    """The fan's cap and what of it is gone; None for a fan who never paid."""
    chosen = SpendingSettings.objects.filter(person=person, book=settings.PAYMENTS).first()
    return _read(person, chosen, timezone.now()) if chosen is not None else None


def require_room(person: Person, currency: str, amount: int) -> None:
    """Raises AboveCap where this amount does not fit under the fan's cap any more.

    Locks the fan's row until the transaction ends: whoever orders at the same time counts this one, too. The fan pays
    in this currency already (`spending.set_currency`).
    """
    if not connection.in_atomic_block:
        raise RuntimeError("Room under a cap is taken in the transaction that counts it.")
    locked = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    chosen = SpendingSettings.objects.get(person=person, book=settings.PAYMENTS, currency=currency)
    cap = _read(locked, chosen, timezone.now())
    if amount > cap.left:
        limit, left = format_money(cap.limit, currency), format_money(cap.left, currency)
        raise AboveCap(
            f"It costs {format_money(amount, currency)}. Your limit is {limit} a month, and {left} of it are left "
            f"until {cap.resets_on.astimezone(locked.zone):%-d %B}. A higher limit counts from the next day."
        )


def change(person: Person, amount: int, by: Person) -> Cap:
    """Set the fan's cap. Raises Refused for a fan who never paid, and for an amount that is none."""
    if not 0 <= amount < MAX_CAP:
        raise Refused("Say an amount of 0 or more.")
    with transaction.atomic():
        locked = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        chosen = SpendingSettings.objects.filter(person=locked, book=settings.PAYMENTS).first()
        if chosen is None:
            raise Refused("You have paid nothing yet. The limit is set with the first payment.")
        now = timezone.now()
        limit = _find_limit(chosen, now)
        waits = amount > limit
        SpendingSettings.objects.filter(pk=chosen.pk).update(
            monthly_cap=limit if waits else amount,
            next_cap=amount if waits else None,
            next_cap_from=_next_day(locked, now) if waits else None,
        )
        trail.record("cap.changed", by=by.actor, subject=person.actor, amount=amount, currency=chosen.currency)
        chosen.refresh_from_db()
        return _read(locked, chosen, now)


def _read(person: Person, chosen: SpendingSettings, now: datetime) -> Cap:
    since, until = _month(person, now)
    waits = chosen.next_cap_from is not None and chosen.next_cap_from > now
    return Cap(
        currency=chosen.currency,
        limit=_find_limit(chosen, now),
        spent=sum(_list_spent(person, chosen.currency, since)),
        held=sum(_list_held(person, chosen.currency)),
        renewing=_sum(_find_renewing(person, chosen.currency, now, until), "price__amount"),
        resets_on=until,
        next_limit=chosen.next_cap if waits else None,
        next_from=chosen.next_cap_from if waits else None,
    )


def _find_limit(chosen: SpendingSettings, now: datetime) -> int:
    if chosen.next_cap is not None and chosen.next_cap_from is not None and chosen.next_cap_from <= now:
        return chosen.next_cap
    return chosen.monthly_cap


def _month(person: Person, now: datetime) -> tuple[datetime, datetime]:
    """The fan's own month that this moment is in, and when the next one begins."""
    first = now.astimezone(person.zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return first, (first + timedelta(days=32)).replace(day=1)


def _next_day(person: Person, now: datetime) -> datetime:
    tomorrow = now.astimezone(person.zone) + timedelta(days=1)
    return tomorrow.replace(hour=0, minute=0, second=0, microsecond=0)


def _list_spent(person: Person, currency: str, since: datetime) -> Iterator[int]:
    """What each kind of payment took this month. Whatever else a fan pays for adds its sum here."""
    book = settings.PAYMENTS
    paid = Payment.objects.filter(
        invoice__subscription__person=person, book=book, currency=currency, invoice__paid_at__gte=since
    )
    yield _sum(paid, "amount")
    yield -_sum(Refund.objects.filter(payment__in=paid).exclude(status__in=UNDONE), "amount")
    captured = Authorisation.objects.filter(person=person, book=book, currency=currency, captured_at__gte=since)
    yield _sum(captured, "captured_amount") - _sum(captured, "returned_amount")


def _list_held(person: Person, currency: str) -> Iterator[int]:
    """What requests hold, and orders of which no payment is known yet."""
    yield _sum(Authorisation.objects.held().filter(person=person, currency=currency), "amount")
    known = Subscription.objects.filter(checkout=OuterRef("pk"), invoices__payments__isnull=False)
    orders = Checkout.objects.open_or_paid().filter(person=person, currency=currency)
    unsettled = orders.filter(Q(status="open") | ~Exists(Subscription.objects.filter(checkout=OuterRef("pk"))))
    yield _sum(unsettled.filter(~Exists(known)), "price__amount")


def _find_renewing(person: Person, currency: str, now: datetime, until: datetime) -> QuerySet[Subscription]:
    """Subscriptions that renew until then. One with a schedule, or in its trial, is counted at its price of now."""
    running = Subscription.objects.filter(person=person, book=settings.PAYMENTS, status__in=RENEWING)
    renewing = running.filter(cancel_at_period_end=False, is_collection_paused=False, price__currency=currency)
    return renewing.filter(period_end__gte=now, period_end__lt=until)


def _sum(rows: QuerySet[Any], field: str) -> int:
    return int(rows.aggregate(total=Sum(field, default=0))["total"])
