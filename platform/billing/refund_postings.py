"""Post what refunds and disputes moved of something paid: an invoice of a subscription, or a request.

Each movement has its own key, so it is posted once.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple, Protocol

from billing import postings
from billing.provider_objects import BalanceMovement, ProviderDispute, ProviderRefund
from billing.refunds import Paid, Taken, share_of_remaining, take_back
from ledger.posting import Posting

MAX_TURNS = 3
"""How often a dispute is taken, at most. Banks know two rounds."""


@dataclass(frozen=True, slots=True)
class Source:
    """Something that was paid, as the ledger knows it."""

    charge: str
    """The key of the transaction that charged it."""
    deferred: str
    """The account where it waits until it is earned."""
    paid: int
    """What the fan paid, in the fan's currency."""
    back: Mapping[str, int]
    """What its refunds and disputes are about by the keys that they post under, in the fan's currency."""
    facts: Mapping[str, str | int]

    @property
    def keys(self) -> list[str]:
        """The keys of all transactions that moved something of what was paid."""
        return [self.charge, *with_undone(self.back)]


class Books(Protocol):
    """What is read and written of the ledger. Our rows are `StoredBooks`; a test can have them in memory."""

    def find_posted(self, keys: Collection[str]) -> Collection[str]:
        """Those of these keys that are posted."""

    def post(self, new: Iterable[Posting]) -> None: ...

    def post_taken(self, new: Posting, taken: Taken) -> None:
        """Post what takes back, and what it takes of each line."""

    def find_accrued(self, taken: Taken, currency: str) -> Mapping[str, int]:
        """What each party has on its account, of whom something is taken."""

    def undo(self, key: str, **facts: str | int) -> None:
        """Post the opposite of a posted transaction under its key with ":undo"."""

    def find_paid(self, source: Source, currency: str) -> Paid:
        """What is left of something paid, and where: what is not earned yet, and what each line earned of it."""


class Step(NamedTuple):
    """A movement to post. What moved in the same second is posted in the order of `order`."""

    source: Source
    moved: BalanceMovement
    order: int
    post: Callable[[Books], None]


def post_returned(
    books: Books,
    refunds: Iterable[tuple[Source, ProviderRefund]],
    disputes: Iterable[tuple[Source, ProviderDispute]],
) -> None:
    """Post refunds and disputes in the order in which the money moved.

    What is paid back of a charge that is not posted yet waits for the next full comparison.
    """
    steps = [step for source, refund in refunds for step in _refund_steps(source, refund)]
    steps += [step for source, dispute in disputes for step in _dispute_steps(source, dispute)]
    charged = books.find_posted({step.source.charge for step in steps})
    for step in sorted(steps, key=lambda step: (step.moved.created, step.order)):
        if step.source.charge in charged:
            step.post(books)


def keys_back(refunds: Mapping[str, int], disputes: Mapping[str, int]) -> dict[str, int]:
    """The keys of what takes back, and how much, from the amounts of refunds and disputes by their ids."""
    keys = {f"refund:{name}": amount for name, amount in refunds.items()}
    for name, amount in disputes.items():
        keys |= {f"dp:{_turn(name, number)}:lost": amount for number in range(MAX_TURNS)}
    return keys


def with_undone(keys: Iterable[str]) -> list[str]:
    return [one for key in keys for one in (key, f"{key}:undo")]


def find_left(books: Books, source: Source) -> int:
    """What the fan paid and the ledger did not give back yet, in the fan's currency."""
    posted = books.find_posted(with_undone(source.back))
    gone = [amount for key, amount in source.back.items() if key in posted and f"{key}:undo" not in posted]
    return source.paid - sum(gone)


def _refund_steps(source: Source, refund: ProviderRefund) -> Iterator[Step]:
    if refund.movement is not None:
        yield Step(source, refund.movement, 0, partial(_post_refund, source, refund, refund.movement))
    if refund.movement is not None and refund.failure_movement is not None:
        undo = partial(_undo_refund, source, refund, refund.movement, refund.failure_movement)
        yield Step(source, refund.failure_movement, 1, undo)


