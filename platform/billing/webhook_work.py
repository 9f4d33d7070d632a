"""Work on stored events: find the subscription that each is about, bring it up to date, and mark its events as done.

Effect and mark commit together. What fails is tried again later, and given up after some attempts (`webhooks replay`).
"""

import logging
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Max, Q, QuerySet
from django.db.models.functions import Now

from billing import checkouts, gifts, holds_sync, movements, payees, reversals
from billing.exceptions import ProviderUnavailable
from billing.failures import describe_error, is_outage, work_on_next
from billing.models import Authorisation, Invoice, Payment, Subscription, WebhookEvent
from billing.provider import get_provider
from billing.sync import lock_subscriptions, sync_all
from worker import due

logger = logging.getLogger(__name__)

State = WebhookEvent.State
MAX_ATTEMPTS = 15
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=6)
OF_PAYMENTS = frozenset({"charge", "dispute", "payment_intent", "refund"})
NAMING = ("invoice", "subscription_schedule")
"""What names the subscription that it is of."""
BATCH, EVENTS_OF_ONE = 20, 8
"""So many subscriptions are locked at once at most, while the provider is asked three times about each."""


def work_next() -> bool:
    """Work on the oldest events that are due, and on all of the same subscriptions. Returns whether there were any."""
    if settings.PAYMENTS == "off":
        return False
    # Both each time: what names no subscription waits behind none that does.
    return any([_work_on_batch(), work_on_next(_claim, handle, _put_off)])


def seconds_until_due() -> float | None:
    """Seconds until an event is due, 0 when one is; None when none waits."""
    if settings.PAYMENTS == "off":
        return None
    seconds = due.seconds_until(_waiting())
    return None if seconds is None else max(seconds, _seconds_of_pause())


def _seconds_of_pause() -> float:
    left: timedelta | None = _pausing().aggregate(left=Max("pause_until") - Now())["left"]
    return left.total_seconds() if left else 0.0


def _waiting() -> QuerySet[WebhookEvent]:
    return WebhookEvent.objects.filter(state=State.RECEIVED, book=settings.PAYMENTS).order_by("due_at", "pk")


def _pausing() -> QuerySet[WebhookEvent]:
    """Events that the provider did not answer about a moment ago. All others wait as well, and nothing is written."""
    return WebhookEvent.objects.filter(book=settings.PAYMENTS, pause_until__gt=Now())


def _due() -> QuerySet[WebhookEvent]:
    return _waiting().filter(~Exists(_pausing()), due_at__lte=Now())


def _claim(**only: int) -> WebhookEvent | None:
    return _due().filter(**only).select_for_update(skip_locked=True).first()


def _work_on_batch() -> bool:
    """Work on several subscriptions in one transaction, or on their events one by one if anything of it fails.

    While the provider does not answer, they are put off at once. Returns whether there were several.
    """
    events: list[WebhookEvent] = []
    try:
        with transaction.atomic():
            events = _claim_batch()
            names = list(dict.fromkeys(map(find_subscription, events)))[:BATCH]
            if len(names) < 2:
                return False
            _finish(_work_on_subscriptions(names, ()))
    except Exception as error:
        if is_outage(error):
            raise
        if isinstance(error, ProviderUnavailable):
            for event in events:
                _put_off(event, error)
            return True
        logger.warning("%d events are worked on one by one: %s", len(events), describe_error(error))
        for event in events:
            work_on_next(partial(_claim, pk=event.pk), handle, _put_off)
    return True


def _claim_batch() -> list[WebhookEvent]:
    """The oldest events that name a subscription, so that nothing need be asked to find it. None is of a hold.

    None has failed before: one that always fails would put off the others with it.
    """
    naming = Q(object_type="subscription") | Q(object_type__in=NAMING, related__has_key="subscription")
    due = _due().filter(naming, attempts=0).exclude(related__has_key="payment_intent")
    return list(due.select_for_update(skip_locked=True)[: BATCH * EVENTS_OF_ONE])


def _work_on_subscriptions(names: Collection[str], because: Iterable[WebhookEvent]) -> list[int]:
    """Bring subscriptions up to date. Returns the events that this answers, beside those it is done because of."""
    rows = lock_subscriptions(names, settings.PAYMENTS)
    work = _gather(rows)
    payments = sync_all(rows, named=work.intents | intents_of(because))
    return work.events + _answered_too(payments, work.started)


def _finish(pks: Collection[int]) -> None:
    WebhookEvent.objects.filter(pk__in=pks).update(state=State.DONE, finished_at=Now(), error="")


def handle(event: WebhookEvent) -> None:
    """Bring up to date what a locked event is about, and mark it as done, with all others that this answers."""
    if event.object_type in OF_PAYOUTS:
        OF_PAYOUTS[event.object_type](event)
        _finish([event.pk])
        return
    done = [event.pk]
    session = get_provider().checkouts.fetch(event.object_id) if event.object_type == "checkout.session" else None
    if hold := holds_sync.find_by_event(event, session):
        done += _work_on_hold(hold)
    elif subscription := session.subscription if session else find_subscription(event):
        done += _work_on_subscriptions([subscription], [event])
    if session:  # its order's row comes after the subscription's, as in `sync_all`: no two workers deadlock
        checkouts.settle(session)
        gifts.settle(session)
    _finish(done)


