"""What a refund or a lost dispute takes back, in whole minor units, without the database."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from rights import splits
from rights.splits import RefundTooLarge, ShareKey


@dataclass(frozen=True, slots=True)
class Paid:
    """What is left of a payment, and where it is: it adds up to what can be taken back still."""

    tax: int
    fee: int
    """The provider's fee that was deducted before the split. The provider keeps it."""
    deferred: int
    """What is not earned yet."""
    shares: Mapping[ShareKey, int] = field(default_factory=dict)
    """What each line earned so far."""
    taken: Mapping[ShareKey, int] = field(default_factory=dict)
    """What was taken back of it so far."""

    @property
    def remaining(self) -> int:
        return self.tax + self.fee + self.deferred + sum(self.shares.values()) - sum(self.taken.values())


@dataclass(frozen=True, slots=True)
class Taken:
    """What one refund or lost dispute takes, from where."""

    tax: int
    fee: int
    deferred: int
    shares: Mapping[ShareKey, int]

    @property
    def amount(self) -> int:
        return self.tax + self.fee + self.deferred + sum(self.shares.values())


def take_back(amount: int, paid: Paid, *, rotate_by: str = "") -> Taken:
    """Divide a refund: tax and fee in proportion, then what is not earned yet, then what remains of each share.

    Raises RefundTooLarge. Store the answer: a refund that fails gives back exactly this.
    """
    if not 0 <= amount <= paid.remaining:
        raise RefundTooLarge(f"A refund of {amount} is not between 0 and the remaining {paid.remaining}.")
    net = paid.remaining - paid.tax - paid.fee
    parts = splits.allocate(amount, {"tax": paid.tax, "fee": paid.fee, "net": net})
    deferred = min(parts["net"], paid.deferred)
    shares = splits.refund(parts["net"] - deferred, paid.shares, paid.taken, rotate_by=rotate_by)
    return Taken(parts["tax"], parts["fee"], deferred, shares)


def share_of_remaining(remaining: int, amount: int, left: int) -> int:
    """How much of what remains in our currency goes with this amount of what is left in the fan's currency.

    The whole of it where nothing is left afterwards, and nothing where nothing was left before.
    """
    if left <= 0:
        return 0
    return remaining if amount >= left else (2 * remaining * amount + left) // (2 * left)
