"""Bring an authorisation up to date: lock its row, fetch what the provider has, write what follows, in one commit.

Events, the worker's own steps and reconciliation come here. The lock is held while the provider is asked, so that two
processes cannot write in the other order than they fetched. Nothing that comes with an event or a browser is believed.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now

from audit import trail
from audit.actors import SystemActor
from billing import request_charges
from billing.exceptions import NotFound, NotOnBalance
from billing.failures import one_at_a_time
from billing.leases import DECIDED, LOST
from billing.mirrors import WrongMode, require_mode
from billing.models import Authorisation, WebhookEvent
from billing.models.authorisations import HELD
from billing.provider import get_provider
from billing.provider_objects import CheckoutSession, ProviderDispute, ProviderPaymentIntent, ProviderRefund
from billing.subscription_rows import UNDONE

logger = logging.getLogger(__name__)

ACTOR = SystemActor.BILLING
Status = Authorisation.Status
OVER = (Status.FAILED, Status.RELEASED, Status.EXPIRED)
BY_ITSELF = frozenset({"", "automatic", "expired"})
"""Why the provider ends a hold that nobody ended."""
REASON_ELSEWHERE = "captured elsewhere"
REASON_NO_DEADLINE = "the provider does not say how long it lasts"
HOUR, DAY, LONGEST_MEMORY = timedelta(hours=1), timedelta(days=1), timedelta(days=180)
"""For so long a bank can take back what was captured."""
MAX_STALE = 1_000
MAX_REFUNDS = 3
"""After so many that failed, an operator has to look."""


class Wish(StrEnum):
    """What the provider is to be asked for."""

    CAPTURE = "capture"
    RELEASE = "release"
    REFUND = "refund"


@dataclass(frozen=True, slots=True)
class Fetched:
    """What the provider has of an authorisation."""

    intent: ProviderPaymentIntent | None = None
    refunds: Sequence[ProviderRefund] = ()
    disputes: Sequence[ProviderDispute] = ()

    @property
    def failed_refunds(self) -> int:
        return sum(refund.status in UNDONE for refund in self.refunds)


def lock(pk: UUID) -> Authorisation:
    """The row, locked until the transaction ends."""
    return Authorisation.objects.select_for_update(no_key=True).get(pk=pk)


def bring_up_to_date(row: Authorisation) -> Authorisation:
    """Fetch and write it in a transaction. Raises ProviderError."""
    with transaction.atomic():
        locked = lock(row.pk)
        sync(locked)
        return locked


def compare_all(*, is_full: bool) -> None:
    """Compare holds that no event told of for a while; in a full run also what was captured and can come back still.

    One that fails does not keep the others from it.
    """
    rows, live = Authorisation.objects.filter(book=settings.PAYMENTS), Q(status__in=HELD)
    if is_full:
        live |= Q(status__in=[Status.CAPTURED, Status.REFUNDED], captured_at__gte=Now() - LONGEST_MEMORY)
        live |= Q(status__in=OVER, created_at__gte=Now() - DAY)
    stale = rows.filter(live).filter(Q(synced_at=None) | Q(synced_at__lte=Now() - (HOUR if is_full else DAY)))
    for pk in list(stale.order_by("synced_at").values_list("pk", flat=True)[:MAX_STALE]):
        with one_at_a_time(f"authorisation:{pk} was not compared"), transaction.atomic():
            sync(lock(pk))


def sync(row: Authorisation) -> Fetched:
    """Fetch and write a locked authorisation. Doing it again changes nothing. Raises ProviderError."""
    if row.book != settings.PAYMENTS:
        raise WrongMode(f"{row} is of the {row.book} book, and payments are {settings.PAYMENTS}.")
    if not row.provider_id:
        _read_session(row)
    fetched = Fetched(intent=get_provider().payments.fetch(row.provider_id) if row.provider_id else None)
    if fetched.intent is not None:
        fetched = _read_intent(row, fetched.intent)
    _write(row, synced_at=Now(), due_at=_find_due(row, fetched))
    row.refresh_from_db()
    return fetched


def find_wish(row: Authorisation, fetched: Fetched, now: datetime) -> Wish | None:
    """What is left to ask the provider for, as things are."""
    if row.status in OVER:  # the fan paid at the last moment: nothing of it may stay held
        return Wish.RELEASE if fetched.intent and fetched.intent.status == "requires_capture" else None
    if row.status == Status.CAPTURED:
        wants = row.back_wanted_at is not None and not row.is_disputed and fetched.failed_refunds < MAX_REFUNDS
        return Wish.REFUND if wants else None
    if row.status == Status.REFUNDED:
        return None
    is_late = row.status == Status.AUTHORISING and row.expires_at <= now
    is_late |= row.status == Status.HELD and row.capture_before is not None and row.capture_before <= now
    if row.back_wanted_at is not None or is_late:
        return Wish.RELEASE
    return Wish.CAPTURE if row.status == Status.CAPTURE_WANTED else None


def read_clock() -> datetime:
    """The time by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        [now] = cursor.fetchone()
    return now  # type: ignore[no-any-return]


