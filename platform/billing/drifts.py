"""Find where the provider and the ledger differ: each transfer, each movement, and the whole balance.

What is found is a row until it is gone. Nothing is corrected by itself: operators look at it.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Sum
from django.db.models.functions import Now

from billing.models import Authorisation, Drift, Movement, Payment, PayoutLine, PayoutReversal
from billing.provider import get_provider
from ledger.accounts import CLEARING
from ledger.balances import read_balances
from ledger.models import Entry

logger = logging.getLogger(__name__)

Kind = Drift.Kind
SETTLING = timedelta(hours=1)
"""So long a movement may be known before the ledger must have it: its event waits to be worked on."""
BATCH = 500
type Amounts = dict[tuple[str, str], int]
"""By the root of a key and the currency. All transactions about one object have keys that begin with its root."""

# What the ledger moved on clearing under each of these roots. Ranges, because a prefix that is no constant has no
# index; a semicolon follows the colon.
READ_CLEARING = """
SELECT root, posted.currency, sum(entry.amount)::bigint
FROM unnest(%s::text[]) AS root
JOIN ledger_transaction posted ON posted.book = %s
    AND (posted.key = root OR posted.key > root || ':' AND posted.key < root || ';')
JOIN ledger_entry entry ON entry.transaction_id = posted.id
JOIN ledger_account account ON account.id = entry.account_id AND account.code = 'stripe:clearing'
GROUP BY root, posted.currency
"""


class Found(NamedTuple):
    kind: str
    reference: str
    currency: str = ""
    expected: int | None = None
    found: int | None = None


def compare_balance(*, settling: timedelta = SETTLING) -> list[Found]:
    """Match each movement with the ledger, and clearing with the balance, once movements were fetched.

    Raises ProviderError.
    """
    found = [*_match_movements(settling), *_compare_totals()]
    write(found, kinds=[Kind.MOVEMENT, Kind.BALANCE, Kind.POSTING])
    return found


def _match_movements(settling: timedelta) -> Iterator[Found]:
    unmatched = Movement.objects.filter(book=settings.PAYMENTS, matched_at=None, fetched_at__lte=Now() - settling)
    last = 0
    while rows := list(unmatched.filter(pk__gt=last).order_by("pk")[:BATCH]):
        last = rows[-1].pk
        yield from _match(rows)


def _match(rows: list[Movement]) -> Iterator[Found]:
    """Mark those whose root the ledger has with the same amount, and yield the others."""
    roots = find_roots({row.source for row in rows})
    by_root: dict[str, list[Movement]] = defaultdict(list)
    for row in rows:
        if row.source in roots:
            by_root[roots[row.source]].append(row)
        elif row.net:
            yield Found(Kind.MOVEMENT, row.provider_id, row.currency, 0, row.net)
    provider, ledger = _read_moved(by_root), _read_clearing(by_root)
    same = [root for root in by_root if _of(provider, root) == _of(ledger, root)]
    matched = [row.pk for root in same for row in by_root[root]]
    Movement.objects.filter(pk__in=matched).update(matched_at=Now())
    for key in sorted({*provider, *ledger}):
        if provider.get(key, 0) != ledger.get(key, 0):
            yield Found(Kind.MOVEMENT, key[0], key[1], ledger.get(key, 0), provider.get(key, 0))


def find_roots(sources: Iterable[str]) -> dict[str, str]:
    """Under which keys the ledger has what moved because of these objects of the provider."""
    wanted = {source for source in sources if source}
    rows = {"book": settings.PAYMENTS}
    charges = Payment.objects.filter(**rows, charge_id__in=wanted).values_list("charge_id", "invoice__provider_id")
    roots = {charge: f"inv:{invoice}:charge" for charge, invoice in charges}
    captured = Authorisation.objects.filter(**rows, charge_id__in=wanted).values_list("charge_id", "pk")
    roots |= {charge: f"auth:{hold}:charge" for charge, hold in captured}
    sent = PayoutLine.objects.filter(**rows, transfer_id__in=wanted).values_list("transfer_id", "pk")
    came = PayoutReversal.objects.filter(**rows, provider_id__in=wanted).values_list("provider_id", "line")
    roots |= {str(name): f"xfer:{line}" for pairs in (sent, came) for name, line in pairs}
    for source in wanted - roots.keys():
        for prefixes, word in _WORDS.items():
            if source.startswith(prefixes):
                roots[source] = f"{word}:{source}"
    return roots


_WORDS = {("re_", "pyr_"): "refund", ("dp_", "du_"): "dp", ("po_",): "payout"}
"""How the keys begin of what has no row that we need to look at."""


def _read_moved(by_root: Mapping[str, list[Movement]]) -> Amounts:
    """What the provider moved under each root, whenever that was."""
    sources = _find_sources(by_root)
    moved = Movement.objects.filter(book=settings.PAYMENTS, source__in=sources)
    totals: Amounts = defaultdict(int)
    for source, currency, net in moved.values_list("source", "currency").annotate(total=Sum("net")):
        totals[sources[source], currency] += net
    return {key: total for key, total in totals.items() if total}


def _find_sources(by_root: Mapping[str, list[Movement]]) -> dict[str, str]:
    """All objects of each root, by their ids: an invoice may have several charges, a payout several reversals."""
    sources = {row.source: root for root, rows in by_root.items() for row in rows}
    invoices = {root.removeprefix("inv:").removesuffix(":charge"): root for root in by_root if root.startswith("inv:")}
    charges = Payment.objects.filter(book=settings.PAYMENTS, invoice__provider_id__in=invoices)
    sources |= {name: invoices[of] for name, of in charges.values_list("charge_id", "invoice__provider_id")}
    lines = {root.removeprefix("xfer:"): root for root in by_root if root.startswith("xfer:")}
    sent = PayoutLine.objects.filter(pk__in=lines).values_list("transfer_id", "pk")
    came = PayoutReversal.objects.filter(line__in=list(map(UUID, lines)), state="done").values_list(
        "provider_id", "line"
    )
    return sources | {str(name): lines[str(line)] for pairs in (sent, came) for name, line in pairs if name}


def _read_clearing(roots: Iterable[str]) -> Amounts:
    with connection.cursor() as cursor:
        cursor.execute(READ_CLEARING, [list(roots), settings.PAYMENTS])
        return {(root, currency): total for root, currency, total in cursor.fetchall() if total}


def _of(amounts: Amounts, root: str) -> dict[str, int]:
    return {currency: total for (of, currency), total in amounts.items() if of == root}


def _compare_totals() -> Iterator[Found]:
    """Clearing and the balance. Where they differ, name what the ledger moved and the provider did not."""
    balance = get_provider().transfers.fetch_balance()
    clearing = {
        currency: total for (_, currency), total in read_balances(book=settings.PAYMENTS, under=CLEARING).items()
    }
    for currency in sorted({*balance.available, *balance.pending, *clearing}):
        has = balance.available.get(currency, 0) + balance.pending.get(currency, 0)
        if has != clearing.get(currency, 0):
            yield Found(Kind.BALANCE, CLEARING, currency, clearing.get(currency, 0), has)
            yield from _find_unmoved(currency)


def _find_unmoved(currency: str) -> Iterator[Found]:
    moved = set(Movement.objects.filter(book=settings.PAYMENTS).values_list("source", flat=True).distinct())
    roots = set(find_roots(moved).values())
    posted = Entry.objects.filter(book=settings.PAYMENTS, currency=currency, account__code=CLEARING)
    for key, amount in posted.values_list("transaction__key").annotate(total=Sum("amount")).iterator():
        if not any(root in roots for root in _list_beginnings(key)):
            yield Found(Kind.POSTING, key, currency, amount, 0)


def _list_beginnings(key: str) -> Iterator[str]:
    """ "a:b:c" begins with "a:b:c", "a:b" and "a"."""
    parts = key.split(":")
    for length in range(len(parts), 0, -1):
        yield ":".join(parts[:length])


def write(found: Iterable[Found], *, kinds: Iterable[str]) -> None:
    """Open what is new, renew what was found again, and end what is gone."""
    with transaction.atomic():
        seen = [_write_one(one) for one in found]
        still_open = Drift.objects.filter(book=settings.PAYMENTS, kind__in=list(kinds), ended_at=None)
        still_open.exclude(pk__in=seen).update(ended_at=Now())


def _write_one(one: Found) -> int:
    values = {"expected": one.expected, "found": one.found}
    name = {"book": settings.PAYMENTS, "kind": one.kind, "reference": one.reference, "currency": one.currency}
    row, is_new = Drift.objects.get_or_create(**name, ended_at=None, defaults=values)
    if is_new:
        logger.error("drift: %s %s %s: %s here, %s there", *one)
    else:
        Drift.objects.filter(pk=row.pk).update(**values, seen_at=Now())
    return row.pk
