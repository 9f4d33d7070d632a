"""Rows and books in memory: of one subscription, and what is posted of it, with their roll-back."""

import copy
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Model

from billing import leases, paybacks, second_subscriptions
from billing.invoice_books import make_source
from billing.models import (
    Invoice,
    Payment,
)
from billing.refund_postings import Source
from billing.refunds import Paid, Taken
from billing.subscription_rows import SubscriptionRows
from ledger.posting import Leg, Posting

BOOK = "simulated"
LIVE = frozenset(second_subscriptions.LIVE)


def copy_row[Row: Model](row: Row) -> Row:
    """As `copy.copy`, which goes the long way of pickling a model's object."""
    copied = row.__class__.__new__(row.__class__)
    copied.__dict__.update(row.__dict__, _state=copy.copy(row._state))
    return copied


@dataclass(eq=False)
class Mirror(SubscriptionRows):
    """All rows of one subscription, with its lease."""

    lease: leases.Lease | None = None
    fetched: int = 0
    """Which fetch it is of. What was fetched later must not be overwritten by it."""

    @property
    def is_live(self) -> bool:
        return self.row.status in LIVE

    def copied(self) -> "Mirror":
        """A copy that can be thrown away: what a transaction writes."""
        return Mirror(
            copy_row(self.row),
            {name: copy_row(invoice) for name, invoice in self.invoices.items()},
            dict(self.lines),
            dict(self.payments),
            {name: copy_row(refund) for name, refund in self.refunds.items()},
            {name: copy_row(dispute) for name, dispute in self.disputes.items()},
            self.lease,
        )

    def count_owed(self, payment: Payment) -> int:
        return paybacks.count_owed(payment, self.refunds_of([payment]), self.disputes_of([payment]))


@dataclass
class MemoryBooks:
    """A ledger in memory. What was posted since `keep` can be taken back, as a transaction that did not commit."""

    posted: dict[str, Posting] = field(default_factory=dict)
    balances: defaultdict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    kept: int = 0
    mirror: Mirror | None = None

    def find_posted(self, keys: Collection[str]) -> Collection[str]:
        return {key for key in keys if key in self.posted}

    def post(self, new: Iterable[Posting]) -> None:
        for posting in new:
            assert posting.key not in self.posted, f"{posting.key} is posted twice"
            self.posted[posting.key] = posting
            self._move(posting, 1)

    def post_taken(self, new: Posting, taken: Taken) -> None:
        self.post([new])

    def find_schemes(self, invoices: Sequence[Invoice]) -> dict[int, None]:
        """Fanfare pays the card's fee."""
        return {}

    def find_accrued(self, taken: Taken, currency: str) -> dict[str, int]:
        """No month is earned here."""
        return {}

    def undo(self, key: str, **facts: str | int) -> None:
        legs = [Leg(leg.account, -leg.amount) for leg in self.posted[key].legs]
        self.post([Posting(f"{key}:undo", "reversal", self.posted[key].currency, legs, facts)])

    def find_paid(self, source: Source, currency: str) -> Paid:
        legs = [leg for key in source.keys if key in self.posted for leg in self.posted[key].legs]
        tax = sum(leg.amount for leg in legs if leg.account == "tax:payable")
        return Paid(tax=-tax, fee=0, deferred=-self.balances[source.deferred, currency])

    def get_source(self, invoice: Invoice) -> Source:
        assert self.mirror
        payments = self.mirror.payments_of(invoice)
        refunds = {one.provider_id: one.amount for one in self.mirror.refunds_of(payments)}
        disputes = {one.provider_id: one.amount for one in self.mirror.disputes_of(payments)}
        return make_source(invoice, sum(payment.amount for payment in payments), refunds, disputes)

    def keep(self) -> None:
        self.kept = len(self.posted)

    def roll_back(self) -> None:
        for key in list(self.posted)[self.kept :]:
            self._move(self.posted.pop(key), -1)

    def _move(self, posting: Posting, sign: int) -> None:
        for account, amount in posting.legs:
            self.balances[account, posting.currency] += sign * amount
