"""A year is earned to the last unit."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.recognition import month_share

AMOUNTS = st.integers(0, 10**9)


@given(AMOUNTS, st.integers(1, 12))
def test_the_months_of_a_year_add_up_and_are_never_two_units_off(amount: int, months: int) -> None:
    earned: list[int] = []
    for left in range(months, 0, -1):
        earned.append(month_share(amount - sum(earned), left))
        assert abs(sum(earned) - Fraction(amount * len(earned), months)) < 2

    assert sum(earned) == amount


@given(AMOUNTS, st.lists(st.integers(0, 10**9), min_size=12, max_size=12))
def test_the_months_add_up_after_refunds_in_between(amount: int, refunds: list[int]) -> None:
    deferred, earned, refunded = amount, 0, 0
    for left, wish in zip(range(12, 0, -1), refunds, strict=True):
        share = month_share(deferred, left)
        deferred, earned = deferred - share, earned + share
        part = min(wish, deferred)
        deferred, refunded = deferred - part, refunded + part

    assert (deferred, earned + refunded) == (0, amount)


@pytest.mark.parametrize(("deferred", "months_left"), [(-1, 1), (1, 0)])
def test_no_month_earns_of_nothing(deferred: int, months_left: int) -> None:
    with pytest.raises(ValueError, match="cannot be earned"):
        month_share(deferred, months_left)
