"""Bring a subscription up to date: lock its row, fetch what it is now, and write all that follows, in one commit.

Events and reconciliation both come here. The lock is held while the provider is asked, so that two processes cannot
write in the other order than they fetched.
"""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple, Self

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now

from billing import charges, checkouts, gift_payments, mirrors
from billing.entitling import write_lease
from billing.exceptions import NotFound
from billing.failures import one_at_a_time
from billing.models import Checkout, Payment, Subscription, SubscriptionStatus
from billing.provider import get_provider
from billing.subscription_rows import read_rows
from live import notices
from live.notices import NewNotice

ENDED = frozenset({SubscriptionStatus.CANCELED, SubscriptionStatus.INCOMPLETE_EXPIRED})
UNPAID = frozenset({SubscriptionStatus.PAST_DUE, SubscriptionStatus.UNPAID})


def lock_subscription(provider_id: str, book: str) -> Subscription:
    """The row of a subscription, locked until the transaction ends. It is made first if it is not there."""
    if not connection.in_atomic_block:
        raise RuntimeError("A subscription is locked until what is written of it commits.")
    Subscription.objects.bulk_create([Subscription(provider_id=provider_id, book=book)], ignore_conflicts=True)
    return Subscription.objects.select_for_update(no_key=True).get(provider_id=provider_id, book=book)


def compare(name: str, *, is_full: bool) -> bool:
    """Bring one up to date, and return whether that went well. One that fails does not keep the others from it."""
    is_done = False
    with one_at_a_time(f"subscription {name} was not compared"):
        with transaction.atomic():
            sync_subscription(lock_subscription(name, settings.PAYMENTS), is_full=is_full)
        is_done = True
    return is_done  # noqa: RET504  # the block above may end before the assignment


def sync_subscription(row: Subscription, *, named: Collection[str] = (), is_full: bool = False) -> Collection[Payment]:
    """Fetch and write a locked subscription. `named` are payment intents whose refunds and disputes are asked for.

    `is_full` asks for those of every payment. Doing it again changes nothing. Returns all of its payments. Raises
    ProviderError.
    """
    if row.book != settings.PAYMENTS:
        raise mirrors.WrongMode(f"{row} is of the {row.book} book, and payments are {settings.PAYMENTS}.")
    if row.is_gift:
        return _sync_gift(row, named, is_full=is_full)
    provider, before = get_provider(), _State.of(row)
    try:
        mirrors.write_subscription(row, provider.subscriptions.fetch(row.provider_id))
    except NotFound:
        mirrors.write_deleted(row)
    if row.person_id is None:
        return ()
    rows = read_rows(row)
    invoices = mirrors.write_invoices(rows, provider.invoices.list_of(row.provider_id))
    fetched = mirrors.write_payments(provider, rows, invoices, named, is_full=is_full)
    charges.post_fetched(rows, fetched)
    has_changed = write_lease(rows)
    _settle_order(row)
    _tell(row, before, has_changed=has_changed, is_refunded=bool(fetched.new_refunds))
    return rows.payments.values()


def _sync_gift(row: Subscription, named: Collection[str], *, is_full: bool) -> Collection[Payment]:
    """The provider has a payment of a gift and no subscription. Nobody has a lease of it before it is redeemed."""
    rows, before = read_rows(row), _State.of(row)
    fetched = gift_payments.fetch(get_provider(), rows, named, is_full=is_full)
    charges.post_fetched(rows, fetched)
    if row.person_id is not None:
        _tell(row, before, has_changed=write_lease(rows), is_refunded=False)
    Subscription.objects.filter(pk=row.pk).update(synced_at=Now())
    return rows.payments.values()


def _settle_order(row: Subscription) -> None:
    """The order of a subscription is paid, and over with it. Then the fan can order again."""
    if row.checkout_id is None:
        return
    order = Checkout.objects.get(pk=row.checkout_id)
    if order.status == Checkout.Status.OPEN and order.session_id:
        checkouts.settle(get_provider().checkouts.fetch(order.session_id))
    if row.status in ENDED:
        checkouts.end(order.pk)


class _State(NamedTuple):
    """What pages show of a subscription beside its lease."""

    status: str
    ends: bool
    next_price: int | None
    waits: bool
    period_end: datetime | None

    @classmethod
    def of(cls, row: Subscription) -> Self:
        return cls(row.status, row.cancel_at_period_end, row.next_price_id, row.has_pending_update, row.period_end)


def _tell(row: Subscription, before: _State, *, has_changed: bool, is_refunded: bool) -> None:
    """Tell the fan's open pages what is new."""
    kinds = ["entitlement.changed"] if has_changed else []
    kinds += ["subscription.changed"] if before.status and before != _State.of(row) else []
    kinds += ["payment.failed"] if row.status in UNPAID and before.status not in UNPAID else []
    kinds += ["payment.refunded"] if is_refunded else []
    assert row.person_id is not None
    notices.post([NewNotice(row.person_id, kind, str(row)) for kind in kinds])
