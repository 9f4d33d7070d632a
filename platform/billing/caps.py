"""What a fan spends in a month at most: charges, holds, orders, renewals and gifts of the fan's own month.

A fan sets the cap, and the platform has a default. A lower one counts at once, a higher one from the next day, so that
nobody raises it in a hurry. A renewal is never skipped because of it.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Person
from audit import trail
from billing.exceptions import AboveCap, Refused
from billing.models import SpendingSettings
from rights.money import format_money

MAX_CAP = 100_000_000


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
        return max(self.limit - self.taken, 0)

    @property
    def taken(self) -> int:
        return self.spent + self.held + self.renewing

    @property
    def is_exceeded(self) -> bool:
        """A renewal, or an upgrade that was confirmed later, is told and not skipped."""
        return self.taken > self.limit


def get_default(currency: str) -> int:
    """The platform's cap for a fan who sets none."""
    return int(settings.SPENDING_CAPS[currency])


def carry_over(chosen: SpendingSettings, currency: str) -> int:
    """The cap in another currency: the same part of the platform's default, so that a lower choice stays a lower one.

    It is no conversion: the fan sets another one when they like.
    """
    return get_default(currency) * _find_limit(chosen, timezone.now()) // get_default(chosen.currency)


def read(person: Person) -> Cap | None:
    """The fan's cap and what of it is gone; None for a fan who never paid."""
    chosen = SpendingSettings.objects.filter(person=person, book=settings.PAYMENTS).first()
    return _read(person, chosen, timezone.now()) if chosen is not None else None


def require_room(person: Person, currency: str, amount: int) -> None:
    """Raises AboveCap where this amount does not fit under the fan's cap any more.

    The caller has locked the fan's row: whoever orders at the same time counts this one, too. The fan pays in this
    currency already (`spending.set_currency`). The triggers count the same.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("Room under a cap is taken in the transaction that counts it.")
    chosen = SpendingSettings.objects.get(person=person, book=settings.PAYMENTS, currency=currency)
    cap = _read(person, chosen, timezone.now())
    if amount > cap.left:
        limit, left = format_money(cap.limit, currency), format_money(cap.left, currency)
        raise AboveCap(
            f"It costs {format_money(amount, currency)}. Your limit is {limit} a month, and {left} of it are left "
            f"until {cap.resets_on.astimezone(person.zone):%-d %B}. A higher limit counts from the next day."
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
    with connection.cursor() as cursor:  # in SQL, so that the pages and the triggers count the same
        cursor.execute(
            "SELECT spent, held, renewing FROM billing_spending(%s, %s, %s, %s, %s, %s)",
            [person.pk, chosen.book, chosen.currency, now, since, until],
        )
        spent, held, renewing = cursor.fetchone()
    return Cap(
        currency=chosen.currency,
        limit=_find_limit(chosen, now),
        spent=spent,
        held=held,
        renewing=renewing,
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
