"""List what left for a party in a month and what came back, transfer by transfer, for a statement and its files."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from artists.models import Statement
from artists.royalties import statement_lines
from artists.royalties.statement_words import Money
from billing.models import PayoutLine
from ledger import accounts
from ledger.accounts import PartyAccount
from ledger.models import Entry
from rights.owners import party_key

PAYOUT_KEY = "xfer:"
"""What the keys of payouts begin with, by hand or not, and of what came back of them."""


@dataclass(frozen=True, slots=True)
class PaidOut:
    """What left for the party, or came back where it is negative."""

    at: datetime
    money: Money
    payout: PayoutLine

    @property
    def reference(self) -> str:
        """The provider's transfer, or of a payment by hand what the bank shows."""
        return self.payout.transfer_id or self.payout.reference


def list_paid_out(statement: Statement) -> list[PaidOut]:
    """What the statement has as paid, the oldest first; in two queries."""
    entries = Entry.objects.filter(
        statement_lines.in_month(statement.closed_month),
        account__code=accounts.party(party_key(statement.party_id), PartyAccount.PAYABLE),
        account__currency=statement.currency,
        account__book=statement.book,
        transaction__key__startswith=PAYOUT_KEY,
    )
    found = list(entries.select_related("transaction").order_by("transaction__link__position"))
    payouts = PayoutLine.objects.in_bulk(map(_payout_of, found))
    return [
        PaidOut(entry.transaction.at, Money(entry.amount, statement.currency), payouts[_payout_of(entry)])
        for entry in found
    ]


def _payout_of(entry: Entry) -> UUID:
    return UUID(entry.transaction.key.split(":")[1])
