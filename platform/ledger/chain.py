"""The chain of hashes over the transactions: whoever has its head can tell later whether history was changed.

A transaction gets its place after it was committed, by `work ledger`. Until then it has an empty link, which is stored
together with it. So postings do not wait for one another, and none can be left out.
"""

import hashlib
import json
from collections.abc import Iterator
from typing import NamedTuple

from django.db import connection, transaction

from ledger.models import ChainLink, Transaction
from web.times import to_microseconds

LINKS_PER_STEP = 1000
ADVISORY_LOCK = 0x0FA_0004
"""One process extends the chain at a time. Two at once would be refused by the unique position."""


class Head(NamedTuple):
    """The newest link: a statement prints it."""

    position: int
    hash: str


def extend_next() -> bool:
    """Put committed transactions into the chain. Return whether more may wait. The database computes the hashes."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ADVISORY_LOCK])
        waiting = ChainLink.objects.filter(position=None).order_by("pk").values_list("pk", flat=True)
        ids = list(waiting[:LINKS_PER_STEP])
        ChainLink.objects.filter(pk__in=ids, position=None).update(position=1)  # a trigger sets both columns
    return len(ids) == LINKS_PER_STEP


def extend() -> Head | None:
    """Put all committed transactions into the chain, and return its head."""
    while extend_next():
        pass
    return read_head()


def read_head() -> Head | None:
    """The newest link of the chain, in one query; None of an empty chain."""
    link = ChainLink.objects.exclude(position=None).order_by("-position").first()
    return Head(link.position or 0, link.hash or "") if link else None


def find_breaks() -> Iterator[str]:
    """Compute the chain anew from the transactions and their entries, and name each link that does not fit.

    It does not trust the function in the database that wrote the hashes. Memory stays flat.
    """
    links = (
        ChainLink.objects.exclude(position=None)
        .select_related("transaction__reverses")
        .prefetch_related("transaction__entries__account")
        .order_by("position")
    )
    expected, previous = 1, ""
    for link in links.iterator(chunk_size=LINKS_PER_STEP):
        if link.position != expected:
            yield f"the chain has no link {expected}"
        text = f"{previous}\n{write_content(link.transaction)}"
        if hashlib.sha256(text.encode()).hexdigest() != link.hash:
            yield f"{link.transaction.key} is not what it was when it got link {link.position}"
        expected, previous = (link.position or 0) + 1, link.hash or ""


def write_content(posted: Transaction) -> str:
    """The content of a transaction as the same JSON text that the database's `ledger_content` writes."""
    facts = {name: posted.facts[name] for name in sorted(posted.facts, key=lambda name: (len(name.encode()), name))}
    reversed_key = posted.reverses.key if posted.reverses else None
    legs = sorted((entry.account.code, entry.amount) for entry in posted.entries.all())
    at = to_microseconds(posted.at)
    content = [posted.book, posted.key, posted.kind, posted.currency, reversed_key, at, facts, legs]
    return json.dumps(content, ensure_ascii=False)
