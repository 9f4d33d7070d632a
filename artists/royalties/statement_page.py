"""What pages say of the earnings and statements of a party, whoever reads them. Views fetch by the party alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from itertools import groupby
from typing import Any

from django.conf import settings
from django.db.models import QuerySet, Sum
from django.http import Http404
from django.shortcuts import get_object_or_404

from artists.models import ClosedMonth, Statement, StatementHold, StatementLine
from artists.royalties import earnings_chart, paid_out, statement_lines, statement_words
from artists.royalties.earnings_chart import EarningsChart
from artists.royalties.statement_words import Money
from billing import payout_postings
from billing.earnings import POOL
from billing.models import EarnedShare
from billing.postings import Kind
from billing.recognition import first_moment
from ledger import accounts
from ledger.accounts import PartyAccount
from ledger.models import Entry
from rights.models import Party
from rights.owners import party_key, read_parties

MONTHS = 24
"""So many of the newest statements are listed."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a party stands now, in one currency."""

    so_far: Money
    """Earned since the last statement."""
    payable: Money
    held: Money
    chart: EarningsChart
    statements: Sequence["Read"]


@dataclass(frozen=True, slots=True)
class Read:
    """A statement as it is read."""

    statement: Statement

    @property
    def month(self) -> str:
        return write_month(self.statement.closed_month.month)

    def __getattr__(self, name: str) -> Money:
        """An amount of the statement by its name."""
        if name.startswith("_"):
            raise AttributeError(name)
        return Money(getattr(self.statement, name), self.statement.currency)

    @property
    def to_pay(self) -> Money:
        """What can be paid: without what is held, and what is owed to us is paid back by later earnings."""
        one = self.statement
        return Money(max(one.closing - one.still_held + one.recoverable, 0), one.currency)

    @property
    def number(self) -> str:
        closed = self.statement.closed_month
        return f"{closed.month[:4]}-{closed.month[4:]} / {self.statement.party_id} / {self.statement.currency}"

    @property
    def head(self) -> str:
        """The beginning of the hash, in groups that can be read out."""
        found = self.statement.closed_month.head
        return " ".join(found[at : at + 4] for at in range(0, 12, 4))


@dataclass(frozen=True, slots=True)
class ReadLine:
    line: StatementLine
    currency: str

    @property
    def name(self) -> str:
        return statement_words.name_line(self.line)

    @property
    def about(self) -> str:
        return statement_words.describe_line(self.line)

    @property
    def share(self) -> str:
        return statement_words.write_share(self.line.share)

    def __getattr__(self, name: str) -> Money:
        if name.startswith("_"):
            raise AttributeError(name)
        return Money(getattr(self.line, name), self.currency)


@dataclass(frozen=True, slots=True)
class ReadHold:
    hold: StatementHold

    @property
    def reason(self) -> str:
        return statement_words.describe_hold(self.hold)

    @property
    def money(self) -> Money:
        return Money(self.hold.amount, self.hold.statement.currency)

    @property
    def is_released(self) -> bool:
        return self.hold.release_id is not None


@dataclass(frozen=True, slots=True)
class Group:
    """Lines of one kind, with their sum."""

    title: str
    lines: Sequence[ReadLine]
    total: Money


@dataclass(frozen=True, slots=True)
class Other:
    """Who else was paid of an artist's income."""

    name: str
    kind: str
    amount: Money


def list_standings(party: Party) -> list[Standing]:
    """How the party stands in each currency, of the money that the site runs on."""
    book = settings.PAYMENTS
    closed = ClosedMonth.objects.filter(book=book).order_by("-position").first()
    balances = _read_balances(party, book)
    written = Statement.objects.filter(party=party, book=book).select_related("closed_month")
    by_currency: dict[str, list[Statement]] = {}
    for one in written.order_by("-closed_month__month")[: MONTHS * 4]:
        by_currency.setdefault(one.currency, []).append(one)
    so_far = _read_so_far(party, book, closed.position if closed else 0)
    found = sorted({currency for _, currency in balances} | by_currency.keys() | so_far.keys())
    return [
        Standing(
            so_far=Money(so_far.get(currency, 0), currency),
            payable=Money(balances.get((PartyAccount.PAYABLE, currency), 0), currency),
            held=Money(balances.get((PartyAccount.HELD, currency), 0), currency),
            chart=earnings_chart.draw(
                [
                    (write_month(one.closed_month.month), one.earned + one.returned)
                    for one in reversed(by_currency.get(currency, [])[:12])
                ],
                so_far.get(currency, 0),
                currency,
            ),
            statements=[Read(one) for one in by_currency.get(currency, [])[:MONTHS]],
        )
        for currency in found
    ]


