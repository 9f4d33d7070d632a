"""Decide how a tier begins for a fan: at its price, with free days, or at the lower price of a promotion."""

from datetime import datetime
from typing import NamedTuple

from django.conf import settings

from accounts.models import Person
from billing import promotions
from billing.models import Checkout, Interval, Promotion, Subscription, TierPrice
from billing.recognition import add_months


class IntroductoryPrice(NamedTuple):
    """A promotion takes the place of the free days, which the fan can have another time."""

    trial_days: int = 0
    promotion: Promotion | None = None

    def compute_first_amount(self, price: TierPrice) -> int:
        """What is paid first, in minor units."""
        percent = self.promotion.percent if self.promotion else 0
        return promotions.compute_first_amount(price.amount, percent)


class IntroductoryPrices(NamedTuple):
    """What this fan can begin with at an artist."""

    usable: list[Promotion]
    had_trial: bool

    def choose(self, price: TierPrice) -> IntroductoryPrice:
        if promotion := promotions.choose(self.usable, price):
            return IntroductoryPrice(promotion=promotion)
        return IntroductoryPrice(0 if self.had_trial else price.version.trial_days)


def list_usable(person: Person, artist_id: int, *, code: str = "") -> IntroductoryPrices:
    """In two queries. `code` is of a promotion that is not shown to everybody."""
    return IntroductoryPrices(promotions.list_usable(person, artist_id, code=code), _had_trial(person, artist_id))


def find(person: Person, price: TierPrice, *, code: str = "") -> IntroductoryPrice:
    """How a fan begins at this price."""
    return list_usable(person, price.artist_id, code=code).choose(price)


def read_order(order: Checkout) -> IntroductoryPrice:
    return IntroductoryPrice(order.trial_days, order.promotion)


def find_lower_until(row: Subscription) -> datetime | None:
    """When the lower price of a subscription's promotion is over; None where its price is not lowered.

    The provider counts months from the day on which it began.
    """
    order = row.checkout
    if order is None or order.promotion is None or order.price_id != row.price_id or row.created is None:
        return None
    months = order.promotion.months if order.price.interval == Interval.MONTH else 12
    return add_months(row.created, months)


def _had_trial(person: Person, artist_id: int) -> bool:
    """An order that is open took none yet: it is gone on with, or expires before another one is made."""
    had = Checkout.objects.filter(person=person, artist=artist_id, book=settings.PAYMENTS, trial_days__gt=0)
    return had.exclude(status__in=[Checkout.Status.EXPIRED, Checkout.Status.OPEN]).exists()
