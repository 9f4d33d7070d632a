"""What a fan has and what it costs, for the fan's own pages: subscriptions with their leases, and payments."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from django.conf import settings
from django.db.models import Prefetch, Q
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import Person
from billing import introductory_prices, subscription_changes, terms
from billing.models import Entitlement, Invoice, InvoiceLine, Payment, Subscription, SubscriptionStatus, TierVersion
from billing.subscription_changes import UNPAID
from billing.subscription_rows import UNDONE
from billing.sync import ENDED

MAX_PAYMENTS = 50

type State = Literal["late", "ending", "trial", "running", "ended", "gift"]


class Grace(NamedTuple):
    """The days between a renewal that was not paid and the end of what a fan has."""

    until: datetime
    days: int
    gone: int

    @property
    def left(self) -> int:
        return self.days - self.gone


@dataclass(frozen=True, slots=True)
class Own:
    """A subscription as its fan sees it. What it gives follows from the lease, and never from its status."""

    row: Subscription
    lease: Entitlement | None
    """None: it gives nothing now."""
    unpaid: Invoice | None
    """The newest invoice that waits to be paid."""

    @property
    def state(self) -> State:
        if self.row.is_gift:
            return "gift"
        if self.row.status in ENDED:
            return "ended"
        if self.row.status in UNPAID:
            return "late"
        if self.row.cancel_at_period_end:
            return "ending"
        return "trial" if self.row.status == SubscriptionStatus.TRIALING else "running"

    @property
    def version(self) -> TierVersion | None:
        """The terms that the fan has, or would have."""
        price = self.row.price
        return self.lease.version if self.lease else price.version if price else None

    @property
    def price(self) -> str:
        """For example "€4.00 a month". While a promotion lowers it, both prices."""
        if self.row.price is None:
            return ""
        if self.row.checkout is not None and subscription_changes.has_lower_price(self.row):
            return terms.write_price(self.row.price, introductory_prices.read_order(self.row.checkout))
        return terms.write_price(self.row.price)

    @property
    def next_price(self) -> str:
        return terms.write_price(self.row.next_price) if self.row.next_price else ""

    @property
    def grace(self) -> Grace | None:
        if not self.lease or self.lease.reason != "grace" or not settings.GRACE:
            return None
        began, days = self.lease.valid_until - settings.GRACE, settings.GRACE.days
        return Grace(self.lease.valid_until, days, min((timezone.now() - began) // timedelta(days=1), days))

    @property
    def may_change(self) -> bool:
        return not subscription_changes.find_problem(self.row)


def list_own(person: Person) -> list[Own]:
    """What goes on or still gives something, what is late first; in three queries."""
    leases = Entitlement.objects.filter(valid_until__gt=Now()).select_related("version")
    unpaid = Invoice.objects.filter(status=Invoice.Status.OPEN).order_by("-created", "-pk")
    rows = (
        Subscription.objects.filter(person=person, book=settings.PAYMENTS)
        .filter(~Q(status__in=[*ENDED, ""]) | Q(entitlement__valid_until__gt=Now()))
        .select_related("artist", "price__version", "next_price__version", "checkout__price", "checkout__promotion")
        .prefetch_related(
            Prefetch("entitlement", leases, to_attr="live_lease"), Prefetch("invoices", unpaid, to_attr="unpaid")
        )
    )
    own = [
        Own(row, getattr(row, "live_lease", None), next(iter(row.unpaid), None)) for row in rows.order_by("-created")
    ]
    return sorted(own, key=lambda each: each.state != "late")


@dataclass(frozen=True, slots=True)
class Paid:
    """A paid invoice as its fan sees it."""

    invoice: Invoice

    @property
    def lines(self) -> list[InvoiceLine]:
        return list(self.invoice.lines.all())

    @property
    def payments(self) -> list[Payment]:
        return list(self.invoice.payments.all())

    @property
    def name(self) -> str:
        """Of the tier that the newest line is for."""
        priced = [line.price for line in self.lines if line.price]
        return priced[-1].version.name if priced else ""

    @property
    def period(self) -> tuple[datetime, datetime] | None:
        lines = self.lines
        return (min(line.period_start for line in lines), max(line.period_end for line in lines)) if lines else None

    @property
    def refunded(self) -> int:
        return sum(
            refund.amount
            for payment in self.payments
            for refund in payment.refunds.all()
            if refund.status not in UNDONE
        )


def list_paid(person: Person, *, most: int = MAX_PAYMENTS) -> list[Paid]:
    """The newest paid invoices; in four queries."""
    return _read(person, most=most)


def find_paid(person: Person, pk: int) -> Paid | None:
    """A paid invoice of this person."""
    return next(iter(_read(person, most=1, pk=pk)), None)


def _read(person: Person, *, most: int, pk: int | None = None) -> list[Paid]:
    paid = Invoice.objects.filter(subscription__person=person, status=Invoice.Status.PAID, book=settings.PAYMENTS)
    paid = paid.filter(subscription__is_gift=False)  # its giver paid it
    if pk is not None:
        paid = paid.filter(pk=pk)
    lines = InvoiceLine.objects.select_related("price__version").order_by("period_start", "pk")
    rows: Iterable[Invoice] = (
        paid.select_related("subscription__artist")
        .prefetch_related(Prefetch("lines", lines), Prefetch("payments", Payment.objects.prefetch_related("refunds")))
        .order_by("-paid_at", "-pk")[:most]
    )
    return [Paid(invoice) for invoice in rows]