def _read_balances(party: Party, book: str) -> dict[tuple[str, str], int]:
    codes = _list_codes(party, PartyAccount.PAYABLE, PartyAccount.HELD)
    totals = Entry.objects.filter(account__code__in=codes, account__book=book).values_list("account__code", "currency")
    return {
        (code.rsplit(":", 1)[1], currency): -int(total)
        for code, currency, total in totals.annotate(total=Sum("amount"))
    }


def _read_so_far(party: Party, book: str, position: int) -> dict[str, int]:
    """Earned since the last closed month. A link without a position is of what was posted a moment ago.

    Read from the party's own accounts, which are the sum of its lines: those of everybody are millions.
    """
    codes = _list_codes(party, PartyAccount.ACCRUED, PartyAccount.RECOVERABLE)
    moved = Entry.objects.filter(account__code__in=codes, account__book=book)
    earned = moved.exclude(transaction__kind__in=[Kind.STATEMENT, payout_postings.Kind.RECOUPMENT])
    new = earned.exclude(transaction__link__position__lte=position)
    return {currency: -int(total) for currency, total in new.values_list("currency").annotate(total=Sum("amount"))}


def _list_codes(party: Party, *which: PartyAccount) -> list[str]:
    return [accounts.party(party_key(party.pk), account) for account in which]


def get_or_404(party: Party, statement: int, *, may_see: bool) -> Statement:
    """A statement of this party and of nobody else. Amounts are for those who manage the team."""
    if not may_see:
        raise Http404
    return get_object_or_404(
        Statement.objects.select_related("closed_month", "party", "before"), party=party, pk=statement
    )


def describe(statement: Statement, earnings_url: str) -> dict[str, Any]:
    """What the page of a statement says."""
    return {
        "read": Read(statement),
        "groups": group_lines(statement),
        "paid_out": paid_out.list_paid_out(statement),
        "holds": [ReadHold(hold) for hold in list_holds(statement)],
        "others": list_others(statement),
        "earnings_url": earnings_url,
        "statement_url": f"{earnings_url}/{statement.pk}",
    }


def list_holds(statement: Statement) -> QuerySet[StatementHold]:
    """What is held back, with the claims that say why."""
    return statement.holds.select_related("claim").order_by("pk")


def group_lines(statement: Statement) -> list[Group]:
    """The lines by tier, by what was asked for, by song, and what was taken back."""
    lines = [ReadLine(line, statement.currency) for line in statement.lines.order_by("number")]
    ordered = sorted(lines, key=lambda one: (_group_of(one.line), one.line.number))
    groups = []
    for title, some in groupby(ordered, key=lambda one: _group_of(one.line)):
        inside = list(some)
        total = sum(one.line.amount for one in inside)
        groups.append(Group(title[1], inside, Money(total, statement.currency)))
    return groups


def _group_of(line: StatementLine) -> tuple[int, str]:
    if line.kind in statement_words.KINDS:
        return 4, "Taken back, or given back"
    if line.title:
        return 3, "By song"
    if line.income == "tier":
        return 1, "By tier"
    return 2, "By experience"


def list_others(statement: Statement) -> list[Other]:
    """Who was paid in this month of the income of an artist, the largest sum first; of an artist's statement alone."""
    artist = statement.party.artist_id
    if artist is None:
        return []
    totals = EarnedShare.objects.filter(
        statement_lines.in_month(statement.closed_month),
        part__artist=artist,
        book=statement.book,
        currency=statement.currency,
    ).exclude(party__startswith=POOL)
    sums = dict(totals.values_list("party").annotate(total=Sum("amount")).order_by())
    parties = read_parties(sums)
    others = [
        Other(
            "You" if name == party_key(statement.party_id) else parties[name].name if name in parties else "Fanfare",
            parties[name].kind if name in parties else "platform",
            Money(int(total), statement.currency),
        )
        for name, total in sums.items()
        if total
    ]
    return sorted(others, key=lambda other: (-other.amount.amount, other.name))


def write_month(month: str) -> str:
    """For example "November 2026"."""
    return f"{first_moment(month, UTC):%B} {month[:4]}"
