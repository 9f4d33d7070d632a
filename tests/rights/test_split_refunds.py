"""A refund takes from what each party still has, and never more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rights.splits import (
    InvalidSplit,
    RecordingShares,
    RefundTooLarge,
    ShareKey,
    refund,
    resolve,
    split,
)
from tests.rights.split_strategies import MANY_ROWS, PLATFORM, SALES, SCHEME, minus


@MANY_ROWS
@given(st.integers(0, 10**6), SALES, st.data())
def test_any_history_of_refunds_disputes_and_wins_stays_within_what_was_paid(
    price: int, sale: list[RecordingShares], data: st.DataObject
) -> None:
    paid = split(price, resolve(SCHEME, sale, platform=PLATFORM), rotate_by="sale:1")
    clawed = dict.fromkeys(paid, 0)
    disputes: list[tuple[int, dict[ShareKey, int]]] = []
    taken = 0

    for n in range(data.draw(st.integers(0, 8), label="events")):
        if disputes and data.draw(st.booleans(), label="win a dispute"):
            amount, shares = disputes.pop(data.draw(st.integers(0, len(disputes) - 1), label="which"))
            taken, clawed = taken - amount, minus(clawed, shares)
        else:
            amount = data.draw(st.integers(0, price - taken), label="take back")
            shares = refund(amount, paid, clawed, rotate_by=f"refund:{n}")
            taken, clawed = taken + amount, {key: clawed[key] + shares[key] for key in paid}
            if data.draw(st.booleans(), label="as a dispute"):
                disputes.append((amount, shares))
        assert all(0 <= clawed[key] <= paid[key] for key in paid)
        assert sum(clawed.values()) == taken

    rest = refund(price - taken, paid, clawed)
    assert {key: clawed[key] + rest[key] for key in paid} == paid


@MANY_ROWS
@given(st.integers(1, 10**6), SALES)
def test_a_full_refund_takes_from_every_party_what_it_was_paid(price: int, sale: list[RecordingShares]) -> None:
    paid = split(price, resolve(SCHEME, sale, platform=PLATFORM))

    assert refund(price, paid, {}) == paid


def test_many_refunds_of_one_cent_take_from_everybody_in_turn() -> None:
    paid = {ShareKey("a", "writer"): 7, ShareKey("b", "writer"): 5, ShareKey("c", "writer"): 1}
    clawed = dict.fromkeys(paid, 0)

    for n in range(1, 14):
        shares = refund(1, paid, clawed)
        clawed = {key: clawed[key] + shares[key] for key in paid}
        assert all(0 <= clawed[key] <= paid[key] for key in paid)
        assert sum(clawed.values()) == n
    assert clawed == paid


def test_a_refund_is_split_over_what_remains_and_not_by_a_smaller_total() -> None:
    """The Alabama paradox: of 4 units c gets nothing, and of 3 it would get one. A refund may not pay it one."""
    weights = {ShareKey("a", "writer"): 3, ShareKey("b", "writer"): 3, ShareKey("c", "writer"): 1}
    paid = split(4, weights)
    assert list(paid.values()) == [2, 2, 0]
    assert list(split(3, weights).values()) == [1, 1, 1]

    assert list(refund(1, paid, {}).values()) == [1, 0, 0]


@pytest.mark.parametrize("amount", [-1, 4])
def test_a_refund_of_less_than_nothing_or_more_than_remains_is_refused(amount: int) -> None:
    paid = {ShareKey("a", "writer"): 6, ShareKey("b", "writer"): 2}

    with pytest.raises(RefundTooLarge):
        refund(amount, paid, {ShareKey("a", "writer"): 5})


@pytest.mark.parametrize("clawed", [{"a": 7}, {"a": -1}, {"c": 1}])
def test_a_refund_on_books_that_are_wrong_already_is_refused(clawed: dict[str, int]) -> None:
    paid = {ShareKey("a", "writer"): 6, ShareKey("b", "writer"): 2}

    with pytest.raises(InvalidSplit, match="taken back"):
        refund(1, paid, {ShareKey(party, "writer"): share for party, share in clawed.items()})