# What events and sessions are about


def find_by_event(event: WebhookEvent, session: CheckoutSession | None) -> Authorisation | None:
    """The authorisation that an event is about. One about a payment that we do not know yet is none's."""
    rows = Authorisation.objects.filter(book=event.book)
    if session is not None:
        row = _find_by_session(session)
        if row is not None and not row.session_id:
            rows.filter(pk=row.pk, session_id="").update(session_id=session.id)
        return row if row is not None and row.session_id in ("", session.id) else None
    is_intent = event.object_type == "payment_intent"
    intent = event.object_id if is_intent else event.related.get("payment_intent", "")
    # The exclusion is the condition of the index.
    return rows.exclude(provider_id="").filter(provider_id=intent).first() if intent else None


def events_of(row: Authorisation) -> Q:
    """Which events are about it."""
    ids = list(filter(None, (row.session_id, row.provider_id, row.charge_id)))
    of_payment = Q(related__payment_intent=row.provider_id) if row.provider_id else Q(pk__in=[])
    return Q(object_id__in=ids) | of_payment


def _find_by_session(session: CheckoutSession) -> Authorisation | None:
    row_id = session.row_id
    return Authorisation.objects.filter(pk=row_id, book=settings.PAYMENTS).first() if row_id else None


# What the provider has


def _read_session(row: Authorisation) -> None:
    """Take over the payment of its session. One that nobody paid in its time is over."""
    try:
        session = get_provider().checkouts.fetch(row.session_id) if row.session_id else None
    except NotFound:
        session = None
    if session is not None:
        require_mode(session.livemode, row.book)
    if session is not None and session.payment_intent and session.client_reference_id == str(row.pk):
        _write(row, provider_id=session.payment_intent)
    elif row.status == Status.AUTHORISING and (session is None or session.status == "expired"):
        if row.back_wanted_at is not None:
            _change(row, Status.RELEASED)
        elif session is not None or row.expires_at <= read_clock():
            _change(row, Status.EXPIRED)


def _read_intent(row: Authorisation, intent: ProviderPaymentIntent) -> Fetched:
    require_mode(intent.livemode, row.book)
    if intent.status == "requires_capture" and row.status == Status.AUTHORISING:
        _hold(row, intent)
    if intent.status == "canceled" and row.status in HELD:
        _change(row, _end_of(row, intent))
    if intent.status == "succeeded" and row.status not in OVER:
        return _read_captured(row, intent)
    if intent.status == "succeeded":
        logger.error("%s is %s and was captured at the provider: pay it back by hand", row, row.status)
    return Fetched(intent)


def _hold(row: Authorisation, intent: ProviderPaymentIntent) -> None:
    """Without a last moment nobody could say until when the fan waits, so it is let go."""
    if intent.capture_before is None:
        logger.warning("%s is let go: the provider does not say how long it lasts", row)
        _want_back(row, REASON_NO_DEADLINE)
    else:
        _change(row, Status.HELD, capture_before=intent.capture_before)


