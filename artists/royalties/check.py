"""Compute closed statements anew from the ledger, for whoever does not trust what is stored."""

from collections.abc import Iterator

from artists.models import Statement, StatementLine
from artists.royalties import statement_files, statement_lines, statements
from ledger.accounts import PartyAccount
from ledger.models import ChainLink
from rights.owners import party_key

COMPUTED = (
    "kind", "month", "use", "income", "artist_id", "tier_id", "interval", "role", "recording", "work", "scheme_id",
    "scheme_version", "fee_bearer", "units", "gross", "tax", "fee", "basis", "share", "amount",
)  # fmt: skip
"""What of a line follows from the ledger. Names are those of the day on which it was closed; its hash covers them."""


def find_faults() -> Iterator[str]:
    """Name every statement that is not what the ledger says, or whose file is not the one that was closed."""
    every = Statement.objects.select_related("closed_month", "party", "before").order_by("pk")
    for statement in every.iterator(chunk_size=200):
        yield from find_faults_of(statement)


def find_faults_of(statement: Statement) -> Iterator[str]:
    closed, whose = statement.closed_month, (party_key(statement.party_id), statement.currency)
    if not ChainLink.objects.filter(position=closed.position, hash=closed.head).exists():
        yield f"{statement}: the ledger's chain has another head"
    lines = _read_anew(statement)
    stored = list(statement.lines.order_by("number"))
    if [_values(line) for line in lines] != [_values(line) for line in stored]:
        yield f"{statement}: its lines are not those of the ledger"
    moved = statements.read_movements(closed, account__code__startswith=f"{whose[0]}:", currency=whose[1])
    figures = statements.compute(closed, statement.before, lines, moved.get(whose, statements.Movement()))
    names = ("opening", "earned", "returned", "paid", "closing", "released")
    if [getattr(figures, name) for name in names] != [getattr(statement, name) for name in names]:
        yield f"{statement}: its account is not the ledger's"
    if statement.closing != _read_owed(statement):
        yield f"{statement}: the ledger owes something else at the end of the month"
    if not statement_files.is_unchanged(statement):
        yield f"{statement}: its file is another one"


def _read_anew(statement: Statement) -> list[StatementLine]:
    whose = {"party": party_key(statement.party_id), "currency": statement.currency}
    return statement_lines.read_lines(statement_lines.list_rows(statement.closed_month, **whose))


def _values(line: StatementLine) -> list[object]:
    return [getattr(line, name) for name in COMPUTED]


def _read_owed(statement: Statement) -> int:
    """What all accounts of the party owe it at the link of the month."""
    whose, closed = (party_key(statement.party_id), statement.currency), statement.closed_month
    balances = (
        statements.read_balance_of(whose, account, closed.book, until=closed.position) for account in PartyAccount
    )
    return -sum(balances)
