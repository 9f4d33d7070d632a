"""Change what a fan has: cancel it, let it go on, end what is not paid, or take another price of the same artist.

The provider is asked first and then believed. A higher price begins at once, on the provider's page where its
difference is paid; a lower one, or a shorter period, begins with the next period.
"""

import uuid
from collections.abc import Callable
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import Person
from audit import trail
from billing import caps, checkouts, introductory_prices, portal, terms
from billing.exceptions import NotAgreed, NothingToCancel, NothingToChange, PaymentsOff
from billing.models import Checkout, Interval, Subscription, SubscriptionStatus, TierPrice
from billing.provider import get_provider
from billing.sync import ENDED, lock_subscription, sync_subscription

SAID_LATE = "Your last payment did not go through. Pay it first, or use another card."
SAID_ENDING = "It is canceled. Keep it first, then change it."
SAID_LEFT = "The artist has left, so it ends with what is paid."
SAID_PLANNED = "Another change is planned. Keep what you have first."
SAID_PENDING = "A change waits to be paid. Pay it first."
SAID_PROMOTION = "It can be paid at another interval once the promotion is over."
SAID_TRIAL = "It can be changed once the free days are over."
UNPAID = frozenset({SubscriptionStatus.PAST_DUE, SubscriptionStatus.UNPAID, SubscriptionStatus.INCOMPLETE})


class Choice(NamedTuple):
    """Another price that a fan can take in place of the one they have."""

    price: TierPrice
    is_later: bool
    """It begins with the next period."""


def find_own(person: Person, pk: int) -> Subscription:
    """A subscription of this person that has not ended. Raises Subscription.DoesNotExist."""
    own = Subscription.objects.filter(person=person, book=settings.PAYMENTS).exclude(status__in=ENDED)
    related = (
        "price__version__tier__artist",
        "next_price__version__tier",
        "artist",
        "person",
        "checkout__promotion",
        "checkout__price",
    )
    return own.select_related(*related).get(pk=pk)


def set_ending(row: Subscription, *, ends: bool, by: Person) -> Subscription:
    """Let it end with what is paid, or go on after all. What was planned for the next period is dropped.

    Setting it again changes nothing. Raises PaymentsOff, NothingToCancel, NothingToChange and ProviderError.
    """
    if row.status in ENDED:
        raise NothingToCancel("It has ended already.")
    if ends and row.status in UNPAID:
        return end_unpaid(row, by=by)
    if ends:
        return _change(row, lambda: ask_to_end(row), "subscription.canceled", by=by)
    if row.artist is not None and row.artist.left_at is not None:
        raise NothingToChange(SAID_LEFT)
    subscriptions, key = get_provider().subscriptions, f"ending:{uuid.uuid4()}"
    return _change(row, lambda: subscriptions.resume(row.provider_id, key=key), "subscription.resumed", by=by)


def ask_to_end(row: Subscription) -> None:
    """Ask the provider to end it with what is paid: now where that is nothing. Raises ProviderError."""
    subscriptions = get_provider().subscriptions
    if row.status in UNPAID:
        subscriptions.cancel_now(row.provider_id)
        return
    if row.schedule:  # the provider cancels nothing of which a schedule decides
        subscriptions.keep_price(row.provider_id, key=f"keep:{uuid.uuid4()}")
    subscriptions.cancel_at_period_end(row.provider_id, key=f"ending:{uuid.uuid4()}")


def find_running(order: Checkout) -> Subscription | None:
    """The subscription of an order that has not ended."""
    return Subscription.objects.filter(checkout=order).exclude(status__in=ENDED).first()


def set_order_ending(order: Checkout, *, ends: bool, by: Person) -> Subscription:
    """Let what was bought with an order end with what is paid, or go on after all.

    Setting it again changes nothing. Raises PaymentsOff, NothingToCancel, NothingToChange and ProviderError.
    """
    _require_payments(order.book)
    running = find_running(order)
    if running is None:
        raise NothingToCancel("This order has nothing that goes on. If you have just paid, try again in a minute.")
    return set_ending(running, ends=ends, by=by)


def end_unpaid(row: Subscription, *, by: Person) -> Subscription:
    """End one whose renewal was not paid, now. Nothing more is charged. Raises NothingToCancel and ProviderError."""
    if row.status not in UNPAID:
        raise NothingToCancel("It is paid, so it ends with what is paid.")
    return _change(row, lambda: get_provider().subscriptions.cancel_now(row.provider_id), "subscription.ended", by=by)


def list_choices(row: Subscription) -> list[Choice]:
    """The other prices on sale of the same artist, in the currency of the subscription."""
    assert row.price
    prices = (
        TierPrice.objects.on_sale().filter(artist=row.artist_id, currency=row.price.currency).exclude(pk=row.price.pk)
    )
    if has_lower_price(row):  # the provider would lower the other interval of the same terms, too
        prices = prices.exclude(version=row.price.version_id)
    ordered = prices.order_by("version__tier__position", "version__tier_id", "interval")
    return [Choice(price, begins_later(row.price, price)) for price in ordered]


