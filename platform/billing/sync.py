"""Bring subscriptions up to date: lock their rows, fetch what they are now, and write all that follows, in one commit.

Events and reconciliation both come here. The lock is held while the provider is asked, so that two processes cannot
write in the other order than they fetched.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Self

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now

from billing import charges, checkouts, gift_payments, mirrors, payment_mirrors
from billing.entitling import write_leases
from billing.exceptions import NotFound
from billing.failures import one_at_a_time
from billing.models import Checkout, Payment, Subscription, SubscriptionStatus
from billing.provider import get_provider
from billing.provider.threads import ask_all
from billing.provider_objects import ProviderSubscription
from billing.subscription_rows import read_all_rows, read_rows
from live import notices
from live.notices import NewNotice

ENDED = frozenset({SubscriptionStatus.CANCELED, SubscriptionStatus.INCOMPLETE_EXPIRED})
UNPAID = frozenset({SubscriptionStatus.PAST_DUE, SubscriptionStatus.UNPAID})


def lock_subscription(provider_id: str, book: str) -> Subscription:
    """The row of a subscription, locked until the transaction ends. It is made first if it is not there."""
    [row] = lock_subscriptions([provider_id], book)
    return row


def lock_subscriptions(provider_ids: Collection[str], book: str) -> list[Subscription]:
    """The rows of subscriptions, locked as `lock_subscription` does, in one order so that no two workers deadlock."""
    if not connection.in_atomic_block:
        raise RuntimeError("A subscription is locked until what is written of it commits.")
    wanted = [Subscription(provider_id=one, book=book) for one in sorted(provider_ids)]
    Subscription.objects.bulk_create(wanted, ignore_conflicts=True)
    rows = Subscription.objects.filter(provider_id__in=provider_ids, book=book).order_by("pk")
    return list(rows.select_for_update(no_key=True))


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
    return sync_all([row], named=named, is_full=is_full)


def sync_all(rows: Sequence[Subscription], *, named: Collection[str] = (), is_full: bool = False) -> list[Payment]:
    """Fetch and write locked subscriptions, in one statement a kind for all. One that fails fails them all."""
    for row in rows:
        if row.book != settings.PAYMENTS:
            raise mirrors.WrongMode(f"{row} is of the {row.book} book, and payments are {settings.PAYMENTS}.")
    payments = [one for row in rows if row.is_gift for one in _sync_gift(row, named, is_full=is_full)]
    bought = [row for row in rows if not row.is_gift]
    return payments + _sync_bought(bought, named, is_full=is_full) if bought else payments


def _sync_bought(rows: Sequence[Subscription], named: Collection[str], *, is_full: bool) -> list[Payment]:
    provider, before = get_provider(), {row: _State.of(row) for row in rows}
    _write_latest(dict(zip(rows, ask_all(_fetch, rows), strict=True)))
    ours = read_all_rows([row for row in rows if row.person_id is not None])
    listed = ask_all(lambda one: list(provider.invoices.list_of(one.row.provider_id)), ours)
    invoices = mirrors.write_invoices(dict(zip(ours, listed, strict=True)))
    fetched = payment_mirrors.write_payments(provider, invoices, named, is_full=is_full)
    charges.post_fetched(fetched, settings.PAYMENTS)
    changed = write_leases(ours)
    _settle_orders([one.row for one in ours])
    _tell(
        notice
        for one in ours
        for notice in _make_notices(
            one.row, before[one.row], has_changed=one.row in changed, is_refunded=bool(fetched[one].new_refunds)
        )
    )
    return [payment for one in ours for payment in one.payments.values()]


def _fetch(row: Subscription) -> ProviderSubscription | None:
    """None if the provider has it no more."""
    try:
        return get_provider().subscriptions.fetch(row.provider_id)
    except NotFound:
        return None


def _write_latest(fetched: Mapping[Subscription, ProviderSubscription | None]) -> None:
    mirrors.write_subscriptions({row: latest for row, latest in fetched.items() if latest is not None})
    for row, latest in fetched.items():
        if latest is None:
            mirrors.write_deleted(row)


def _sync_gift(row: Subscription, named: Collection[str], *, is_full: bool) -> Collection[Payment]:
    """The provider has a payment of a gift and no subscription. Nobody has a lease of it before it is redeemed."""
    rows, before = read_rows(row), _State.of(row)
    fetched = gift_payments.fetch(get_provider(), rows, named, is_full=is_full)
    charges.post_fetched({rows: fetched}, row.book)
    if row.person_id is not None:
        _tell(_make_notices(row, before, has_changed=bool(write_leases([rows])), is_refunded=False))
    Subscription.objects.filter(pk=row.pk).update(synced_at=Now())
    return rows.payments.values()


def _settle_orders(rows: Sequence[Subscription]) -> None:
    """The order of a subscription is paid, and over with it. Then the fan can order again."""
    of_orders = {row.checkout_id: row for row in rows if row.checkout_id is not None}
    for order in Checkout.objects.filter(pk__in=of_orders).order_by("pk") if of_orders else ():
        if order.status == Checkout.Status.OPEN and order.session_id:
            checkouts.settle(get_provider().checkouts.fetch(order.session_id))
        if of_orders[order.pk].status in ENDED:
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


def _tell(news: Iterable[NewNotice]) -> None:
    """Tell the open pages of all fans what is new, at once: so their counters are locked in one order."""
    notices.post(list(news))


def _make_notices(row: Subscription, before: _State, *, has_changed: bool, is_refunded: bool) -> list[NewNotice]:
    kinds = ["entitlement.changed"] if has_changed else []
    kinds += ["subscription.changed"] if before.status and before != _State.of(row) else []
    kinds += ["payment.failed"] if row.status in UNPAID and before.status not in UNPAID else []
    kinds += ["payment.refunded"] if is_refunded else []
    assert row.person_id is not None
    return [NewNotice(row.person_id, kind, str(row)) for kind in kinds]
