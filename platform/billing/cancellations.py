"""Cancel what a fan bought at the end of what is paid, or let it go on. The provider is asked, and then believed."""

import uuid

from django.conf import settings
from django.db import transaction

from accounts.models import Person
from audit import trail
from billing.exceptions import NothingToCancel, PaymentsOff
from billing.models import Checkout, Subscription
from billing.provider import get_provider
from billing.sync import ENDED, lock_subscription, sync_subscription


def find_running(order: Checkout) -> Subscription | None:
    """The subscription of an order that has not ended."""
    return Subscription.objects.filter(checkout=order).exclude(status__in=ENDED).first()


def set_ending(order: Checkout, *, ends: bool, by: Person) -> Subscription:
    """Let it end with what is paid, or go on after all. Setting it again changes nothing.

    Raises PaymentsOff, NothingToCancel and ProviderError.
    """
    if order.book != settings.PAYMENTS:
        raise PaymentsOff("Payments are off here, so nothing can be changed.")
    running = find_running(order)
    if running is None:
        raise NothingToCancel("This order has nothing that goes on. If you have just paid, try again in a minute.")
    subscriptions = get_provider().subscriptions
    change = subscriptions.cancel_at_period_end if ends else subscriptions.resume
    change(running.provider_id, key=f"ending:{uuid.uuid4()}")
    with transaction.atomic():
        row = lock_subscription(running.provider_id, order.book)
        sync_subscription(row)
        action = "subscription.canceled" if ends else "subscription.resumed"
        trail.record(action, by=by.actor, subject=str(order))
    return row
