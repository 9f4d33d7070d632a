"""What is left of each line that earned of a payment, what a refund takes of it, and what its undoing gives back.

The functions are called in the transaction of the posting that they belong to.
"""

from collections.abc import Collection, Iterable, Mapping

from django.db import connection
from django.db.models import QuerySet, Sum

from billing.models import EarnedPart, EarnedShare, Invoice
from billing.refunds import Paid
from ledger import accounts
from ledger.accounts import PartyAccount
from ledger.models import Entry, Transaction
from rights.splits import ShareKey

PARTY_LOCK = 0x0FA1
"""The first of two numbers of an advisory lock; the second is the party. Who takes from a party's accounts has it."""
POOL = "pool:"
COLUMNS = {
    "part_id": "bigint",
    "transaction_id": "bigint",
    "book": "text",
    "currency": "text",
    "party": "text",
    "role": "text",
    "recording": "text",
    "work": "text",
    "experience": "uuid",
    "use": "text",
    "scheme_id": "bigint",
    "basis": "bigint",
    "share": "integer",
    "amount": "bigint",
}
# The lines of a transaction must come in one statement, and bulk_create divides many of them.
INSERT_SHARES = f"""
INSERT INTO billing_earnedshare ({", ".join(COLUMNS)})
SELECT * FROM unnest({", ".join(f"%s::{kind}[]" for kind in COLUMNS.values())})
"""  # noqa: S608 - our own constants


def line_key(share: EarnedShare) -> ShareKey:
    """What keeps a line apart from all others of a payment."""
    of = f"{share.part_id}/{share.experience or ''}"
    return ShareKey(share.party, share.role, share.recording, share.work, of)


def find_paid(charge: str, deferred: str, keys: Collection[str], currency: str, *, book: str) -> Paid:
    """What is left of something paid, and where it is. `keys` are those of all that moved some of it."""
    entries = Entry.objects.filter(transaction__book=book, book=book)
    moved = entries.filter(transaction__key__in=keys)
    tax = _sum(moved.filter(account__code=accounts.TAX))
    # A debit of what is deferred is the fee that was deducted before the split. Refunds take it from our expense.
    shared = _sum(entries.filter(transaction__key=charge, account__code=deferred, amount__gt=0))
    paid_at_once = EarnedPart.objects.filter(deferred=deferred, book=book, invoice=None)
    shared += int(paid_at_once.aggregate(total=Sum("fee"))["total"] or 0)
    taken = _sum(moved.exclude(transaction__key=charge).filter(account__code=accounts.STRIPE_FEES))
    waiting = _sum(entries.filter(account__code=deferred, currency=currency))
    shares = find_remaining(deferred, currency, book=book)
    return Paid(tax=-tax, fee=shared - taken, deferred=-waiting, shares=shares)


def _sum(entries: QuerySet[Entry]) -> int:
    return int(entries.aggregate(total=Sum("amount"))["total"] or 0)


def find_remaining(deferred: str, currency: str, *, book: str) -> dict[ShareKey, int]:
    """What each line still has of a payment that waited on this account, also the pools that are not closed."""
    lines: dict[ShareKey, int] = {}
    shares = EarnedShare.objects.filter(part__deferred=deferred, book=book, currency=currency)
    for share in shares.order_by("pk"):
        key = line_key(share)
        lines[key] = lines.get(key, 0) + share.amount
    return {key: amount for key, amount in lines.items() if amount}


def find_accrued(shares: Iterable[ShareKey], currency: str, *, book: str) -> dict[str, int]:
    """What each party of these lines has on its account now. Nobody else takes of it until this transaction ends."""
    names = sorted({key.party for key in shares if key.party.startswith("party:")})
    lock_parties(names)
    codes = {accounts.party(name, PartyAccount.ACCRUED): name for name in names}
    entries = Entry.objects.filter(account__code__in=codes, account__currency=currency, account__book=book)
    totals = entries.values_list("account__code").annotate(total=Sum("amount"))
    return {codes[code]: -int(total) for code, total in totals}


def lock_parties(names: Iterable[str]) -> None:
    """Lock the accounts of these parties, always in the same order."""
    with connection.cursor() as cursor:
        for number in sorted(int(name.removeprefix("party:")) for name in names):
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [PARTY_LOCK, number])


def store(shares: Iterable[EarnedShare]) -> None:
    """Store the lines of one or more transactions in one statement."""
    rows = [[getattr(share, name) for name in COLUMNS] for share in shares]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(INSERT_SHARES, [list(column) for column in zip(*rows, strict=True)])


def write_taken(transaction: Transaction, shares: Mapping[ShareKey, int]) -> None:
    """Write what a refund or a lost dispute took of each line."""
    taken = {key: amount for key, amount in shares.items() if amount}
    parts = {int(key.of.split("/")[0]) for key in taken}
    first: dict[ShareKey, EarnedShare] = {}
    for share in EarnedShare.objects.filter(part__in=parts, amount__gt=0).order_by("pk"):
        first.setdefault(line_key(share), share)
    store(_copy(first[key], transaction, -amount) for key, amount in taken.items())


def write_undone(undone: Transaction, undo: Transaction) -> None:
    """What a refund took goes back to the lines, and what was not earned waits again."""
    taken = EarnedShare.objects.filter(transaction=undone).order_by("pk")
    if not EarnedShare.objects.filter(transaction=undo).exists():
        store(_copy(share, undo, -share.amount) for share in taken)
    if invoice := undo.facts.get("invoice_id"):
        Invoice.objects.filter(pk=invoice, book=undo.book).update(is_earned=False)


def _copy(share: EarnedShare, transaction: Transaction, amount: int) -> EarnedShare:
    return EarnedShare(
        part_id=share.part_id,
        transaction=transaction,
        book=share.book,
        currency=share.currency,
        party=share.party,
        role=share.role,
        recording=share.recording,
        work=share.work,
        experience=share.experience,
        use=share.use,
        scheme_id=share.scheme_id,
        basis=0,
        share=share.share,
        amount=amount,
    )


def earn(part: EarnedPart, party: str) -> EarnedShare:
    """The line of one party that has all of a part."""
    return EarnedShare(
        part_id=part.pk,
        transaction_id=part.transaction_id,
        book=part.book,
        currency=part.currency,
        party=party,
        use=part.use,
        scheme_id=part.scheme_id,
        basis=part.basis,
        share=1_000_000,
        amount=part.basis,
    )
