"""Balances of accounts, and the lines of an account's statement. They are computed from the entries each time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet, Sum

from ledger.models import Entry


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One entry of an account, with the balance after it."""

    at: datetime
    key: str
    kind: str
    amount: int
    balance: int


def read_balance(code: str, currency: str, *, book: str, until: datetime | None = None) -> int:
    """The balance of one account, now or as it was at a moment. 0 for one that nothing was posted to."""
    rows = _entries(book, until).filter(account__code=code, account__currency=currency)
    total: int | None = rows.aggregate(total=Sum("amount"))["total"]
    return int(total or 0)


def read_balances(
    *, book: str, under: str = "", currency: str = "", until: datetime | None = None
) -> dict[tuple[str, str], int]:
    """The balances of many accounts by code and currency, in one query.

    `under` names an account, or the beginning of codes up to a colon: "party:12" has all accounts of the party 12.
    """
    rows = _entries(book, until)
    if under:
        rows = rows.filter(Q(account__code=under) | Q(account__code__startswith=f"{under}:"))
    if currency:
        rows = rows.filter(account__currency=currency)
    totals = rows.values_list("account__code", "account__currency").annotate(total=Sum("amount"))
    return {(code, of): int(total) for code, of, total in totals.order_by("account__code", "account__currency")}


def list_lines(
    code: str, currency: str, *, book: str, since: datetime | None = None, until: datetime | None = None
) -> Iterator[AccountLine]:
    """The entries of an account with the balance after each, in the order in which they were posted."""
    balance = read_balance(code, currency, book=book, until=since) if since is not None else 0
    rows = _entries(book, until).filter(account__code=code, account__currency=currency)
    if since is not None:
        rows = rows.filter(transaction__at__gte=since)
    fields = ("transaction__at", "transaction__key", "transaction__kind", "amount")
    for at, key, kind, amount in rows.order_by("transaction__at", "pk").values_list(*fields).iterator():
        balance += amount
        yield AccountLine(at, key, kind, amount, balance)


def _entries(book: str, until: datetime | None) -> QuerySet[Entry]:
    """The entries of a book, before a moment."""
    rows = Entry.objects.filter(account__book=book)
    return rows if until is None else rows.filter(transaction__at__lt=until)
