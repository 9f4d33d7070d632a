"""Our side of payments without PostgreSQL: the product's functions over rows in memory.

What is stored, locked and rolled back is played here; what is fetched, computed and posted is the product's own.
"""

import itertools
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from billing import charges, leases, mirrors, paybacks, payment_mirrors, webhook_work, webhooks
from billing.exceptions import NotFound, ProviderError, UnexpectedState
from billing.models import (
    Dispute,
    Invoice,
    Refund,
    Subscription,
    SubscriptionStatus,
    TierPrice,
    WebhookEvent,
)
from billing.payment_mirrors import Fetched
from billing.provider import Provider
from billing.provider_objects import ProviderEvent, ProviderSubscription
from billing.subscription_rows import UNDONE
from tests.billing.memory_books import MemoryBooks, Mirror

BOOK = "simulated"
GRACE = timedelta(days=7)
_numbers = itertools.count(1)


class Crashed(Exception):
    """The process died here."""


class Blocked(Exception):
    """Another worker has the row."""


@dataclass
class Core:
    """The rows, the stored events, and what works on them."""

    provider: Provider
    person: UUID
    customer: str
    prices: Mapping[str, TierPrice]
    clock: Callable[[], int]
    events: dict[str, WebhookEvent] = field(default_factory=dict)
    subscriptions: dict[str, Mirror] = field(default_factory=dict)
    books: MemoryBooks = field(default_factory=MemoryBooks)
    locked: set[str] = field(default_factory=set)
    crash_before_commit: bool = False

    # Events

    def store(self, events: Iterable[ProviderEvent], *, is_listed: bool = False) -> None:
        """As `billing.webhooks.store`: an event that is there changes nothing."""
        for event in events:
            known = self.events.get(event.id)
            if known is not None and known.doubt is None:
                continue
            row = webhooks.make_row(event, BOOK, webhooks.find_doubt(event, BOOK, is_listed=is_listed))
            known = self.events.setdefault(event.id, row)
            if is_listed and known.doubt == "version" and row.state == "received":
                known.state, known.doubt = "received", None

    def waiting(self) -> list[WebhookEvent]:
        return [event for event in self.events.values() if event.state == "received"]

    def work_next(self, number: int = 0) -> bool:
        """Work on one of the waiting events. Returns whether there was one that nobody else works on."""
        waiting = self.waiting()
        if not waiting:
            return False
        event = waiting[number % len(waiting)]
        try:
            self.handle(event)
        except Blocked:
            return False
        except ProviderError:
            event.attempts += 1
        return True

    def handle(self, event: WebhookEvent) -> None:
        """As `billing.webhook_work.handle`."""
        if event.object_type == "checkout.session":
            name = self.provider.checkouts.fetch(event.object_id).subscription
        else:
            name = webhook_work.find_subscription(event, self.find_known)
        done = [event]
        if name:
            done += self.sync(name, because=event)
        for one in done:
            one.state = "done"

    def find_known(self, intent: str, book: str) -> str:
        return next((name for name, mirror in self.subscriptions.items() if intent in mirror.payments), "")

    def gather(self, mirror: Mirror) -> list[WebhookEvent]:
        """What waits for this subscription."""
        name = mirror.row.provider_id
        known = {name, *mirror.invoices, *mirror.payments}
        return [
            event
            for event in self.waiting()
            if event.object_id in known
            or (event.object_type == "invoice" and event.related.get("subscription") == name)
            or (
                event.object_type in webhook_work.OF_PAYMENTS and event.related.get("payment_intent") in mirror.payments
            )
        ]

    # One subscription

    def sync(self, name: str, *, because: WebhookEvent | None = None, is_full: bool = False) -> list[WebhookEvent]:
        """Fetch, write, post and commit, under the lock of the row. Returns the events that this answers."""
        if name in self.locked:
            raise Blocked
        self.locked.add(name)
        self.books.keep()
        try:
            stored = self.subscriptions.setdefault(
                name, Mirror(Subscription(pk=next(_numbers), book=BOOK, provider_id=name))
            )
            arrived = self.waiting()
            events = self.gather(stored)
            named = webhook_work.intents_of([*events, *([because] if because else [])])
            mirror = self._write(stored.copied(), named, is_full=is_full)
            if self.crash_before_commit:
                self.crash_before_commit = False
                raise Crashed
        except BaseException:
            self.books.roll_back()
            raise
        finally:
            self.locked.discard(name)
        newest = self.subscriptions[name]
        assert mirror.fetched > newest.fetched, f"{name}: what was fetched before is written last"
        mirror.row.is_second |= newest.row.is_second
        self.subscriptions[name] = mirror
        self.books.keep()
        return events + self._answered_too(mirror, arrived)

    def _answered_too(self, mirror: Mirror, arrived: Iterable[WebhookEvent]) -> list[WebhookEvent]:
        ids = {one for payment in mirror.payments.values() for one in (payment.provider_id, payment.charge_id)}
        return [one for one in arrived if one.object_id in ids and one.type in webhook_work.ANSWERED_TYPES]

    def _write(self, mirror: Mirror, named: Collection[str], *, is_full: bool) -> Mirror:
        """As `billing.sync.sync_subscription`."""
        row, mirror.fetched = mirror.row, next(_numbers)
        try:
            self._write_row(row, self.provider.subscriptions.fetch(row.provider_id))
        except NotFound:
            row.status = SubscriptionStatus.CANCELED
        if row.person_id is None:
            return mirror
        paid = []
        listed = sorted(self.provider.invoices.list_of(row.provider_id), key=lambda one: (one.created, one.id))
        for latest in listed:
            mirrors.require_mode(latest.livemode, BOOK)
            invoice = mirror.invoices.get(latest.id) or Invoice(
                pk=next(_numbers), subscription=row, book=BOOK, provider_id=latest.id
            )
            mirrors.copy_invoice(invoice, latest)
            mirror.invoices[latest.id] = invoice
            if invoice.status == Invoice.Status.PAID:
                paid.append((invoice, latest.payment_intents))
                if latest.id not in mirror.lines:
                    mirror.lines[latest.id] = mirrors.make_lines(invoice, latest, self.prices)
        new = [intent for _, intents in paid for intent in intents if intent not in mirror.payments]
        charged = {intent: self.provider.payments.fetch_with_charge(intent) for intent in new}
        fetched = payment_mirrors.fetch_payments(self.provider, paid, mirror.payments, charged, named, is_full=is_full)
        self._write_payments(mirror, fetched)
        self.books.mirror = mirror
        charges.post_charges(self.books, mirror.list_paid())
        charges.post_back(self.books, fetched)
        mirror.lease = leases.compute_lease(mirror.get_state(), grace=GRACE)
        return mirror

    def _write_row(self, row: Subscription, latest: ProviderSubscription) -> None:
        mirrors.require_mode(latest.livemode, BOOK)
        item = mirrors.newest_item(latest)
        price = self.prices.get(item.price) if item else None
        if row.person_id is None and latest.customer == self.customer and price:
            row.person_id, row.artist_id, row.created = self.person, price.artist_id, latest.created
        mirrors.copy_subscription(row, latest, price if row.person_id else None)

    def _write_payments(self, mirror: Mirror, fetched: Fetched) -> None:
        for payment in fetched.payments:
            payment.pk = next(_numbers)
            mirror.payments[payment.provider_id] = payment
        for payment, refund in fetched.refunds:
            row = mirror.refunds.setdefault(
                refund.id, Refund(pk=next(_numbers), payment_id=payment.pk, provider_id=refund.id, amount=refund.amount)
            )
            row.status = refund.status
        for payment, dispute in fetched.disputes:
            found = mirror.disputes.setdefault(
                dispute.id,
                Dispute(pk=next(_numbers), payment_id=payment.pk, provider_id=dispute.id, amount=dispute.amount),
            )
            found.status = dispute.status

    # Reconciliation

    def reconcile(self) -> None:
        """As `billing.reconcile.reconcile(is_full=True)`, with all events and subscriptions of the last 30 days."""
        since = datetime.fromtimestamp(self.clock(), UTC) - timedelta(days=30)
        self.store(self.provider.events.list_since(since), is_listed=True)
        names = {found.id for found in self.provider.subscriptions.list_since(None)} | set(self.subscriptions)
        for name in sorted(names):
            self.sync(name, is_full=True)
        self.end_seconds()

    def end_seconds(self) -> None:
        """As `billing.second_subscriptions.end_all`."""
        for mirror in [
            *filter(self.is_worse, self.subscriptions.values()),
            *filter(self.is_marked, self.subscriptions.values()),
        ]:
            self._end(mirror.row.provider_id)

    def is_worse(self, mirror: Mirror) -> bool:
        if not mirror.is_live:
            return False
        others = [one for one in self.subscriptions.values() if one is not mirror and one.is_live]
        older = [one for one in others if self._age(one) < self._age(mirror)]
        paid = [one for one in others if one.row.status != "past_due"]
        if mirror.row.status != "past_due":
            return any(one in paid for one in older)
        return bool(paid or older)

    def is_marked(self, mirror: Mirror) -> bool:
        owes = any(mirror.count_owed(payment) > 0 for payment in mirror.payments.values())
        return mirror.row.is_second and (mirror.is_live or owes)

    def _age(self, mirror: Mirror) -> tuple[datetime, int]:
        assert mirror.row.created
        return mirror.row.created, mirror.row.pk

    def _end(self, name: str) -> None:
        self.sync(name, is_full=True)
        mirror = self.subscriptions[name]
        if mirror.is_live and not mirror.row.is_second:
            if not self.is_worse(mirror):
                return
            mirror.row.is_second = any(
                one.is_live and self._age(one) < self._age(mirror)
                for one in self.subscriptions.values()
                if one is not mirror
            )
        if mirror.row.is_second and not self._pay_back_all(mirror):
            return
        if mirror.is_live:
            self.provider.subscriptions.cancel_now(name)
        self.sync(name, is_full=True)

    def _pay_back_all(self, mirror: Mirror) -> bool:
        if not all(charges.is_whole(invoice, payments) for invoice, payments in mirror.list_paid()):
            return False
        for payment in mirror.payments.values():
            refunds, owed = mirror.refunds_of([payment]), mirror.count_owed(payment)
            failed = [one for one in refunds if one.status in UNDONE]
            if owed <= 0 or len(failed) == len(refunds) >= paybacks.MAX_REFUNDS:
                continue
            key = f"second:{payment.pk}:{len(refunds)}:{self.clock() // 3600}"
            try:
                self.provider.payments.refund(payment.provider_id, owed, payment.currency, metadata={}, key=key)
            except UnexpectedState:  # disputed: the bank decides
                continue
        return True
