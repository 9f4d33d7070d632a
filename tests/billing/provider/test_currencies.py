"""Amounts of every currency reach the provider as it counts them, and come back as we do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.exceptions import UnsupportedAmount, UnsupportedCurrency
from billing.provider.currencies import (
    THREE_DECIMAL,
    WHOLE_AS_TWO_DECIMAL,
    ZERO_DECIMAL,
    from_provider_units,
    provider_exponent,
    to_provider_units,
)
from rights.money import exponent, format_money

ORDINARY = ["EUR", "USD", "GBP", "CHF", "SEK", "BRL", "INR", "HUF", "TWD"]


@pytest.mark.parametrize(
    ("amount", "currency", "units", "written"),
    [
        (1000, "EUR", 1000, "€10.00"),
        (500, "JPY", 500, "¥500"),
        (5120, "KWD", 5120, "KWD5.120"),
        (5, "ISK", 500, "ISK5"),
        (0, "USD", 0, "$0.00"),
        (99_999_999, "USD", 99_999_999, "$999,999.99"),
    ],
)
def test_an_amount_is_sent_as_the_provider_counts_it(amount: int, currency: str, units: int, written: str) -> None:
    assert to_provider_units(amount, currency) == units
    assert from_provider_units(units, currency) == amount
    assert format_money(amount, currency) == written


@pytest.mark.parametrize("currency", [*ORDINARY, *sorted(ZERO_DECIMAL | THREE_DECIMAL)])
def test_we_count_as_the_provider_does_except_what_is_listed(currency: str) -> None:
    assert provider_exponent(currency) == exponent(currency)


def test_what_has_no_coins_is_sent_in_hundredths() -> None:
    assert {currency: (exponent(currency), provider_exponent(currency)) for currency in WHOLE_AS_TWO_DECIMAL} == {
        "ISK": (0, 2)
    }


@given(st.integers(0, 99_999), st.sampled_from([*ORDINARY, *ZERO_DECIMAL, *WHOLE_AS_TWO_DECIMAL]))
def test_every_amount_comes_back_as_it_was_sent(amount: int, currency: str) -> None:
    assert from_provider_units(to_provider_units(amount, currency), currency) == amount


@given(st.integers(0, 9_999), st.sampled_from(sorted(THREE_DECIMAL)))
def test_of_three_decimals_the_last_is_zero(tens: int, currency: str) -> None:
    assert to_provider_units(10 * tens, currency) == 10 * tens
    with pytest.raises(UnsupportedAmount):
        to_provider_units(10 * tens + 1, currency)


@pytest.mark.parametrize("currency", ["UGX", "RSD", "LBP", "XYZ", "eur", ""])
def test_nothing_is_sold_in_a_currency_that_is_not_certain(currency: str) -> None:
    with pytest.raises(UnsupportedCurrency):
        to_provider_units(100, currency)


@pytest.mark.parametrize(("amount", "currency"), [(-1, "EUR"), (100_000_000, "EUR"), (1_000_000, "ISK")])
def test_an_amount_that_the_provider_refuses_is_not_sent(amount: int, currency: str) -> None:
    with pytest.raises(UnsupportedAmount):
        to_provider_units(amount, currency)


def test_a_part_of_a_whole_currency_is_no_amount() -> None:
    with pytest.raises(UnsupportedAmount):
        from_provider_units(150, "ISK")


def test_what_was_taken_from_a_balance_is_negative() -> None:
    assert [from_provider_units(-500, "EUR"), from_provider_units(-500, "ISK")] == [-500, -5]
