"""What payouts post to the ledger besides transfers: what is paid by hand, what is paid back first, our own payouts."""

from enum import StrEnum

from ledger import accounts
from ledger.accounts import CLEARING, IN_TRANSIT, PartyAccount
from ledger.posting import Leg, Posting


class Kind(StrEnum):
    RECOUPMENT = "recoupment"
    BY_HAND = "payment_by_hand"
    BY_HAND_RETURNED = "payment_by_hand_returned"
    WITHDRAWAL = "withdrawal"


def recoup(line: str, party: str, amount: int, *, currency: str, **facts: str | int) -> Posting:
    """What the party owes us is taken from what is payable, before the rest is paid."""
    legs = _move(amount, accounts.party(party, PartyAccount.PAYABLE), accounts.party(party, PartyAccount.RECOVERABLE))
    return Posting(f"recoup:{line}", str(Kind.RECOUPMENT), currency, legs, facts)


def pay_by_hand(line: str, party: str, amount: int, *, currency: str, **facts: str | int) -> Posting:
    """A party was paid from our bank. Nothing of it moves at the provider."""
    legs = _move(amount, accounts.party(party, PartyAccount.PAYABLE), IN_TRANSIT)
    return Posting(f"xfer:{line}", str(Kind.BY_HAND), currency, legs, facts)


def return_by_hand(line: str, reversal: str, party: str, amount: int, *, currency: str, **facts: str | int) -> Posting:
    """A payment by hand came back to our bank, or a part of it."""
    legs = _move(amount, IN_TRANSIT, accounts.party(party, PartyAccount.PAYABLE))
    return Posting(f"xfer:{line}:reversal:{reversal}", str(Kind.BY_HAND_RETURNED), currency, legs, facts)


def withdraw(key: str, amount: int, *, currency: str, **facts: str | int) -> Posting:
    """The provider paid out our own balance to our bank; it came back where the amount is negative."""
    return Posting(key, str(Kind.WITHDRAWAL), currency, _move(amount, IN_TRANSIT, CLEARING), facts)


def _move(amount: int, debit: str, credit: str) -> tuple[Leg, Leg]:
    return Leg(debit, amount), Leg(credit, -amount)