def _end_of(row: Authorisation, intent: ProviderPaymentIntent) -> Status:
    if row.back_wanted_at is not None:
        return Status.RELEASED
    if row.status == Status.CAPTURE_WANTED:
        return Status.FAILED
    return Status.EXPIRED if intent.cancellation_reason in BY_ITSELF else Status.RELEASED


def _read_captured(row: Authorisation, intent: ProviderPaymentIntent) -> Fetched:
    payments = get_provider().payments
    charge = payments.fetch_charge(intent.latest_charge)
    if charge.movement is None:
        raise NotOnBalance(f"{row}: what was captured is not on our balance yet.")
    if row.status == Status.AUTHORISING:
        _change(row, Status.HELD, capture_before=charge.capture_before)
    if row.status == Status.HELD:
        logger.warning("%s was captured without a decision of ours, and goes back", row)
        _want_back(row, REASON_ELSEWHERE)
    if row.status in (Status.HELD, Status.CAPTURE_WANTED):
        moved = charge.movement
        _change(
            row,
            Status.CAPTURED,
            charge_id=charge.id,
            captured_at=moved.created,
            captured_amount=charge.amount_captured,
            settled_currency=moved.currency,
            settled_amount=moved.amount,
            settled_fee=moved.fee,
            available_on=moved.available_on,
        )
    # A refund without a movement only let go what was not captured.
    refunds = [refund for refund in payments.list_refunds(row.provider_id) if refund.movement is not None]
    fetched = Fetched(intent, refunds, list(payments.list_disputes(row.provider_id)))
    request_charges.post_captured(row, fetched.refunds, fetched.disputes)
    _write_returned(row, fetched)
    return fetched


def _write_returned(row: Authorisation, fetched: Fetched) -> None:
    """What the fan has back by now. All of it: it is refunded, until a refund fails or a lost dispute is won."""
    assert row.captured_amount is not None
    refunded = sum(refund.amount for refund in fetched.refunds if refund.status not in UNDONE)
    lost = sum(dispute.amount for dispute in fetched.disputes if dispute.status == LOST)
    returned = min(refunded + lost, row.captured_amount)
    is_disputed = any(dispute.status not in DECIDED for dispute in fetched.disputes)
    if (row.returned_amount, row.is_disputed) != (returned, is_disputed):
        _write(row, returned_amount=returned, is_disputed=is_disputed)
    status = Status.REFUNDED if returned == row.captured_amount else Status.CAPTURED
    if row.status != status:
        _change(row, status)
    if row.back_wanted_at and status == Status.CAPTURED and fetched.failed_refunds >= MAX_REFUNDS:
        logger.error("%s is paid back by hand: %d refunds failed", row, fetched.failed_refunds)
        _write(row, error=f"{fetched.failed_refunds} refunds failed: pay it back by hand")


# What is written


def _want_back(row: Authorisation, reason: str) -> None:
    _write(row, back_wanted_at=Now(), back_reason=reason, due_at=Now())
    trail.record("hold.back_wanted", by=ACTOR, subject=str(row), reference=row.reference, reason=reason)
    row.refresh_from_db()


def _change(row: Authorisation, status: Status, **fields: object) -> None:
    _write(row, status=status, attempts=0, error="", **fields)
    trail.record(f"hold.{status}", by=ACTOR, subject=str(row), reference=row.reference)


def _write(row: Authorisation, **fields: object) -> None:
    Authorisation.objects.filter(pk=row.pk).update(**fields)
    for name, value in fields.items():
        setattr(row, name, value)


def _find_due(row: Authorisation, fetched: Fetched) -> datetime | Now | None:
    """When the provider is asked next although no event came. A try that was put off stays so."""
    if find_wish(row, fetched, read_clock()) is not None:
        return row.due_at if row.attempts and row.due_at is not None else Now()
    if row.status == Status.AUTHORISING:
        return row.expires_at
    return row.capture_before if row.status == Status.HELD else None
