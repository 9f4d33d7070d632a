"""How Stripe counts amounts of each currency, where it differs from how we do, and what it does not take.

From docs.stripe.com/currencies. We count as CLDR does (`rights.money`): 5 ISK are 5, which Stripe calls 500.
"""

from decimal import Decimal
from functools import cache

from babel.numbers import UnknownCurrencyError

from billing.exceptions import UnsupportedAmount, UnsupportedCurrency
from rights.money import exponent

ZERO_DECIMAL = frozenset(
    ["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"]
)
THREE_DECIMAL = frozenset(["BHD", "JOD", "KWD", "OMR", "TND"])
"""The last of the three digits must be 0."""
WHOLE_AS_TWO_DECIMAL = frozenset({"ISK"})
"""It has no coins, but Stripe counts hundredths of it, and takes whole ones alone."""
CONTRADICTORY = frozenset({"UGX"})
"""The documentation lists it both as having no decimals and as sent with two."""
MAX_DIGITS = 8


def provider_exponent(currency: str) -> int:
    """The decimal places of Stripe's amounts in this currency. Raises UnsupportedCurrency."""
    if currency in CONTRADICTORY or not _is_known(currency):
        raise UnsupportedCurrency(f"Nothing is sold in {currency}: how the provider counts it is not known.")
    places = 0 if currency in ZERO_DECIMAL else 3 if currency in THREE_DECIMAL else 2
    if places != exponent(currency) and currency not in WHOLE_AS_TWO_DECIMAL:
        raise UnsupportedCurrency(f"Nothing is sold in {currency}: the provider counts it otherwise than CLDR.")
    return places


def to_provider_units(amount: int, currency: str) -> int:
    """Our amount as Stripe wants it. Raises UnsupportedCurrency, UnsupportedAmount."""
    units = amount * _factor(currency)
    if currency in THREE_DECIMAL and units % 10:
        raise UnsupportedAmount(f"{amount} is no amount of {currency} that can be paid: its last digit is not 0.")
    if not 0 <= units < 10**MAX_DIGITS:
        raise UnsupportedAmount(f"{amount} of {currency} is negative or has more than {MAX_DIGITS} digits.")
    return units


def from_provider_units(units: int, currency: str) -> int:
    """Stripe's amount as we count it. Raises UnsupportedCurrency, UnsupportedAmount."""
    amount, rest = divmod(units, _factor(currency))
    if rest:
        raise UnsupportedAmount(f"{units} hundredths of {currency} are no whole amount of it.")
    return amount


def round_up(amount: int, currency: str) -> int:
    """The least amount from this one on that can be paid."""
    return -(-amount // 10) * 10 if currency in THREE_DECIMAL else amount


@cache
def _factor(currency: str) -> int:
    """Of ours to Stripe's: 1, or 100 for what is whole and counted in hundredths."""
    return int(Decimal(1).scaleb(provider_exponent(currency) - exponent(currency)))


def _is_known(currency: str) -> bool:
    try:
        exponent(currency)
    except UnknownCurrencyError:
        return False
    return True
