"""Where what a fan paid went: tax, the card's fee, everybody who earned of it, and what is not earned yet."""

from collections.abc import Mapping
from typing import NamedTuple

from django.db.models import Q, Sum

from billing import request_charges
from billing.earned_months import read_charges
from billing.earnings import POOL
from billing.invoice_books import charge_key, deferred_account
from billing.models import Authorisation, EarnedPart, EarnedShare, Invoice
from billing.postings import Kind
from ledger import accounts
from ledger.models import Entry
from rights.money import format_money
from rights.owners import read_parties
from rights.sales import PLATFORM
from rights.shares import Role

type Earner = tuple[str, str]
"""A party, a pool or the platform, and the role in which it earned."""


class Went(NamedTuple):
    """A part of what was paid, and who has it."""

    name: str
    note: str
    money: str


class _Moved(NamedTuple):
    """What moved of tax and of the card's fee, in minor units."""

    tax_back: int
    fee_back: int
    fee_of_platform: int
    """What of the card's fee no split bears."""


def describe(invoice: Invoice) -> list[Went]:
    """Everything that was paid for an invoice, by the ledger. The parts add up to the payment."""
    return _describe(
        charge_key(invoice), deferred_account(invoice), invoice.book, waits="It is shared when its month is over."
    )


def describe_request(row: Authorisation) -> list[Went]:
    """Everything that was paid for a request. Its card's fee is known to be shared once it is earned."""
    if row.captured_at is None:
        return []
    deferred = request_charges.deferred_account(row)
    earned = EarnedPart.objects.filter(deferred=deferred, book=row.book).first()
    return _describe(
        request_charges.charge_key(row),
        deferred,
        row.book,
        waits="It is shared when what you asked for is delivered.",
        fee=earned.fee if earned else 0,
    )


def _describe(key: str, deferred: str, book: str, *, waits: str, fee: int = 0) -> list[Went]:
    """`fee` is what was deducted of the card's fee when it was earned, besides what was when it was charged."""
    charged = read_charges({key: deferred}, book=book).get(key)
    if charged is None:
        return []
    earned = _read_earned(deferred, book)
    waiting = charged.deferred + sum(total for (name, _), total in earned.items() if name.startswith(POOL))
    parties = {who: total for who, total in earned.items() if not who[0].startswith(POOL)}
    moved = _read_moved(deferred, book)
    back = charged.net - fee - sum(parties.values()) - waiting
    tax, fee = charged.tax, charged.fee + fee
    if back:
        back += moved.tax_back + moved.fee_back
        tax, fee = tax - moved.tax_back, fee - moved.fee_back
    rest = (
        ("Not shared yet", waits, waiting),
        ("Tax", "", tax),
        ("Card fee", "Taken before the split, as agreed.", fee),
        ("Paid back", "To you, or to your bank.", back),
    )
    others = [Went(name, note, format_money(total, charged.currency)) for name, note, total in rest if total]
    return [*_list_parties(parties, charged.currency, moved.fee_of_platform), *others]


def _read_earned(deferred: str, book: str) -> dict[Earner, int]:
    shares = EarnedShare.objects.filter(part__deferred=deferred, book=book)
    totals = shares.values_list("party", "role").annotate(total=Sum("amount")).filter(total__gt=0).order_by()
    return {(name, role): int(total) for name, role, total in totals}


def _read_moved(deferred: str, book: str) -> _Moved:
    """By all that moved some of what was paid. What is neither the charge nor an earning took something back."""
    waited = Entry.objects.filter(account__code=deferred, account__book=book).values("transaction")
    shared = EarnedShare.objects.filter(part__deferred=deferred, book=book).values("transaction")
    moved = Entry.objects.filter(Q(transaction__in=waited) | Q(transaction__in=shared), book=book)
    is_back = ~Q(transaction__kind__in=[Kind.CHARGE, Kind.RECOGNITION])
    of_fee = Q(account__code=accounts.STRIPE_FEES)
    sums = moved.aggregate(
        tax=Sum("amount", filter=is_back & Q(account__code=accounts.TAX), default=0),
        fee=Sum("amount", filter=is_back & of_fee, default=0),
        borne=Sum("amount", filter=of_fee, default=0),
    )
    return _Moved(int(sums["tax"]), int(sums["fee"]), int(sums["borne"]))


def _list_parties(earned: Mapping[Earner, int], currency: str, fee: int) -> list[Went]:
    """Each party that earned of it, in each of its roles, the largest sum first. Fanfare bears the card fee `fee`."""
    names = read_parties(name for name, _ in earned)
    fee_note = f"It pays the card fee: {format_money(fee, currency)}." if fee > 0 else ""
    return [
        Went("Fanfare", fee_note, format_money(total, currency))
        if name == PLATFORM
        else Went(names[name].name, Role(role).label if role else "", format_money(total, currency))
        for (name, role), total in sorted(earned.items(), key=lambda one: (-one[1], one[0]))
    ]