def begins_later(old: TierPrice, new: TierPrice) -> bool:
    """Whether the new price waits for the next period: a lower amount, or a month in place of a year.

    The configuration of the provider's pages says the same (`billing.provider.portal`).
    """
    return new.amount < old.amount or (old.interval, new.interval) == (Interval.YEAR, Interval.MONTH)


def has_lower_price(row: Subscription) -> bool:
    """Whether a promotion lowers its price now. A change ends that."""
    until = introductory_prices.find_lower_until(row)
    return until is not None and until > timezone.now()


def find_problem(row: Subscription) -> str:
    """Why its price cannot change now; "" where it can."""
    if row.status in UNPAID:
        return SAID_LATE
    if row.status == SubscriptionStatus.TRIALING:  # a dearer tier would be free until the trial ends
        return SAID_TRIAL
    if row.cancel_at_period_end:
        return SAID_ENDING
    if row.has_pending_update:
        return SAID_PENDING
    return SAID_PLANNED if row.schedule else ""


def start_upgrade(
    row: Subscription, price_id: int, *, agreed: bool, words_hash: str, by: Person, return_url: str
) -> str:
    """The provider's page where the fan confirms a price that begins at once, and pays the difference.

    Nothing changes before.
    Raises NotAgreed, TermsChanged, NothingToChange, NotForSale, PaymentsOff, Unpayable, ProviderError.
    """
    if not agreed:
        raise NotAgreed("Tick the box to start today. Without it nothing changes.")
    price = _find_price(row, price_id, is_later=False, by=by)
    paper = _write_shown_paper(row, price, words_hash)
    with transaction.atomic():
        Person.objects.select_for_update(no_key=True).get(pk=by.pk)
        caps.require_room(by, price.currency, _due_at_most(row, price))
    page = portal.upgrade_page(row, price, return_url)
    with transaction.atomic():
        terms.give_consent(by, price, paper)
        trail.record("subscription.upgrade_started", by=by.actor, subject=str(row), price=price.pk)
    return page


def plan(row: Subscription, price_id: int, *, words_hash: str, by: Person) -> Subscription:
    """Another price from the next period on.

    Raises TermsChanged, NothingToChange, NotForSale, PaymentsOff, Unpayable, ProviderError.
    """
    price = _find_price(row, price_id, is_later=True, by=by)
    paper = _write_shown_paper(row, price, words_hash)
    terms.give_consent(by, price, paper)
    key = f"downgrade:{uuid.uuid4()}"
    return _change(
        row,
        lambda: get_provider().subscriptions.downgrade(row.provider_id, price.provider_price, key=key),
        "subscription.planned",
        by=by,
        price=price.pk,
    )


def keep(row: Subscription, *, by: Person) -> Subscription:
    """What was planned for the next period does not happen. Raises PaymentsOff and ProviderError."""
    key = f"keep:{uuid.uuid4()}"
    return _change(
        row, lambda: get_provider().subscriptions.keep_price(row.provider_id, key=key), "subscription.kept", by=by
    )


def _find_price(row: Subscription, price_id: int, *, is_later: bool, by: Person) -> TierPrice:
    if problem := find_problem(row):
        raise NothingToChange(problem)
    assert row.price
    assert row.artist_id
    price, _ = checkouts.find_sold_price(by, price_id, artist_id=row.artist_id)
    if price.pk == row.price_id or price.currency != row.price.currency:
        raise NothingToChange("This is no other price in your currency.")
    if has_lower_price(row) and price.version_id == row.price.version_id:
        raise NothingToChange(SAID_PROMOTION)
    if begins_later(row.price, price) != is_later:
        raise NothingToChange("Prices changed meanwhile. Look at the terms again.")
    return price


def _due_at_most(row: Subscription, price: TierPrice) -> int:
    """What a price that begins at once costs today at most; what is left of the old period lowers it."""
    assert row.price
    if row.price.interval != price.interval:
        return price.amount
    paid = row.price.amount
    if row.checkout is not None and has_lower_price(row):
        paid = row.checkout.first_amount
    return price.amount - paid


def list_terms(row: Subscription, choice: Choice) -> list[terms.Term]:
    """The terms of another price in place of the one of the subscription."""
    assert row.price
    return terms.list_change_terms(row.price, choice.price, is_later=choice.is_later, is_lower=has_lower_price(row))


def write_paper(row: Subscription, price: TierPrice) -> str:
    """Everything that the fan agrees to by taking this price in place of the one of the subscription, as text."""
    assert row.price
    is_later = begins_later(row.price, price)
    return terms.write_change_paper(row.price, price, is_later=is_later, is_lower=has_lower_price(row))


def _write_shown_paper(row: Subscription, price: TierPrice, words_hash: str) -> str:
    paper = write_paper(row, price)
    terms.require_shown(paper, words_hash)
    return paper


def _change(row: Subscription, ask: Callable[[], object], action: str, *, by: Person, **facts: int) -> Subscription:
    """Ask the provider, then write down what it says now."""
    _require_payments(row.book)
    ask()
    with transaction.atomic():
        fresh = lock_subscription(row.provider_id, row.book)
        sync_subscription(fresh)
        trail.record(action, by=by.actor, subject=str(row), **facts)
    return fresh


def _require_payments(book: str) -> None:
    if book != settings.PAYMENTS:
        raise PaymentsOff("Payments are off here, so nothing can be changed.")
