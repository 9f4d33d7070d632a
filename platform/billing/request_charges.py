"""Post what was captured for a request, and what refunds and disputes take back of it."""

from collections.abc import Sequence
from dataclasses import replace

from billing import postings
from billing.invoice_books import StoredBooks
from billing.models import Authorisation
from billing.provider_objects import ProviderDispute, ProviderRefund
from billing.refund_postings import Source, keys_back, post_returned
from ledger import accounts
from ledger.posting import Posting


def charge_key(row: Authorisation) -> str:
    return f"auth:{row.pk}:charge"


def deferred_account(row: Authorisation) -> str:
    """Where what was captured waits until it is delivered: of the month in which it was captured."""
    assert row.captured_at is not None
    return accounts.deferred(f"request-{row.pk}", f"{row.captured_at:%Y%m}")


def post_captured(
    row: Authorisation, refunds: Sequence[ProviderRefund] = (), disputes: Sequence[ProviderDispute] = ()
) -> None:
    """Post the charge of a captured authorisation, and then what was fetched of its refunds and disputes."""
    books = StoredBooks(row.book)
    if not books.find_posted([charge_key(row)]):
        books.post([_charge(row)])
    back = keys_back({one.id: one.amount for one in refunds}, {one.id: one.amount for one in disputes})
    source = Source(charge_key(row), deferred_account(row), row.captured_amount or 0, back, _facts(row))
    post_returned(books, [(source, one) for one in refunds], [(source, one) for one in disputes])


def _charge(row: Authorisation) -> Posting:
    """In the currency of our balance at the provider. Prices of requests include tax, and the provider tells none."""
    assert row.settled_amount is not None
    assert row.settled_fee is not None
    charged = postings.charge(
        str(row.pk),
        deferred_account(row),
        currency=row.settled_currency,
        gross=row.settled_amount,
        tax=0,
        fee=row.settled_fee,
        is_fee_shared=False,
        **_facts(row),
    )
    return replace(charged, key=charge_key(row))


def _facts(row: Authorisation) -> dict[str, str | int]:
    return {"authorisation": str(row.pk), "reference": row.reference}
