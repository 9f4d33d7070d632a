"""Check what the ledger promises, row by row, for whoever does not trust the constraints that hold it."""

from collections.abc import Iterable, Iterator

from django.db.models import Count, F, Q, QuerySet, Sum

from ledger import chain
from ledger.accounts import ROUNDING, SUSPENSE
from ledger.models import ChainLink, Entry, Transaction


def find_faults(heads: Iterable[str] = ()) -> Iterator[str]:
    """Name every fault. `heads` are hashes that were printed on statements: the chain must have them still."""
    yield from _find_unbalanced()
    yield from _find_mixed()
    yield from _find_rounded()
    without = Transaction.objects.filter(link=None).count()
    if without:
        yield f"{without} transactions have no link, so the chain will never have them"
    yield from chain.find_breaks()
    for head in heads:
        if not ChainLink.objects.filter(hash=head).exists():
            yield f"the chain has no hash {head}"


def read_suspense() -> dict[tuple[str, str], int]:
    """What nobody has placed yet, by book and currency."""
    suspense = Entry.objects.filter(account__code=SUSPENSE)
    return {(book, currency): total for book, currency, total in _read_totals(suspense)}


def _find_unbalanced() -> Iterator[str]:
    transactions = Transaction.objects.annotate(total=Sum("entries__amount"), legs=Count("entries"))
    for one in transactions.filter(~Q(total=0) | Q(legs=0)).iterator():
        yield f"{one.key}: {one.legs} entries add up to {one.total or 0}"
    for book, currency, total in _read_totals(Entry.objects.all()):
        yield f"all entries of {currency} in the book {book} add up to {total}"


def _find_mixed() -> Iterator[str]:
    same = Q(account__book=F("book"), account__currency=F("currency"))
    same &= Q(transaction__book=F("book"), transaction__currency=F("currency"))
    for entry in Entry.objects.exclude(same).select_related("transaction").iterator():
        yield f"{entry.transaction.key}: the entry {entry.pk} has another book or currency"


def _find_rounded() -> Iterator[str]:
    for book, currency, total in _read_totals(Entry.objects.filter(account__code=ROUNDING)):
        yield f"{ROUNDING} has {total} {currency} in the book {book}, and must have nothing"


def _read_totals(entries: QuerySet[Entry]) -> Iterator[tuple[str, str, int]]:
    """Book, currency and what the entries add up to, where that is not 0."""
    totals = entries.values_list("book", "currency").annotate(total=Sum("amount")).exclude(total=0)
    return ((book, currency, int(total)) for book, currency, total in totals)