def _post_refund(source: Source, refund: ProviderRefund, moved: BalanceMovement, books: Books) -> None:
    if books.find_posted([f"refund:{refund.id}"]):
        return
    taken = _take_back(books, source, refund.amount, moved, rotate_by=refund.id)
    if taken.amount or moved.amount:  # else it is too little to be a unit of our currency
        books.post_taken(postings.refund(refund.id, taken, **_details(books, source, taken, moved)), taken)


def _undo_refund(
    source: Source, refund: ProviderRefund, went: BalanceMovement, came: BalanceMovement, books: Books
) -> None:
    key = f"refund:{refund.id}"
    posted = books.find_posted([key, f"{key}:undo"])
    if key not in posted or f"{key}:undo" in posted:
        return
    books.undo(key, **source.facts)
    if (gain := came.amount + went.amount) and came.currency == went.currency:
        books.post([postings.exchange(f"{key}:exchange", gain, currency=came.currency, **source.facts)])


def _dispute_steps(source: Source, dispute: ProviderDispute) -> Iterator[Step]:
    """What the bank took, what it gave back, and what is lost. One that was lost can be won, and taken once more."""
    taken = _ordered(moved for moved in dispute.movements if moved.amount < 0)
    returned = _ordered(moved for moved in dispute.movements if moved.amount > 0)
    for turn, moved in enumerate(taken):
        yield Step(source, moved, 0, partial(_post_withdrawn, source, _turn(dispute.id, turn), moved))
    if dispute.status == "lost" and len(taken) > len(returned):
        lost = partial(_post_lost, source, _turn(dispute.id, len(taken) - 1), dispute.amount, taken[-1])
        yield Step(source, taken[-1], 1, lost)
    for turn, (went, moved) in enumerate(zip(taken, returned, strict=False)):
        yield Step(source, moved, 2, partial(_post_won, source, _turn(dispute.id, turn), went, moved))


def _turn(dispute: str, number: int) -> str:
    """A dispute that is taken again has the number of its turn behind its id."""
    return f"{dispute}:{number + 1}" if number else dispute


def _post_withdrawn(source: Source, name: str, moved: BalanceMovement, books: Books) -> None:
    if books.find_posted([f"dp:{name}:withdrawn"]):
        return
    books.post([postings.withdraw_dispute(name, -moved.amount, moved.fee, currency=moved.currency, **source.facts)])


def _post_won(source: Source, name: str, went: BalanceMovement, moved: BalanceMovement, books: Books) -> None:
    """What was lost before goes back to exactly where it was."""
    lost, facts = f"dp:{name}:lost", source.facts
    posted = books.find_posted([lost, f"{lost}:undo", f"dp:{name}:won"])
    if f"dp:{name}:won" in posted:
        return
    if lost in posted and f"{lost}:undo" not in posted:
        books.undo(lost, **facts)
    difference = -went.amount - moved.amount if went.currency == moved.currency else 0
    won = postings.win_dispute(name, moved.amount, -moved.fee, currency=moved.currency, difference=difference, **facts)
    books.post([won])


def _post_lost(source: Source, name: str, amount: int, moved: BalanceMovement, books: Books) -> None:
    if books.find_posted([f"dp:{name}:lost"]):
        return
    taken = _take_back(books, source, amount, moved, rotate_by=name)
    books.post_taken(postings.lose_dispute(name, taken, **_details(books, source, taken, moved)), taken)


def _ordered(movements: Iterable[BalanceMovement]) -> list[BalanceMovement]:
    return sorted(movements, key=lambda moved: (moved.created, moved.id))


def _take_back(books: Books, source: Source, amount: int, moved: BalanceMovement, *, rotate_by: str) -> Taken:
    """What of the payment goes back with this amount, at the rate at which it was paid and not at today's."""
    paid = books.find_paid(source, moved.currency)
    return take_back(share_of_remaining(paid.remaining, amount, find_left(books, source)), paid, rotate_by=rotate_by)


def _details(books: Books, source: Source, taken: Taken, moved: BalanceMovement) -> dict[str, Any]:
    return {
        "currency": moved.currency,
        "deferred": source.deferred,
        "accrued": books.find_accrued(taken, moved.currency),
        "difference": -moved.amount - taken.amount,
        **source.facts,
    }
