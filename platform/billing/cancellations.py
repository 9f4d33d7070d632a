"""Cancel what a fan bought with an order, or let it go on."""

from django.conf import settings

from accounts.models import Person
from billing import subscription_changes
from billing.exceptions import NothingToCancel, PaymentsOff
from billing.models import Checkout, Subscription
from billing.sync import ENDED


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
    return subscription_changes.set_ending(running, ends=ends, by=by)
