"""What is taken back is never more than was paid."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.refunds import Paid, share_of_remaining, take_back
from rights.splits import RefundTooLarge, ShareKey

AMOUNTS = st.integers(0, 10**9)
LINES = st.builds(ShareKey, st.sampled_from(["party:1", "party:2", "platform"]), st.sampled_from("ab"))
PAYMENTS = st.builds(Paid, AMOUNTS, AMOUNTS, AMOUNTS, st.dictionaries(LINES, AMOUNTS, max_size=5))


@given(PAYMENTS, st.data())
def test_a_part_is_taken_whole_and_from_nothing_that_has_less(paid: Paid, data: st.DataObject) -> None:
    amount = data.draw(st.integers(0, paid.remaining))

    taken = take_back(amount, paid)

    assert taken.amount == amount
    assert (0 <= taken.tax <= paid.tax, 0 <= taken.fee <= paid.fee, 0 <= taken.deferred <= paid.deferred) == (
        True,
        True,
        True,
    )
    assert all(0 <= share <= paid.shares[line] for line, share in taken.shares.items())


@given(PAYMENTS, st.data())
def test_what_was_not_earned_goes_first(paid: Paid, data: st.DataObject) -> None:
    taken = take_back(data.draw(st.integers(0, paid.remaining)), paid)

    assert taken.deferred == paid.deferred or not any(taken.shares.values())


@given(PAYMENTS)
def test_all_of_it_leaves_nothing(paid: Paid) -> None:
    taken = take_back(paid.remaining, paid)

    assert (taken.tax, taken.fee, taken.deferred) == (paid.tax, paid.fee, paid.deferred)
    assert taken.shares == paid.shares


SMALL = st.dictionaries(LINES, st.integers(1, 60), min_size=2, max_size=5)


@given(SMALL, st.data())
def test_many_small_parts_take_no_more_from_a_line_than_it_has(
    shares: dict[ShareKey, int], data: st.DataObject
) -> None:
    """Each part for itself is divided by what remains: by what was paid, the largest line would lose every unit."""
    taken = dict.fromkeys(shares, 0)
    while left := (paid := Paid(0, 0, 0, shares, taken)).remaining:
        for line, share in take_back(data.draw(st.integers(1, min(left, 9))), paid).shares.items():
            taken[line] += share
            assert 0 <= taken[line] <= shares[line]

    assert taken == shares


@given(PAYMENTS)
def test_more_than_remains_is_refused(paid: Paid) -> None:
    with pytest.raises(RefundTooLarge):
        take_back(paid.remaining + 1, paid)


@given(st.integers(0, 10**9), st.lists(st.integers(1, 10**6), min_size=1, max_size=8))
def test_parts_in_another_currency_take_all_of_what_remains_and_never_more(gross: int, parts: list[int]) -> None:
    remaining, left = gross, sum(parts)
    for part in parts:
        taken = share_of_remaining(remaining, part, left)
        assert 0 <= taken <= remaining
        remaining, left = remaining - taken, left - part

    assert remaining == 0


def test_of_a_payment_of_which_nothing_is_left_nothing_is_taken() -> None:
    assert (share_of_remaining(360, 700, 600), share_of_remaining(0, 5, 0), share_of_remaining(9, 5, -1)) == (360, 0, 0)
