"""The chart of accounts: the code of every account, and what kind of account it is.

Amounts are debits where they are positive, and credits where they are negative.
"""

import re
from enum import StrEnum

from django.db.models import TextChoices

from ledger.exceptions import UnknownAccount


class AccountKind(TextChoices):
    ASSET = "asset"
    LIABILITY = "liability"
    INCOME = "income"
    EXPENSE = "expense"


CLEARING = "stripe:clearing"
"""What the payment provider holds for us. It equals the provider's balance."""
PENDING = "stripe:pending"
"""What the provider took for an open dispute. It comes back, or is lost."""
TAX = "tax:payable"
STRIPE_FEES = "fees:stripe"
DISPUTE_FEES = "fees:dispute"
EXCHANGE = "fees:exchange"
"""What the provider took back beyond what we had of a payment: the rate changed, or a bank took more than was left."""
REVENUE = "platform:revenue"
IN_TRANSIT = "payout:in_transit"
ROUNDING = "rounding"
"""It must stay 0: what is split adds up."""
SUSPENSE = "suspense"
"""Money that nobody could place yet. It must end at 0."""


class PartyAccount(StrEnum):
    """The accounts of each party."""

    ACCRUED = "accrued"
    """What the party earned, and no statement has yet."""
    HELD = "held"
    """What a statement has, and something keeps from being paid."""
    PAYABLE = "payable"
    """What can be paid out."""
    RECOVERABLE = "recoverable"
    """What the party owes us after a refund. Later earnings pay it."""


_PART = r"[A-Za-z0-9_.-]+"
CODE_PATTERNS = {
    AccountKind.ASSET: rf"^(stripe:(clearing|pending)|party:{_PART}:recoverable|suspense)$",
    AccountKind.LIABILITY: (
        rf"^(tax:payable|payout:in_transit|(deferred|pool):{_PART}:{_PART}|party:{_PART}:(accrued|held|payable))$"
    ),
    AccountKind.INCOME: "^platform:revenue$",
    AccountKind.EXPENSE: "^(fees:(stripe|dispute|exchange)|rounding)$",
}
"""Which codes there are of each kind. A check on the table has the same patterns."""


def deferred(purchase: str, period: str) -> str:
    """What was paid for a period of a subscription, or for a request, and is not delivered yet."""
    return f"deferred:{purchase}:{period}"


def pool(artist: str | int, period: str) -> str:
    """An artist's income of a period that is divided when the period is over."""
    return f"pool:{artist}:{period}"


def party(key: str, account: PartyAccount) -> str:
    """An account of the party with this key, which is "party:<id>"."""
    return f"{key}:{account}"


def find_kind(code: str) -> AccountKind:
    """The kind of the account with this code. Raises UnknownAccount if the chart has none."""
    for kind, pattern in CODE_PATTERNS.items():
        if re.fullmatch(pattern, code):
            return kind
    raise UnknownAccount(f"The chart has no account {code!r}.")
