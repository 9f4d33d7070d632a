"""The ledger as an invoice sees it: which of its transactions are posted, and what is left of what was paid."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from django.db.models import QuerySet, Sum

from billing import earnings, split_versions
from billing.models import Dispute, Invoice, Payment, Refund
from billing.refunds import Paid, Taken
from ledger import accounts
from ledger.models import Transaction
from ledger.posting import Posting, post, post_all, reverse
from rights.models import SplitScheme

MAX_TURNS = 3
"""How often a dispute is taken, at most. Banks know two rounds."""


class Books(Protocol):
    """What `billing.charges` reads and writes. Our rows are `StoredBooks`; a test can have them in memory."""

    def find_posted(self, keys: Collection[str]) -> Collection[str]:
        """Those of these keys that are posted."""

    def post(self, new: Iterable[Posting]) -> None: ...

    def post_taken(self, new: Posting, taken: Taken) -> None:
        """Post what takes back, and what it takes of each line."""

    def find_scheme(self, invoice: Invoice) -> SplitScheme | None:
        """The version of the split that the invoice is under, from now on."""

    def find_accrued(self, taken: Taken, currency: str) -> Mapping[str, int]:
        """What each party has on its account, of whom something is taken."""

    def undo(self, key: str, **facts: str | int) -> None:
        """Post the opposite of a posted transaction under its key with ":undo"."""

    def find_paid(self, invoice: Invoice, currency: str) -> Paid:
        """What is left of an invoice, and where."""

    def find_left(self, invoice: Invoice) -> int:
        """What the fan paid and the ledger did not give back yet, in the currency of the invoice."""


def deferred_account(invoice: Invoice) -> str:
    """Where what was paid for an invoice waits until it is earned."""
    return accounts.deferred(f"subscription-{invoice.subscription_id}", str(invoice.pk))


def charge_key(invoice: Invoice) -> str:
    return f"inv:{invoice.provider_id}:charge"


def name_turn(dispute: str, number: int) -> str:
    """A dispute that is taken again has the number of its turn behind its id."""
    return f"{dispute}:{number + 1}" if number else dispute


def keys_back(refunds: Mapping[str, int], disputes: Mapping[str, int]) -> dict[str, int]:
    """The keys of what takes back, and how much, from the amounts of refunds and disputes by their ids."""
    keys = {f"refund:{name}": amount for name, amount in refunds.items()}
    for name, amount in disputes.items():
        keys |= {f"dp:{name_turn(name, number)}:lost": amount for number in range(MAX_TURNS)}
    return keys


def with_undone(keys: Iterable[str]) -> list[str]:
    return [one for key in keys for one in (key, f"{key}:undo")]


def sum_back(amounts: Mapping[str, int], posted: Collection[str]) -> int:
    """How much went back and did not come again."""
    return sum(amount for key, amount in amounts.items() if key in posted and f"{key}:undo" not in posted)


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

    def find_scheme(self, invoice: Invoice) -> SplitScheme | None:
        return split_versions.freeze(invoice)

    def find_accrued(self, taken: Taken, currency: str) -> Mapping[str, int]:
        return earnings.find_accrued(taken.shares, currency, book=self.book)

    def undo(self, key: str, **facts: str | int) -> None:
        undone = Transaction.objects.get(book=self.book, key=key)
        earnings.write_undone(undone, reverse(undone, key=f"{key}:undo", kind="reversal", **facts))

    def find_paid(self, invoice: Invoice, currency: str) -> Paid:
        keys = [charge_key(invoice), *with_undone(_read_back(invoice))]
        return earnings.find_paid(charge_key(invoice), deferred_account(invoice), keys, currency, book=self.book)

    def find_left(self, invoice: Invoice) -> int:
        paid = Payment.objects.filter(invoice=invoice).aggregate(total=Sum("amount", default=0))["total"]
        amounts = _read_back(invoice)
        return int(paid) - sum_back(amounts, self.find_posted(with_undone(amounts)))


def _read_back(invoice: Invoice) -> dict[str, int]:
    return keys_back(_amounts(Refund.objects.all(), invoice), _amounts(Dispute.objects.all(), invoice))


def _amounts(rows: QuerySet[Refund] | QuerySet[Dispute], invoice: Invoice) -> dict[str, int]:
    return dict(rows.filter(payment__invoice=invoice).values_list("provider_id", "amount"))