def _work_on_hold(hold: Authorisation) -> list[int]:
    """Bring an authorisation up to date. Returns the events that came before the fetch: they are answered, too."""
    row = holds_sync.lock(hold.pk)
    started = holds_sync.read_clock()
    holds_sync.sync(row)
    told = _waiting().filter(holds_sync.events_of(row), received_at__lt=started)
    return list(told.select_for_update(skip_locked=True).values_list("pk", flat=True))


def _follow_platform_payout(event: WebhookEvent) -> None:
    """Our own money went to our bank. What a payee's account pays to its own bank is none of ours."""
    if not event.account:
        movements.fetch()


OF_PAYOUTS: dict[str, Callable[[WebhookEvent], object]] = {
    "account": lambda event: payees.sync(event.object_id),
    "payout": _follow_platform_payout,
    "transfer": lambda event: reversals.sync_transfer(event.object_id),
}
"""What an event about one of these objects brings up to date. They concern no subscription."""


def find_known(intent: str, book: str) -> str:
    """The subscription that a payment of our rows was for; empty if we do not have it."""
    known = Payment.objects.filter(provider_id=intent, book=book)
    return known.values_list("invoice__subscription__provider_id", flat=True).first() or ""


def find_subscription(event: WebhookEvent, known: Callable[[str, str], str] = find_known) -> str:
    """The subscription that an event is about, unless it is a session's; empty if it is about none."""
    provider = get_provider()
    if event.object_type == "subscription":
        return event.object_id
    if event.object_type in OF_PAYMENTS:
        return _find_by_payment(event, known)
    found: str = event.related.get("subscription", "")
    if event.object_type == "invoice" and not found:
        return provider.invoices.fetch(event.object_id).subscription
    return found


def _find_by_payment(event: WebhookEvent, known: Callable[[str, str], str]) -> str:
    """By what we have of the payment, or by what the provider says that it paid."""
    for intent in intents_of([event]):
        if found := known(intent, event.book):
            return found
        for invoice in get_provider().invoices.find_paid_by(intent):
            return get_provider().invoices.fetch(invoice).subscription
    return ""


def intents_of(events: Iterable[WebhookEvent]) -> set[str]:
    """The payments that events are about. Nothing is asked again for one that was only charged."""
    of = [
        event.object_id if event.object_type == "payment_intent" else event.related.get("payment_intent", "")
        for event in events
        if event.object_type in OF_PAYMENTS
    ]
    return set(filter(None, of))


@dataclass(frozen=True)
class Work:
    """What waits for subscriptions before they are fetched."""

    started: datetime
    events: list[int]
    intents: set[str]


def _gather(rows: Collection[Subscription]) -> Work:
    """The events of locked subscriptions that nobody else works on. What comes later waits for its own turn."""
    names, known, intents = [row.provider_id for row in rows], list[str](), list[str]()
    if synced := [row.pk for row in rows if row.synced_at is not None]:
        known += Invoice.objects.filter(subscription__in=synced).values_list("provider_id", flat=True)
        intents += Payment.objects.filter(invoice__subscription__in=synced).values_list("provider_id", flat=True)
    ours = (
        Q(object_id__in=[*names, *known, *intents])
        | Q(related__subscription__in=names, object_type__in=NAMING)
        | Q(related__payment_intent__in=intents, object_type__in=OF_PAYMENTS)
    )
    started = holds_sync.read_clock()
    events = list(_waiting().filter(ours).select_for_update(skip_locked=True))
    return Work(started, [event.pk for event in events], intents_of(events))


def _answered_too(payments: Iterable[Payment], started: datetime) -> list[int]:
    """Events that came before the fetch, about payments that we did not know then: they are as they were fetched."""
    ids = [one for payment in payments for one in (payment.provider_id, payment.charge_id)]
    if not ids:
        return []
    events = _waiting().filter(object_id__in=ids, received_at__lt=started, type__in=ANSWERED_TYPES)
    return list(events.select_for_update(skip_locked=True).values_list("pk", flat=True))


ANSWERED_TYPES = ("payment_intent.created", "payment_intent.processing", "payment_intent.succeeded", "charge.succeeded")


def _put_off(claimed: WebhookEvent, error: Exception) -> None:
    """Try an event again later, or give it up. Its error is kept for the operator.

    While the provider is away nothing else is tried for some seconds: each attempt would wait until its time is over.
    """
    with transaction.atomic():
        event = WebhookEvent.objects.select_for_update().filter(pk=claimed.pk, state=State.RECEIVED).first()
        if event is None:
            return
        attempts, sentence = event.attempts + 1, describe_error(error)[:500]
        fields: dict[str, Any] = {"attempts": attempts, "error": sentence}
        if isinstance(error, ProviderUnavailable):
            fields["pause_until"] = Now() + FIRST_PAUSE
        if attempts >= MAX_ATTEMPTS:
            logger.error("webhook %s given up: %s", event.event_id, sentence)
            WebhookEvent.objects.filter(pk=event.pk).update(state=State.DEAD, finished_at=Now(), **fields)
        else:
            logger.warning("webhook %s failed %d times: %s", event.event_id, attempts, sentence)
            pause = due.pause_after(event.attempts, FIRST_PAUSE, LONGEST_PAUSE)
            WebhookEvent.objects.filter(pk=event.pk).update(due_at=Now() + pause, **fields)


def replay(pks: Iterable[int]) -> int:
    """Work on events that were given up once more. Returns how many there were."""
    dead = WebhookEvent.objects.filter(pk__in=list(pks), state=State.DEAD)
    return dead.update(state=State.RECEIVED, finished_at=None, attempts=0, due_at=Now(), pause_until=None)
