"""The ledger as an invoice sees it: which of its transactions are posted, and what is left of what was paid."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from django.db.models import QuerySet, Sum

from billing import earnings, refund_postings, split_versions
from billing.models import Dispute, Invoice, Payment, Refund
from billing.refund_postings import Source, keys_back
from billing.refunds import Paid, Taken
from ledger import accounts
from ledger.models import Transaction
from ledger.posting import Posting, post, post_all, reverse
from rights.models import SplitScheme


class Books(refund_postings.Books, Protocol):
    """What `billing.charges` reads and writes besides."""

    def find_schemes(self, invoices: Sequence[Invoice]) -> Mapping[int, SplitScheme | None]:
        """The version of the split that each invoice is under from now on, by the invoice's key."""

    def get_source(self, invoice: Invoice) -> Source:
        """A paid invoice with its payments, refunds and disputes, as the ledger knows it."""


def deferred_account(invoice: Invoice) -> str:
    """Where what was paid for an invoice waits until it is earned."""
    return accounts.deferred(f"subscription-{invoice.subscription_id}", str(invoice.pk))


def charge_key(invoice: Invoice) -> str:
    return f"inv:{invoice.provider_id}:charge"


def get_facts(invoice: Invoice) -> dict[str, str | int]:
    """What each of its transactions says it rests on."""
    return {"invoice_id": invoice.pk, "subscription": invoice.subscription_id}


def make_source(invoice: Invoice, paid: int, refunds: Mapping[str, int], disputes: Mapping[str, int]) -> Source:
    """An invoice of which this was paid, with the amounts of its refunds and disputes by their ids."""
    return Source(
        charge_key(invoice), deferred_account(invoice), paid, keys_back(refunds, disputes), get_facts(invoice)
    )


@dataclass(frozen=True, slots=True)
class StoredBooks:
    """The rows of one book. Used in the transaction that stores what is posted."""

    book: str

    def find_posted(self, keys: Collection[str]) -> Collection[str]:
        if not keys:
            return set()
        return set(Transaction.objects.filter(book=self.book, key__in=list(keys)).values_list("key", flat=True))

    def post(self, new: Iterable[Posting]) -> None:
        post_all(new, book=self.book)

    def post_taken(self, new: Posting, taken: Taken) -> None:
        earnings.write_taken(post(new, book=self.book), taken.shares)

    def find_accrued(self, taken: Taken, currency: str) -> Mapping[str, int]:
        return earnings.find_accrued(taken.shares, currency, book=self.book)

    def undo(self, key: str, **facts: str | int) -> None:
        undone = Transaction.objects.get(book=self.book, key=key)
        earnings.write_undone(undone, reverse(undone, key=f"{key}:undo", kind="reversal", **facts))

    def find_paid(self, source: Source, currency: str) -> Paid:
        return earnings.find_paid(source.charge, source.deferred, source.keys, currency, book=self.book)

    def find_schemes(self, invoices: Sequence[Invoice]) -> Mapping[int, SplitScheme | None]:
        split_versions.freeze_all(invoices)
        return {invoice.pk: invoice.scheme for invoice in invoices}

    def get_source(self, invoice: Invoice) -> Source:
        paid = Payment.objects.filter(invoice=invoice).aggregate(total=Sum("amount", default=0))["total"]
        refunds, disputes = _amounts(Refund.objects.all(), invoice), _amounts(Dispute.objects.all(), invoice)
        return make_source(invoice, int(paid), refunds, disputes)


def _amounts(rows: QuerySet[Refund] | QuerySet[Dispute], invoice: Invoice) -> dict[str, int]:
    return dict(rows.filter(payment__invoice=invoice).values_list("provider_id", "amount"))
