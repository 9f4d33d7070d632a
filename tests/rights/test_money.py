"""Amounts are integers in minor units, and each currency has its own decimal places."""

import ast
import inspect
from decimal import Decimal
from types import ModuleType

import pytest
from babel.numbers import UnknownCurrencyError
from hypothesis import given
from hypothesis import strategies as st

from rights import money, splits


@given(st.integers(-(10**20), 10**20), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_every_amount_is_the_same_again_after_it_was_written_out(amount: int, currency: str) -> None:
    assert money.to_minor_units(money.to_decimal(amount, currency), currency) == amount


@pytest.mark.parametrize(
    ("amount", "currency", "minor", "text"),
    [
        ("10.00", "EUR", 1000, "€10.00"),
        ("10", "EUR", 1000, "€10.00"),
        ("-0.01", "EUR", -1, "-€0.01"),
        ("500", "JPY", 500, "¥500"),
        ("1.234", "KWD", 1234, "KWD1.234"),
        ("1234567.89", "USD", 123456789, "$1,234,567.89"),
    ],
)
def test_currencies_have_no_two_or_three_decimal_places(amount: str, currency: str, minor: int, text: str) -> None:
    assert money.to_minor_units(Decimal(amount), currency) == minor
    assert money.format_money(minor, currency) == text


@pytest.mark.parametrize(("amount", "currency"), [("0.001", "EUR"), ("0.5", "JPY"), ("1.2345", "KWD")])
def test_less_than_the_smallest_coin_is_refused_and_not_rounded(amount: str, currency: str) -> None:
    with pytest.raises(ValueError, match="decimal places"):
        money.to_minor_units(Decimal(amount), currency)


@pytest.mark.parametrize("currency", ["EURO", "eur", ""])
def test_an_unknown_currency_is_refused(currency: str) -> None:
    with pytest.raises(UnknownCurrencyError):
        money.format_money(1, currency)


@pytest.mark.parametrize("module", [money, splits])
def test_no_float_is_written_in_code_about_money(module: ModuleType) -> None:
    nodes = list(ast.walk(ast.parse(inspect.getsource(module))))

    assert not [node for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, float)]
    assert not [node for node in nodes if isinstance(node, ast.Name) and node.id in {"float", "round"}]
