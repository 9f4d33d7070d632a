"""Earn the months of paid subscriptions: what was deferred goes into the pool of the artist and the month."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q, Sum

from billing import earnings, postings, split_versions
from billing.invoice_books import charge_key, deferred_account
from billing.models import EarnedPart, Invoice, InvoiceLine, Subscription, TierPrice
from billing.recognition import list_months, month_share
from ledger import accounts
from ledger.models import Entry
from ledger.posting import Posting, post_all
from rights.models import Use
from rights.splits import ShareKey

BATCH = 500


@dataclass(frozen=True, slots=True)
class Charged:
    """What was charged for something, and what of it is not earned yet, as the ledger has it."""

    currency: str
    net: int
    """What is shared of it in all."""
    tax: int
    fee: int
    """The card's, where it is deducted before the split."""
    deferred: int

    def portion(self, amount: int, basis: int) -> int:
        """The part of the tax or the fee that belongs to this part of what is shared."""
        return (2 * amount * basis + self.net) // (2 * self.net) if self.net else 0


def earn_until(month: str, *, book: str) -> int:
    """Earn all months up to this one (YYYYMM), in batches that commit. Doing it again changes nothing.

    Returns how many parts were earned.
    """
    count, last = 0, 0
    while ids := _list_waiting(book, after=last):
        with transaction.atomic():
            count += _earn_batch(ids, month, book)
        last = ids[-1]
    return count


def _list_waiting(book: str, *, after: int) -> list[int]:
    waiting = Invoice.objects.filter(status="paid", is_earned=False, book=book, pk__gt=after)
    return list(waiting.order_by("pk").values_list("pk", flat=True)[:BATCH])


def _earn_batch(ids: Sequence[int], month: str, book: str) -> int:
    """The subscriptions are locked, so that no refund is posted meanwhile."""
    owners = Subscription.objects.filter(invoices__in=ids).order_by("pk")
    locked = Subscription.objects.filter(pk__in=owners.values("pk")).order_by("pk").select_for_update(no_key=True)
    list(locked.values_list("pk"))
    invoices = list(
        Invoice.objects.filter(pk__in=ids, is_earned=False)
        .select_related("subscription")
        .prefetch_related("scheme", "subscription__price__version__tier__artist", "lines__price", "parts")
        .order_by("pk")
    )
    charged = read_charges({charge_key(one): deferred_account(one) for one in invoices}, book=book)
    split_versions.freeze_all(one for one in invoices if charge_key(one) in charged)
    new: list[tuple[EarnedPart, Posting]] = []
    done = []
    for invoice in invoices:
        found = charged.get(charge_key(invoice))
        if found is None and invoice.amount_paid:
            continue  # it is not posted yet
        parts = list(_list_parts(invoice, found, month)) if found else []
        new += parts
        if found is None or found.deferred == sum(part.basis for part, _ in parts):
            done.append(invoice.pk)
    _store(new, book)
    Invoice.objects.filter(pk__in=done).update(is_earned=True)
    return len(new)


def _list_parts(invoice: Invoice, charged: Charged, until: str) -> Iterator[tuple[EarnedPart, Posting]]:
    """The months that are due, each with its posting. None while nobody has agreed how the income is split."""
    lines = list(invoice.lines.all())
    price = split_versions.find_price(invoice, lines)
    if invoice.scheme is None or price is None:
        return
    months, deferred = months_of(invoice, lines), charged.deferred
    known = {part.month for part in invoice.parts.all()}
    due = [(one, len(months) - n) for n, one in enumerate(months) if one <= until and one not in known]
    if not due and months[-1] <= until and until not in known:
        due = [(until, 1)]  # what came back after the last month
    for month, left in due:
        basis = month_share(deferred, left)
        if not basis:
            continue
        deferred -= basis
        yield _write(invoice, price, month, basis, charged)


def months_of(invoice: Invoice, lines: Iterable[InvoiceLine]) -> list[str]:
    """The months in which a paid invoice earns, by its lines."""
    bought = split_versions.list_bought(lines)
    begin = invoice.paid_at or invoice.created
    if not bought:
        return list_months(begin, begin)
    return list_months(min(line.period_start for line in bought), max(line.period_end for line in bought))


def _write(invoice: Invoice, price: TierPrice, month: str, basis: int, charged: Charged) -> tuple[EarnedPart, Posting]:
    assert invoice.scheme_id is not None
    part = EarnedPart(
        book=invoice.book,
        currency=charged.currency,
        deferred=deferred_account(invoice),
        invoice_id=invoice.pk,
        artist_id=price.artist_id,
        price_id=price.pk,
        use=Use.TIER,
        scheme_id=invoice.scheme_id,
        month=month,
        basis=basis,
        tax=charged.portion(charged.tax, basis),
        fee=charged.portion(charged.fee, basis),
    )
    pool = ShareKey(accounts.pool(price.artist_id, month), "")
    facts = {"invoice_id": invoice.pk, "subscription": invoice.subscription_id, "scheme": invoice.scheme_id}
    posting = postings.recognise(
        invoice.provider_id, month, part.deferred, {pool: basis}, currency=charged.currency, **facts
    )
    return part, posting


def _store(new: Sequence[tuple[EarnedPart, Posting]], book: str) -> None:
    posted = post_all([posting for _, posting in new], book=book)
    for part, posting in new:
        part.transaction_id = posted[posting.key].pk
    parts = EarnedPart.objects.bulk_create(part for part, _ in new)
    earnings.store(earnings.earn(part, accounts.pool(part.artist_id, part.month)) for part in parts)


def read_charges(accounts_by_key: dict[str, str], *, book: str) -> dict[str, Charged]:
    """What was charged by the keys of the charges, in two queries. `accounts_by_key` says where each is deferred."""
    entries = Entry.objects.filter(book=book)
    legs = entries.filter(
        Q(account__code=accounts.TAX) | Q(account__code__in=set(accounts_by_key.values())),
        transaction__book=book,
        transaction__key__in=list(accounts_by_key),
    ).values_list("transaction__key", "account__code", "currency", "amount")
    sums = entries.filter(account__book=book, account__code__in=set(accounts_by_key.values()))
    waiting = dict(sums.values_list("account__code").annotate(total=Sum("amount")))
    by_key: dict[str, list[tuple[str, str, int]]] = {}
    for key, code, currency, amount in legs:
        by_key.setdefault(key, []).append((code, currency, amount))
    return {key: _read_charge(rows, -int(waiting.get(accounts_by_key[key], 0))) for key, rows in by_key.items()}


def _read_charge(rows: Sequence[tuple[str, str, int]], deferred: int) -> Charged:
    """A debit of what is deferred is the fee that is deducted before the split."""
    own = [amount for code, _, amount in rows if code != accounts.TAX]
    tax = -sum(amount for code, _, amount in rows if code == accounts.TAX)
    return Charged(rows[0][1], -sum(own), tax, sum(amount for amount in own if amount > 0), deferred)
