"""Where what a fan paid went: tax, the card's fee, everybody who earned of it, and what is not earned yet."""

from collections.abc import Mapping
from typing import NamedTuple

from django.db.models import Q, Sum

from billing.earned_months import read_charges
from billing.earnings import POOL
from billing.invoice_books import charge_key, deferred_account
from billing.models import EarnedShare, Invoice
from ledger import accounts
from ledger.models import Entry
from rights.money import format_money
from rights.owners import read_parties
from rights.sales import PLATFORM


class Went(NamedTuple):
    """A part of what was paid, and who has it."""

    name: str
    note: str
    money: str


def describe(invoice: Invoice) -> list[Went]:
    """Everything that was paid for an invoice, by the ledger. The parts add up to the payment."""
    key, account = charge_key(invoice), deferred_account(invoice)
    charged = read_charges({key: account}, book=invoice.book).get(key)
    if charged is None:
        return []
    shares = EarnedShare.objects.filter(part__deferred=account, book=invoice.book)
    totals = shares.values_list("party").annotate(total=Sum("amount")).filter(total__gt=0).order_by()
    earned = {name: int(total) for name, total in totals}
    waiting = charged.deferred + sum(total for name, total in earned.items() if name.startswith(POOL))
    parties = {name: total for name, total in earned.items() if not name.startswith(POOL)}
    back, tax, fee = charged.net - sum(parties.values()) - waiting, charged.tax, charged.fee
    if back:
        tax_back, fee_back = _find_other_back(key, account, invoice.book)
        back, tax, fee = back + tax_back + fee_back, tax - tax_back, fee - fee_back
    rest = (
        ("Not shared yet", "It is shared when its month is over.", waiting),
        ("Tax", "", tax),
        ("Card fee", "Taken before the split, as agreed.", fee),
        ("Paid back", "To you, or to your bank.", back),
    )
    others = [Went(name, note, format_money(total, charged.currency)) for name, note, total in rest if total]
    return [*_list_parties(parties, charged.currency), *others]


def _find_other_back(charge: str, deferred: str, book: str) -> tuple[int, int]:
    """What of the tax and of the card's fee came back, by all that moved some of what was paid."""
    waited = Entry.objects.filter(account__code=deferred, account__book=book).values("transaction")
    shared = EarnedShare.objects.filter(part__deferred=deferred, book=book).values("transaction")
    came = Entry.objects.filter(Q(transaction__in=waited) | Q(transaction__in=shared), book=book)
    sums = came.exclude(transaction__key=charge).aggregate(
        tax=Sum("amount", filter=Q(account__code=accounts.TAX), default=0),
        fee=Sum("amount", filter=Q(account__code=accounts.STRIPE_FEES), default=0),
    )
    return int(sums["tax"]), int(sums["fee"])


def _list_parties(earned: Mapping[str, int], currency: str) -> list[Went]:
    """Each party that earned of it, the largest sum first."""
    names = read_parties(earned)
    return [
        Went("Fanfare", "", format_money(total, currency))
        if name == PLATFORM
        else Went(names[name].name, names[name].get_kind_display(), format_money(total, currency))
        for name, total in sorted(earned.items(), key=lambda one: (-one[1], one[0]))
    ]
