"""Write amounts of money, which are integers in minor units, as people read them, and read them back.

The decimal places are those of CLDR. A payment provider may count otherwise (ISK), which is its adapter's matter.
"""

from decimal import Decimal
from functools import cache

from babel.numbers import format_currency, get_currency_precision, validate_currency

MAX_DIGITS = 40


@cache
def exponent(currency: str) -> int:
    """The decimal places of a currency: 2 for EUR, 0 for JPY, 3 for KWD. Raises babel's UnknownCurrencyError."""
    validate_currency(currency)
    return get_currency_precision(currency)


def to_decimal(amount: int, currency: str) -> Decimal:
    """1000 minor units of EUR are 10.00."""
    return Decimal(amount).scaleb(-exponent(currency))


def to_minor_units(amount: Decimal, currency: str) -> int:
    """EUR 10.00 are 1000 minor units. ValueError if the currency has no coin that is so small."""
    if amount.adjusted() > MAX_DIGITS:  # 1E+900000 would take a minute
        raise ValueError("No price has so many digits.")
    scaled = amount.scaleb(exponent(currency))
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{currency} has {exponent(currency)} decimal places, so {amount} is no amount of it.")
    return int(scaled)


def format_money(amount: int, currency: str, *, locale: str = "en") -> str:
    """`€10.00` for 1000 and EUR."""
    return format_currency(to_decimal(amount, currency), currency, locale=locale)
