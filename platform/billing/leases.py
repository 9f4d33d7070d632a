"""How long a fan has a tier: a lease from what was paid, as a pure function; and the one read that checks it.

No status of the provider gives access. A status can only keep what was paid from counting, or add a grace of some days.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Now

from billing.models import Entitlement, SubscriptionStatus

RENEWAL_TIME = timedelta(hours=6)
"""A renewal is charged about an hour after its period began. Until then access does not flicker."""
GIVES_NOTHING = frozenset({"", "incomplete", "incomplete_expired", "unpaid", "paused"})
LOST = "lost"
DECIDED = frozenset({"won", "warning_closed", "prevented", LOST})
"""What becomes of a dispute in the end. Until then nothing new is generated for who disputes."""


class Line(NamedTuple):
    """A price for a period, and what was asked for it, after a discount."""

    price: int
    period_end: datetime
    amount: int
    discount: int = 0

    @property
    def pays(self) -> bool:
        """Whether it is of a price, or was free because of a discount. A trial and what was not used pay nothing."""
        return self.amount > 0 or self.amount == 0 < self.discount


@dataclass(frozen=True, slots=True)
class InvoiceState:
    status: str
    is_renewal: bool
    total: int
    lines: Sequence[Line] = ()
    captured: int = 0
    refunded: int = 0
    """Without refunds that failed or were canceled."""
    is_disputed: bool = False
    is_lost: bool = False

    @property
    def counts(self) -> bool:
        """Whether its lines are paid still. A part that was paid back takes nothing away."""
        return self.status == "paid" and not self.is_lost and not 0 < self.captured <= self.refunded


@dataclass(frozen=True, slots=True)
class SubscriptionState:
    """What the provider has of a subscription. Invoices are in the order in which they were made."""

    status: str
    created: datetime
    price: int
    trial_end: datetime | None
    is_collection_paused: bool
    invoices: Sequence[InvoiceState]


class Lease(NamedTuple):
    price: int
    valid_from: datetime
    valid_until: datetime
    may_generate: bool
    reason: str
    """`paid`, `trial`, `renewal` or `grace`."""


def compute_lease(state: SubscriptionState, *, grace: timedelta) -> Lease | None:
    """Until when this subscription gives access, and to what. None if it gives nothing."""
    if state.status in GIVES_NOTHING:
        return None
    is_disputed = any(invoice.is_disputed for invoice in state.invoices)
    price, until, reason = state.price, None, "paid"
    if paid := _find_last_paid(state):
        price, until = paid.price, paid.period_end
    if state.status == SubscriptionStatus.TRIALING and state.trial_end and (until is None or until < state.trial_end):
        price, until, reason = state.price, state.trial_end, "trial"
    newest = state.invoices[-1] if state.invoices else None
    if state.status == SubscriptionStatus.PAST_DUE and until and newest and newest.status == "open":
        until, reason = until + grace, "grace"
    if state.status == SubscriptionStatus.ACTIVE and _is_renewing(state, newest) and (base := until or state.trial_end):
        until, reason = base + RENEWAL_TIME, "renewal"
    return Lease(price, state.created, until, not is_disputed, reason) if until else None


def _find_last_paid(state: SubscriptionState) -> Line | None:
    """The paid line that lasts longest; of several, the one of the newest invoice. A trial's invoice pays nothing."""
    lines = [line for invoice in state.invoices if invoice.counts for line in invoice.lines if line.pays]
    return max(reversed(lines), key=lambda line: line.period_end, default=None)


def _is_renewing(state: SubscriptionState, newest: InvoiceState | None) -> bool:
    is_waiting = newest is not None and newest.is_renewal and newest.status in {"draft", "open"}
    return is_waiting and not state.is_collection_paused


# The check at use

# In SQL: to build the query by the ORM takes three times as long as to ask it.
HAS_ACCESS = """
SELECT EXISTS (
    SELECT FROM billing_entitlement
    WHERE person_id = %s AND artist_id = %s AND book = %s AND valid_until > statement_timestamp()
    AND (may_generate OR NOT %s)
)
"""


def has_access(person_id: UUID, artist_id: int, *, to_generate: bool = False) -> bool:
    """Whether a fan has a tier of this artist now, in one indexed read. `to_generate`: also for something new."""
    with connection.cursor() as cursor:
        cursor.execute(HAS_ACCESS, [person_id, artist_id, settings.PAYMENTS, to_generate])
        [found] = cursor.fetchone()
    return bool(found)


# One read for a batch: each row of `asked` is looked up by the index of the leases of a person.
FIND_INCLUDED = """
SELECT asked.person, asked.artist, asked.program
FROM unnest(%s::uuid[], %s::bigint[], %s::bigint[]) AS asked (person, artist, program)
WHERE EXISTS (
    SELECT FROM billing_entitlement AS lease JOIN billing_tierversion AS bought ON bought.id = lease.version_id
    WHERE lease.person_id = asked.person AND lease.artist_id = asked.artist AND lease.book = %s
    AND lease.valid_until > statement_timestamp() AND lease.may_generate
    AND bought.programs @> jsonb_build_array(jsonb_build_object('id', asked.program))
)
"""


class Included(NamedTuple):
    """A program that a tier of a fan may include, as ids."""

    person: UUID
    artist: int
    program: int


def find_included(asked: Collection[Included]) -> set[Included]:
    """Those that a tier which the fan has now includes, in the version that was bought. For something new."""
    if not asked:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(FIND_INCLUDED, [*(list(column) for column in zip(*asked, strict=True)), settings.PAYMENTS])
        return {Included(*row) for row in cursor.fetchall()}


def includes_downloads(person_id: UUID, artist_id: int) -> bool:
    """Whether a tier that the fan has now includes downloads."""
    return _find_live(person_id, artist_id, to_generate=False).filter(version__has_downloads=True).exists()


def find_access(person_id: UUID, artist_id: int, *, to_generate: bool = False) -> Entitlement | None:
    """What a fan has of this artist now; of several, what lasts longest."""
    live = _find_live(person_id, artist_id, to_generate=to_generate)
    return live.select_related("version").order_by("-valid_until").first()


def _find_live(person_id: UUID, artist_id: int, *, to_generate: bool) -> QuerySet[Entitlement]:
    live = Entitlement.objects.filter(person=person_id, artist=artist_id, book=settings.PAYMENTS, valid_until__gt=Now())
    return live.filter(may_generate=True) if to_generate else live
