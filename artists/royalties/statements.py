"""Write the statements of a closed month, one transaction for each party and currency.

What was earned first pays what the party owes us; the rest can be paid, but for what is held for a reason.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.db.models.functions import Now

from artists.models import ClosedMonth, Statement, StatementHold, StatementLine
from artists.royalties import claim_holds, paid_out, statement_csv, statement_lines
from artists.royalties.statement_lines import EARNED, Row
from billing import earnings, postings
from billing.postings import Kind
from ledger import accounts
from ledger.accounts import PartyAccount
from ledger.models import Entry, Transaction
from ledger.posting import post
from rights.models import Party
from rights.owners import party_key

type Whose = tuple[str, str]
"""The key of a party, and a currency."""


@dataclass
class Movement:
    """What moved on the accounts of a party in a month."""

    owed: int = 0
    """By how much more is owed to the party, whatever the account."""
    released: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """What a statement says of the account, computed from the ledger."""

    opening: int
    earned: int
    returned: int
    paid: int
    released: int

    @property
    def closing(self) -> int:
        return self.opening + self.earned + self.returned + self.paid


def write_all(closed: ClosedMonth) -> None:
    """Write each statement that is not written yet. Rows are read as they are needed, so memory stays flat."""
    if closed.written_at:
        return
    movements = read_movements(closed)
    for party, currency in closed.statements.values_list("party_id", "currency"):
        movements.pop((party_key(party), currency), None)
    rows = statement_lines.list_rows(closed).iterator(chunk_size=2000)
    for whose, some in groupby(rows, key=lambda row: (row["party"], row["currency"])):
        if whose in movements:
            _write(closed, whose, list(some), movements.pop(whose))
    for whose, moved in sorted(movements.items()):
        _write(closed, whose, [], moved)
    ClosedMonth.objects.filter(pk=closed.pk, written_at=None).update(written_at=Now())


def read_movements(closed: ClosedMonth, **only: Any) -> dict[Whose, Movement]:
    """What moved on the accounts of each party between the two links, in one query."""
    whose = {"account__code__startswith": "party:"} | only
    entries = Entry.objects.filter(statement_lines.in_month(closed), account__book=closed.book, **whose)
    moved: dict[Whose, Movement] = {}
    sums = entries.values_list("account__code", "currency", "transaction__kind").annotate(total=Sum("amount"))
    for code, currency, kind, total in sums.order_by():
        party, account = code.rsplit(":", 1)
        one = moved.setdefault((party, currency), Movement())
        one.owed -= int(total)
        if account == PartyAccount.HELD and kind == Kind.RELEASE:
            one.released += int(total)
    return moved


def compute(closed: ClosedMonth, before: Statement | None, lines: Sequence[StatementLine], moved: Movement) -> Figures:
    """What the statement says. What the accounts moved and no line explains was paid, or came back."""
    earned = sum(line.amount for line in lines if line.kind in EARNED)
    returned = sum(line.amount for line in lines if line.kind not in EARNED)
    opening = before.closing if before else 0
    return Figures(opening, earned, returned, moved.owed - earned - returned, moved.released)


def _find_newest(party: int, currency: str, book: str) -> Statement | None:
    of_party = Statement.objects.filter(party=party, currency=currency, book=book)
    return of_party.order_by("-closed_month__month").first()


def _name_party(party: Party) -> dict[str, Any]:
    """The party as it is called now: a closed statement keeps that."""
    return {"party": party, "party_name": party.name, "isni": party.isni or "", "ipi": party.ipi or ""}


def _write(closed: ClosedMonth, whose: Whose, rows: Iterable[Row], moved: Movement) -> None:
    party, currency = whose
    with transaction.atomic():
        earnings.lock_parties([party])
        named = Party.objects.get(pk=party.removeprefix("party:"))
        before = _find_newest(named.pk, currency, closed.book)
        lines = statement_lines.read_lines(rows)
        figures = compute(closed, before, lines, moved)
        holds, posted, recouped = _post(closed, whose, lines)
        until = None if posted else closed.position
        statement = Statement(
            closed_month=closed,
            **_name_party(named),
            book=closed.book,
            currency=currency,
            before=before,
            opening=figures.opening,
            earned=figures.earned,
            returned=figures.returned,
            paid=figures.paid,
            closing=figures.closing,
            released=figures.released,
            recouped=recouped,
            held=sum(hold.amount for hold in holds),
            still_held=-read_balance_of(whose, PartyAccount.HELD, closed.book, until=until),
            recoverable=read_balance_of(whose, PartyAccount.RECOVERABLE, closed.book, until=until),
            line_count=len(lines),
            transaction=posted,
        )
        _store(statement, lines, holds)


def _store(statement: Statement, lines: Sequence[StatementLine], holds: Sequence[StatementHold]) -> None:
    """Store a new statement with the hash of its file, and then what belongs to it."""
    content = statement_csv.write(statement, lines, holds, paid_out.list_paid_out(statement))
    statement.content_hash = hashlib.sha256(content).hexdigest()
    statement.save()
    for line in lines:
        line.statement = statement
    for hold in holds:
        hold.statement = statement
    StatementLine.objects.bulk_create(lines)
    StatementHold.objects.bulk_create(holds)


def _post(
    closed: ClosedMonth, whose: Whose, lines: Sequence[StatementLine]
) -> tuple[list[StatementHold], Transaction | None, int]:
    """Make payable what is accrued up to the month's end and is there still, but for what is held.

    A refund may have taken of it since. That is on the next statement.
    """
    party, currency = whose
    accrued = -max(
        read_balance_of(whose, PartyAccount.ACCRUED, closed.book, until=closed.position),
        read_balance_of(whose, PartyAccount.ACCRUED, closed.book),
    )
    if accrued < 1:
        return [], None, 0
    recoverable = max(read_balance_of(whose, PartyAccount.RECOVERABLE, closed.book), 0)
    recouped = min(accrued, recoverable)
    holds = claim_holds.find(lines, most=accrued - recouped)
    posting = postings.close_statement(
        f"{closed.month}:{party.removeprefix('party:')}:{currency}",
        party,
        currency=currency,
        accrued=accrued,
        recoverable=recoverable,
        held=sum(hold.amount for hold in holds),
        month=closed.month,
    )
    return holds, post(posting, book=closed.book), recouped


def read_balance_of(whose: Whose, account: PartyAccount, book: str, *, until: int | None = None) -> int:
    """The balance of an account of a party, now or as it was at a link of the chain."""
    party, currency = whose
    entries = Entry.objects.filter(
        account__code=accounts.party(party, account), account__currency=currency, account__book=book
    )
    if until is not None:
        entries = entries.filter(transaction__link__position__lte=until)
    return int(entries.aggregate(total=Sum("amount"))["total"] or 0)
