"""What tests of the ledger post."""

from django.db import transaction

from ledger import accounts
from ledger.models import Book, Transaction
from ledger.posting import Leg, Posting, post

BOOK = Book.SIMULATED
MARA = accounts.party("party:1", accounts.PartyAccount.ACCRUED)


def charge(key: str = "inv:1:charge", amount: int = 500, *, currency: str = "EUR", tax: int = 80) -> Posting:
    """An invoice of 5.00 that is paid, of which 0.80 are tax."""
    deferred = accounts.deferred("sub_1", "2026-11")
    legs = [Leg(accounts.CLEARING, amount), Leg(accounts.TAX, -tax), Leg(deferred, tax - amount)]
    return Posting(key, "charge", currency, legs, {"invoice": "in_1", "split_version": 3})


def post_charge(key: str = "inv:1:charge", amount: int = 500, *, currency: str = "EUR") -> Transaction:
    with transaction.atomic():
        return post(charge(key, amount, currency=currency), book=BOOK)
