"""Post transactions: legs that add up to zero, stored once under a key that says what they are of."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db import connection
from django.db.models import Q

from ledger.accounts import find_kind
from ledger.exceptions import AlreadyReversed, InvalidPosting, KeyReused
from ledger.models import Account, Transaction

MAX_AMOUNT = 2**63 - 1

# `INSERT … ON CONFLICT … RETURNING` of the new rows only has no form in the ORM.
INSERT_TRANSACTIONS = """
INSERT INTO ledger_transaction (book, key, kind, currency, reverses_id, facts)
SELECT %s, key, kind, currency, reverses_id, facts::jsonb
FROM unnest(%s::text[], %s::text[], %s::text[], %s::bigint[], %s::text[])
AS new (key, kind, currency, reverses_id, facts)
ON CONFLICT DO NOTHING RETURNING *
"""
INSERT_ACCOUNTS = """
INSERT INTO ledger_account (book, code, currency, kind)
SELECT %s, * FROM unnest(%s::text[], %s::text[], %s::text[]) AS new (code, currency, kind)
ON CONFLICT DO NOTHING RETURNING *
"""
# The legs of a transaction must come in one statement, and bulk_create divides those of more than 13,107.
INSERT_ENTRIES = """
INSERT INTO ledger_entry (transaction_id, account_id, book, currency, amount)
SELECT transaction_id, account_id, %s, currency, amount
FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::bigint[]) AS new (transaction_id, account_id, currency, amount)
"""


class Leg(NamedTuple):
    """An amount in minor units that an account is debited with, or credited with where it is negative."""

    account: str
    """The code of an account of the chart (`ledger.accounts`)."""
    amount: int


@dataclass(frozen=True, slots=True)
class Posting:
    """What is to be posted. Raises InvalidPosting if the legs do not add up to zero, or cannot be stored.

    The same key is of the same content: compute both from what happened, and posting it again changes nothing.
    """

    key: str
    kind: str
    currency: str
    legs: Sequence[Leg]
    facts: Mapping[str, str | int] = field(default_factory=dict)
    """Ids and versions that it rests on; never a name or a text."""
    reverses: int | None = None
    """The id of the transaction that it is the opposite of."""

    def __post_init__(self) -> None:
        for account, amount in self.legs:
            if type(amount) is not int or not amount or abs(amount) > MAX_AMOUNT:
                raise InvalidPosting(f"{self.key}: {amount!r} is no amount in minor units.")
            find_kind(account)
        total = sum(leg.amount for leg in self.legs)
        if total or not self.legs:
            raise InvalidPosting(f"{self.key}: {len(self.legs)} legs add up to {total}.")


def post(posting: Posting, *, book: str) -> Transaction:
    """Store a transaction, or return the stored one of the same key and content. See `post_all`."""
    return post_all([posting], book=book)[posting.key]


def post_all(postings: Iterable[Posting], *, book: str) -> dict[str, Transaction]:
    """Store transactions in three statements, and return them by key together with those that were stored before.

    Raises KeyReused and AlreadyReversed: then roll back. Raises RuntimeError outside a transaction: what happened and
    what it posts must commit together.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("A ledger transaction is posted in the transaction of what it tells.")
    by_key: dict[str, Posting] = {}
    for posting in postings:
        if by_key.setdefault(posting.key, posting) != posting:
            raise KeyReused(f"{posting.key} is of two contents.")
    if not by_key:
        return {}
    new = _insert_transactions(by_key, book)
    stored = _read_stored(by_key, by_key.keys() - new.keys(), book)
    if new:
        _insert_entries([(one, by_key[key]) for key, one in new.items()], book)
    return new | stored


def reverse(transaction: Transaction, *, key: str, kind: str = "reversal", **facts: str | int) -> Transaction:
    """Post the opposite of a transaction, once. Raises AlreadyReversed if there is one under another key."""
    entries = transaction.entries.select_related("account").order_by("pk")
    legs = tuple(Leg(entry.account.code, -entry.amount) for entry in entries)
    posting = Posting(key, kind, transaction.currency, legs, facts, reverses=transaction.pk)
    return post(posting, book=transaction.book)


def _insert_transactions(by_key: Mapping[str, Posting], book: str) -> dict[str, Transaction]:
    """Insert the transactions whose keys are not stored. In the order of keys, so that two batches cannot deadlock.

    A key that another process is storing at this moment is waited for.
    """
    rows = sorted(by_key.values(), key=lambda posting: posting.key)
    values = [
        book,
        [row.key for row in rows],
        [row.kind for row in rows],
        [row.currency for row in rows],
        [row.reverses for row in rows],
        [json.dumps(dict(row.facts)) for row in rows],
    ]
    return {one.key: one for one in Transaction.objects.raw(INSERT_TRANSACTIONS, values)}


def _read_stored(by_key: Mapping[str, Posting], keys: Iterable[str], book: str) -> dict[str, Transaction]:
    """The transactions that were stored before, if they have the same content."""
    if not (wanted := sorted(keys)):
        return {}
    found = Transaction.objects.filter(book=book, key__in=wanted).prefetch_related("entries__account")
    stored = {one.key: one for one in found}
    for key in wanted:
        if key not in stored:  # so its key was no obstacle, and there is one other unique column
            raise AlreadyReversed(f"{key}: another transaction reverses the same one.")
        if not _is_same(stored[key], by_key[key]):
            raise KeyReused(f"{key} was posted before, with other content.")
    return stored


def _is_same(one: Transaction, posting: Posting) -> bool:
    return (one.kind, one.currency, one.reverses_id, one.facts) == (
        posting.kind,
        posting.currency,
        posting.reverses,
        dict(posting.facts),
    ) and Counter(Leg(entry.account.code, entry.amount) for entry in one.entries.all()) == Counter(posting.legs)


def _insert_entries(new: Sequence[tuple[Transaction, Posting]], book: str) -> None:
    accounts = _find_or_open({(leg.account, posting.currency) for _, posting in new for leg in posting.legs}, book)
    rows = [
        (one.pk, accounts[leg.account, posting.currency], posting.currency, leg.amount)
        for one, posting in new
        for leg in posting.legs
    ]
    with connection.cursor() as cursor:
        cursor.execute(INSERT_ENTRIES, [book, *map(list, zip(*rows, strict=True))])


def _find_or_open(names: set[tuple[str, str]], book: str) -> dict[tuple[str, str], int]:
    """The ids of accounts by code and currency. Those that do not exist are opened."""
    found = _find_accounts(names, book)
    if missing := sorted(names - found.keys()):
        values = [
            [code for code, _ in missing],
            [currency for _, currency in missing],
            [find_kind(code) for code, _ in missing],
        ]
        opened = Account.objects.raw(INSERT_ACCOUNTS, [book, *values])
        found |= {(one.code, one.currency): one.pk for one in opened}
        if others := names - found.keys():  # another process opened them meanwhile
            found |= _find_accounts(others, book)
    return found


def _find_accounts(names: set[tuple[str, str]], book: str) -> dict[tuple[str, str], int]:
    wanted = Q(code__in={code for code, _ in names}, currency__in={currency for _, currency in names})
    rows = Account.objects.filter(wanted, book=book).values_list("code", "currency", "pk")
    return {(code, currency): pk for code, currency, pk in rows if (code, currency) in names}
