"""End everything that costs a person money: orders, subscriptions and holds. It goes on until nothing is left.

Asked when an account is closed, and by a trigger when staff learn that somebody is under 18. Then the open period is
paid back as well.
"""

import logging
from datetime import timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from accounts.models import Person
from billing import authorisations, customers, expiries, gifts, paybacks
from billing.exceptions import ProviderError
from billing.failures import describe_error, one_at_a_time
from billing.models import Authorisation, Checkout, Closure, Customer, Gift, Subscription
from billing.models.authorisations import HELD
from billing.provider import get_provider
from billing.sync import ENDED, compare
from billing.webhooks import CHANNEL
from worker import due, wake

logger = logging.getLogger(__name__)

RETRY_TIME = timedelta(minutes=1)
LONGEST_MEMORY = timedelta(days=180)
"""For so long it is looked whether a refund failed."""


class Left(NamedTuple):
    """What of a person is billable still."""

    orders: int
    subscriptions: int
    holds: int
    is_asked: bool
    """The provider was not asked yet whether it knows more than we do."""

    @property
    def is_nothing(self) -> bool:
        return not (self.orders or self.subscriptions or self.holds or self.is_asked)


def close_account(person: Person) -> Left:
    """Ask that everything billable of this person ends, and say what is left. Ask again until nothing is.

    What is paid is not paid back, and what the person has as gifts ends at once. The database lets no account be
    switched off before. Call it in a transaction.
    """
    if Customer.objects.filter(person=person, book=settings.PAYMENTS).exists() and not _is_closed(person):
        fields = {"person": person, "book": settings.PAYMENTS, "why": Closure.Why.ACCOUNT}
        Closure.objects.bulk_create([Closure(**fields)], ignore_conflicts=True)
        wake.notify(CHANNEL)
    gifts.end_redeemed(person)
    return find_left(person)


def find_left(person: Person) -> Left:
    """What is billable by our rows, and whether the answer of the provider is awaited.

    Of whatever money, as the database counts: it lets no account be switched off before.
    """
    asked = Closure.objects.filter(person=person, done_at=None).exists()
    orders = Checkout.objects.filter(person=person, status__in=[Checkout.Status.OPEN, Checkout.Status.PAID])
    running = Subscription.objects.filter(person=person).exclude(status__in=ENDED)
    holds = Authorisation.objects.filter(person=person, status__in=HELD)
    return Left(orders.count(), running.count(), holds.count(), asked)


def work_next() -> bool:
    """Work on the closure that has waited longest. Returns whether there was one."""
    if settings.PAYMENTS == "off":
        return False
    closure = _waiting().filter(due_at__lte=Now()).order_by("due_at", "pk").select_related("person").first()
    if closure is None:
        return False
    claimed = _waiting().filter(pk=closure.pk, due_at=closure.due_at).update(due_at=Now() + RETRY_TIME)
    if claimed:
        with one_at_a_time(f"{closure} was not finished"):
            _work(closure)
    return True


def seconds_until_due() -> float | None:
    """Seconds until a closure is due; None when none waits."""
    return due.seconds_until(_waiting())


def _waiting() -> QuerySet[Closure]:
    return Closure.objects.filter(done_at=None, book=settings.PAYMENTS)


def _work(closure: Closure) -> None:
    """Orders and holds first, so that nothing new begins; then what the provider says that this customer has."""
    for reference in _holds(closure.person).values_list("reference", flat=True):
        with transaction.atomic():  # the worker of holds asks the provider
            authorisations.want_release(reference, f"closure:{closure.why}")
    for order in _orders(closure.person).filter(status=Checkout.Status.OPEN):
        expiries.expire(order)
    for gift in _open_gifts(closure.person):
        expiries.expire(gift)
    if closure.why == Closure.Why.AGE:
        gifts.take_back_all(closure.person)
    ended = [_end(name) for name in _list_running(closure.person)]
    paid_back = [_pay_back(row, closure) for row in _find_paid(closure)] if closure.why == Closure.Why.AGE else []
    if all(ended) and all(paid_back) and not _is_billable(closure.person):
        Closure.objects.filter(pk=closure.pk, done_at=None).update(done_at=Now())


def _end(name: str) -> bool:
    """End a subscription, whatever is known of its payments. Returns whether it has ended."""
    if not compare(name, is_full=False):
        return False
    row = Subscription.objects.get(provider_id=name, book=settings.PAYMENTS)
    try:
        if row.status not in ENDED:
            get_provider().subscriptions.cancel_now(name)
    except ProviderError as error:
        logger.warning("%s was not ended: %s", row, describe_error(error))
        return False
    return compare(name, is_full=False)


def _find_paid(closure: Closure) -> QuerySet[Subscription]:
    """Those with a period that was open when the age was lowered."""
    rows = Subscription.objects.filter(person=closure.person_id, book=closure.book, is_gift=False)
    return rows.filter(invoices__lines__period_end__gt=closure.created_at).distinct().order_by("pk")


def _pay_back(row: Subscription, closure: Closure) -> bool:
    """Pay the period back that was open. Returns whether all of its payments are known, so that nothing is left."""
    if not compare(row.provider_id, is_full=True):
        return False
    try:
        is_paid_back = paybacks.pay_back(row, reason="under_18", since=closure.created_at)
    except ProviderError as error:
        logger.warning("%s was not paid back: %s", row, describe_error(error))
        return False
    return compare(row.provider_id, is_full=True) and is_paid_back


def reopen_unpaid() -> None:
    """Work again on what was done for a lowered age where a refund failed afterwards, which can take days."""
    done = Closure.objects.filter(book=settings.PAYMENTS, why=Closure.Why.AGE, done_at__gt=Now() - LONGEST_MEMORY)
    for closure in done.order_by("pk"):
        is_owed = any(paybacks.is_owed(row, since=closure.created_at) for row in _find_paid(closure))
        is_open = Closure.objects.filter(person=closure.person_id, book=closure.book, why=closure.why, done_at=None)
        if is_owed and not is_open.exists():
            Closure.objects.filter(pk=closure.pk).update(done_at=None, due_at=Now())


def _list_running(person: Person) -> list[str]:
    """The subscriptions that are not over, by our rows and by the provider, which may know of more."""
    names = set(_running(person).values_list("provider_id", flat=True))
    if customer := customers.find(person):
        found = get_provider().subscriptions.list_since(customer=customer)
        names |= {one.id for one in found if one.status not in ENDED}
    return sorted(names)


def _orders(person: Person) -> QuerySet[Checkout]:
    return Checkout.objects.open_or_paid().filter(person=person)


def _running(person: Person) -> QuerySet[Subscription]:
    return Subscription.objects.filter(person=person, book=settings.PAYMENTS).exclude(status__in=ENDED)


def _is_closed(person: Person) -> bool:
    """Whether a closure was done and nothing began since."""
    done = Closure.objects.filter(person=person, book=settings.PAYMENTS, done_at__isnull=False).exists()
    return done and not _is_billable(person)


def _is_billable(person: Person) -> bool:
    return any(found.exists() for found in (_orders(person), _running(person), _holds(person), _open_gifts(person)))


def _open_gifts(person: Person) -> QuerySet[Gift]:
    """What the person began to pay for somebody else. What is paid stays a gift."""
    return Gift.objects.filter(giver=person, book=settings.PAYMENTS, status=Gift.Status.OPEN)


def _holds(person: Person) -> QuerySet[Authorisation]:
    return Authorisation.objects.held().filter(person=person)
