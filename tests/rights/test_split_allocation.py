"""One amount is shared among weights exactly, fairly and the same every time."""

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rights.splits import (
    InvalidSplit,
    ShareKey,
    allocate,
    split,
)
from tests.rights.split_strategies import (
    AMOUNTS,
    TRANSACTIONS,
    WEIGHTS,
)


@given(AMOUNTS, WEIGHTS, TRANSACTIONS)
def test_the_shares_add_up_to_the_amount(amount: int, weights: dict[str, int], rotate_by: str) -> None:
    assert sum(allocate(amount, weights, rotate_by=rotate_by).values()) == amount


@given(AMOUNTS, WEIGHTS, TRANSACTIONS)
def test_a_share_is_less_than_one_unit_from_its_ideal(amount: int, weights: dict[str, int], rotate_by: str) -> None:
    shares = allocate(amount, weights, rotate_by=rotate_by)

    total = sum(weights.values())
    assert all(abs(shares[key] - Fraction(amount * weight, total)) < 1 for key, weight in weights.items())


@given(AMOUNTS, WEIGHTS, TRANSACTIONS, st.randoms(use_true_random=False))
def test_the_order_of_the_parties_does_not_matter(amount: int, weights: dict[str, int], rotate_by: str, chance) -> None:
    mixed = list(weights.items())
    chance.shuffle(mixed)

    assert allocate(amount, dict(mixed), rotate_by=rotate_by) == allocate(amount, weights, rotate_by=rotate_by)


@given(AMOUNTS, WEIGHTS, TRANSACTIONS)
def test_a_negative_amount_is_split_like_the_positive_one(amount: int, weights: dict[str, int], rotate_by: str) -> None:
    shares = allocate(amount, weights, rotate_by=rotate_by)

    assert allocate(-amount, weights, rotate_by=rotate_by) == {key: -share for key, share in shares.items()}


@given(AMOUNTS, WEIGHTS, TRANSACTIONS)
def test_no_weight_gets_nothing(amount: int, weights: dict[str, int], rotate_by: str) -> None:
    shares = allocate(amount, weights | {"nobody": 0}, rotate_by=rotate_by)

    assert {shares[key] for key, weight in (weights | {"nobody": 0}).items() if not weight} == {0}


@given(AMOUNTS, WEIGHTS, st.integers(1, 10**6))
def test_weights_count_by_their_proportion_alone(amount: int, weights: dict[str, int], divisor: int) -> None:
    fractions = {key: Fraction(weight, divisor) for key, weight in weights.items()}

    assert allocate(amount, fractions) == allocate(amount, weights)


@pytest.mark.parametrize(
    ("amount", "weights", "shares"),
    [
        (1000, {"a": 1, "b": 1, "c": 1}, {"a": 334, "b": 333, "c": 333}),
        (2, {"c": 1, "b": 1, "a": 1}, {"a": 1, "b": 1, "c": 0}),
        (4, dict.fromkeys("hgfedcba", 1), {**dict.fromkeys("abcd", 1), **dict.fromkeys("efgh", 0)}),
        (-1, {"a": 1, "b": 1}, {"a": -1, "b": 0}),
        (100, {"a": 5000, "b": 2999, "c": 2001}, {"a": 50, "b": 30, "c": 20}),
        (10, {"a": 35, "b": 65}, {"a": 4, "b": 6}),
        (0, {"a": 1, "b": 2}, {"a": 0, "b": 0}),
        (0, {}, {}),
    ],
)
def test_the_largest_remainder_and_then_the_first_key_gets_the_odd_unit(
    amount: int, weights: dict[str, int], shares: dict[str, int]
) -> None:
    assert allocate(amount, weights) == shares


def test_rotated_by_the_transaction_equal_parties_get_as_many_odd_cents() -> None:
    sales = [allocate(1, {"a": 1, "b": 1, "c": 1}, rotate_by=f"sale:{n}") for n in range(3000)]

    won = Counter(winner for shares in sales for winner, share in shares.items() if share)
    assert won.total() == 3000
    assert all(abs(won[party] - 1000) < 104 for party in "abc")  # four standard deviations


def test_rotated_ties_are_fair_whoever_else_is_in_the_split() -> None:
    """The two who tie stand side by side among the names: a mere turn of the list would favour the first of them."""
    weights = {"a": 2, "b": 2, **dict.fromkeys("cdefghi", 1)}

    won = Counter[str]()
    for n in range(2000):
        won.update(allocate(1, weights, rotate_by=f"sale:{n}"))

    assert won["a"] + won["b"] == 2000
    assert abs(won["a"] - 1000) < 90  # four standard deviations


def test_the_same_transaction_is_split_the_same_way_every_time() -> None:
    """These values may never change, or old statements could not be written again."""
    shares = [allocate(1, {"a": 1, "b": 1, "c": 1}, rotate_by=f"sale:{n}") for n in range(8)]

    assert "".join(party for each in shares for party, share in each.items() if share) == "cccbacbc"


def test_unequal_shares_of_single_cents_are_added_up_first() -> None:
    weights = {"large": 6000, "small": 4000}

    one_by_one = Counter[str]()
    for n in range(100):
        one_by_one.update(allocate(1, weights, rotate_by=f"sale:{n}"))

    assert one_by_one == {"large": 100, "small": 0}
    assert allocate(100, weights) == {"large": 60, "small": 40}


@pytest.mark.parametrize(("amount", "weights"), [(1.0, {"a": 1}), (1, {"a": 0.5, "b": 0.5}), ("1", {"a": 1})])
def test_a_float_is_refused(amount: object, weights: dict[str, object]) -> None:
    with pytest.raises(TypeError, match="integers"):
        allocate(amount, weights)
    with pytest.raises(TypeError, match="integers"):
        split(amount, {ShareKey(party, "writer"): weight for party, weight in weights.items()})


@pytest.mark.parametrize("weights", [{}, {"a": 0}, {"a": 2, "b": -1}])
def test_an_amount_without_anybody_to_get_it_is_refused(weights: dict[str, int]) -> None:
    with pytest.raises(InvalidSplit):
        allocate(1, weights)
