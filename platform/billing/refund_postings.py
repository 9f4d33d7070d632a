"""Post what refunds and disputes moved of something paid: an invoice of a subscription, or a request.

Each movement has its own key, so it is posted once.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from billing import earnings, postings
from billing.provider_objects import BalanceMovement, ProviderDispute, ProviderRefund
from billing.refunds import Paid, Taken, share_of_remaining, take_back
from ledger.models import Transaction
from ledger.posting import post, reverse

MAX_TURNS = 3
"""How often a dispute is taken, at most. Banks know two rounds."""


@dataclass(frozen=True, slots=True)
class Source:
    """Something that was paid, as the ledger knows it."""

    book: str
    charge: str
    """The key of the transaction that charged it."""
    deferred: str
    """The account where it waits until it is earned."""
    paid: int
    """What the fan paid, in the fan's currency."""
    refunds: Mapping[str, int]
    """What refunds and disputes are about by the keys that they post under, in the fan's currency."""
    facts: Mapping[str, str | int]


class Step(NamedTuple):
    """A movement to post. What moved in the same second is posted in the order of `order`."""

    source: Source
    moved: BalanceMovement
    order: int
    post: Callable[[], None]


def post_returned(
    refunds: Iterable[tuple[Source, ProviderRefund]], disputes: Iterable[tuple[Source, ProviderDispute]], *, book: str
) -> None:
    """Post refunds and disputes in the order in which the money moved.

    What is paid back of a charge that is not posted yet waits for the next full comparison.
    """
    steps = [step for source, refund in refunds for step in _refund_steps(source, refund)]
    steps += [step for source, dispute in disputes for step in _dispute_steps(source, dispute)]
    charged = find_posted(book, {step.source.charge for step in steps})
    for step in sorted(steps, key=lambda step: (step.moved.created, step.order)):
        if step.source.charge in charged:
            step.post()


def list_keys(refunds: Iterable[tuple[str, int]], disputes: Iterable[tuple[str, int]]) -> dict[str, int]:
    """The amounts of refunds and disputes, each given with its id, by the keys under which they take something back."""
    keys = {f"refund:{name}": amount for name, amount in refunds}
    for name, amount in disputes:
        keys |= {f"dp:{_turn(name, number)}:lost": amount for number in range(MAX_TURNS)}
    return keys


def find_posted(book: str, keys: Collection[str] | Mapping[str, object]) -> dict[str, Transaction]:
    """The transactions of these keys that are posted."""
    return {one.key: one for one in Transaction.objects.filter(book=book, key__in=list(keys))} if keys else {}


def find_left(source: Source) -> int:
    """What the fan paid and the ledger did not give back yet, in the fan's currency."""
    posted = find_posted(source.book, [*source.refunds, *(f"{key}:undo" for key in source.refunds)])
    gone = [amount for key, amount in source.refunds.items() if key in posted and f"{key}:undo" not in posted]
    return source.paid - sum(gone)


def find_paid(source: Source, currency: str) -> Paid:
    """What is left of something paid, by the ledger: what is not earned yet, and what each line earned of it."""
    keys = [source.charge, *source.refunds, *(f"{key}:undo" for key in source.refunds)]
    return earnings.find_paid(source.charge, source.deferred, keys, currency, book=source.book)


def _refund_steps(source: Source, refund: ProviderRefund) -> Iterator[Step]:
    if refund.movement is not None:
        yield Step(source, refund.movement, 0, partial(_post_refund, source, refund, refund.movement))
    if refund.movement is not None and refund.failure_movement is not None:
        undo = partial(_undo_refund, source, refund, refund.movement, refund.failure_movement)
        yield Step(source, refund.failure_movement, 1, undo)


def _post_refund(source: Source, refund: ProviderRefund, moved: BalanceMovement) -> None:
    if find_posted(source.book, [f"refund:{refund.id}"]):
        return
    taken = _take_back(source, refund.amount, moved, rotate_by=refund.id)
    if not taken.amount and not moved.amount:  # too little to be a unit of our currency
        return
    posting = postings.refund(refund.id, taken, **_details(source, taken, moved))
    earnings.write_taken(post(posting, book=source.book), taken.shares)


def _undo_refund(source: Source, refund: ProviderRefund, went: BalanceMovement, came: BalanceMovement) -> None:
    key = f"refund:{refund.id}"
    posted = find_posted(source.book, [key, f"{key}:undo"])
    if key not in posted or f"{key}:undo" in posted:
        return
    _undo(posted[key], source)
    if (gain := came.amount + went.amount) and came.currency == went.currency:
        again = postings.exchange(f"{key}:exchange", gain, currency=came.currency, **source.facts)
        post(again, book=source.book)


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
    return f"{dispute}:{number + 1}" if number else dispute


def _undo(transaction: Transaction, source: Source) -> None:
    """What was taken back goes back to exactly where it was."""
    undo = reverse(transaction, key=f"{transaction.key}:undo", kind="reversal", **source.facts)
    earnings.write_undone(transaction, undo)


def _post_withdrawn(source: Source, name: str, moved: BalanceMovement) -> None:
    if find_posted(source.book, [f"dp:{name}:withdrawn"]):
        return
    withdrawn = postings.withdraw_dispute(name, -moved.amount, moved.fee, currency=moved.currency, **source.facts)
    post(withdrawn, book=source.book)


def _post_won(source: Source, name: str, went: BalanceMovement, moved: BalanceMovement) -> None:
    lost = f"dp:{name}:lost"
    posted = find_posted(source.book, [lost, f"{lost}:undo", f"dp:{name}:won"])
    if f"dp:{name}:won" in posted:
        return
    if lost in posted and f"{lost}:undo" not in posted:
        _undo(posted[lost], source)
    difference = -went.amount - moved.amount if went.currency == moved.currency else 0
    won = postings.win_dispute(
        name, moved.amount, -moved.fee, currency=moved.currency, difference=difference, **source.facts
    )
    post(won, book=source.book)


def _post_lost(source: Source, name: str, amount: int, moved: BalanceMovement) -> None:
    if find_posted(source.book, [f"dp:{name}:lost"]):
        return
    taken = _take_back(source, amount, moved, rotate_by=name)
    lost = postings.lose_dispute(name, taken, **_details(source, taken, moved))
    earnings.write_taken(post(lost, book=source.book), taken.shares)


def _ordered(movements: Iterable[BalanceMovement]) -> list[BalanceMovement]:
    return sorted(movements, key=lambda moved: (moved.created, moved.id))


def _take_back(source: Source, amount: int, moved: BalanceMovement, *, rotate_by: str) -> Taken:
    """What of the payment goes back with this amount, at the rate at which it was paid and not at today's."""
    paid = find_paid(source, moved.currency)
    return take_back(share_of_remaining(paid.remaining, amount, find_left(source)), paid, rotate_by=rotate_by)


def _details(source: Source, taken: Taken, moved: BalanceMovement) -> dict[str, Any]:
    return {
        "currency": moved.currency,
        "deferred": source.deferred,
        "accrued": earnings.find_accrued(taken.shares, moved.currency, book=source.book),
        "difference": -moved.amount - taken.amount,
        **source.facts,
    }
