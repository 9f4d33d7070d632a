"""What a version of a tier says, as it is typed, checked and read."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Self

from django.conf import settings

from billing.exceptions import InvalidTerms, UnsupportedAmount, UnsupportedCurrency
from billing.models import Interval, TierVersion
from billing.models.tiers import MAX_NAME
from billing.provider.currencies import to_provider_units
from catalog.hidden_characters import find_hidden_in_line
from catalog.lookalikes import has_visible_character
from rights.money import format_money

MAX_LINES, MAX_LINE, MAX_PROGRAMS, MAX_REQUESTS, MAX_TRIAL_DAYS = 8, 120, 50, 31, 90
MONTHS = {Interval.MONTH: 1, Interval.YEAR: 12}


class IncludedProgram(NamedTuple):
    """A program of the artist. What it is called is part of the terms; what it is, is known above."""

    id: int
    name: str


class Price(NamedTuple):
    """What a tier costs each month or year."""

    interval: str
    currency: str
    amount: int
    """In minor units, tax included."""

    def __str__(self) -> str:
        return f"{format_money(self.amount, self.currency)} {Interval(self.interval).label}"


@dataclass(frozen=True, slots=True)
class TierTerms:
    """Everything that a version says."""

    name: str
    prices: tuple[Price, ...]
    requests_a_month: int = 0
    has_downloads: bool = False
    programs: tuple[IncludedProgram, ...] = ()
    lines: tuple[str, ...] = ()
    """What else is included, in the artist's words."""
    trial_days: int = 0
    """Free at the start, for each fan once."""

    @classmethod
    def of(cls, version: TierVersion) -> Self:
        return cls(
            name=version.name,
            prices=tuple(Price(**price) for price in version.prices),
            requests_a_month=version.requests_a_month,
            has_downloads=version.has_downloads,
            trial_days=version.trial_days,
            programs=tuple(IncludedProgram(**program) for program in version.programs),
            lines=tuple(version.lines),
        )

    def columns(self) -> dict[str, Any]:
        """As they are stored: in one order, so that equal terms are equal rows."""
        return {
            "name": self.name,
            "requests_a_month": self.requests_a_month,
            "has_downloads": self.has_downloads,
            "trial_days": self.trial_days,
            "programs": [program._asdict() for program in sorted(self.programs)],
            "lines": list(self.lines),
            "prices": [price._asdict() for price in sorted(self.prices)],
        }

    def list_included(self) -> list[str]:
        """What the tier includes, a line for each."""
        requests = self.requests_a_month
        return [
            *(program.name for program in self.programs),
            *([f"{requests} request{'s' if requests > 1 else ''} a month"] if requests else []),
            *(["Downloads, where the artist allows them"] if self.has_downloads else []),
            *self.lines,
        ]


def validate(terms: TierTerms) -> TierTerms:
    """The terms without blanks at the ends of their texts. Raises InvalidTerms."""
    lines = tuple(line.strip() for line in terms.lines if line.strip())
    name = terms.name.strip()
    _validate_text("name", name, MAX_NAME)
    if len(lines) > MAX_LINES:
        raise InvalidTerms("lines", f"At most {MAX_LINES} lines fit on a tier.")
    for line in lines:
        _validate_text("lines", line, MAX_LINE)
    if not 0 <= terms.requests_a_month <= MAX_REQUESTS:
        raise InvalidTerms("requests_a_month", f"From 0 to {MAX_REQUESTS} requests a month.")
    if len(terms.programs) > MAX_PROGRAMS or len({program.id for program in terms.programs}) < len(terms.programs):
        raise InvalidTerms("programs", f"At most {MAX_PROGRAMS} programs, each of them once.")
    _validate_prices(terms.prices)
    if not 0 <= terms.trial_days <= MAX_TRIAL_DAYS:
        raise InvalidTerms("trial_days", f"From 0 to {MAX_TRIAL_DAYS} days.")
    cleaned = replace(terms, name=name, lines=lines)
    if not cleaned.list_included():
        raise InvalidTerms("lines", "Say what fans get: a tier includes something.")
    return cleaned


def _validate_text(field: str, text: str, most: int) -> None:
    if not text or not has_visible_character(text):
        raise InvalidTerms(field, "Write something that people can see.")
    if len(text) > most:
        raise InvalidTerms(field, f"At most {most} characters.")
    if problem := find_hidden_in_line(text):
        raise InvalidTerms(field, problem)


def _validate_prices(prices: Iterable[Price]) -> None:
    prices = list(prices)
    if not prices:
        raise InvalidTerms("prices", "Give the tier a price.")
    if len({price[:2] for price in prices}) < len(prices):
        raise InvalidTerms("prices", "One price for each currency and interval.")
    for price in prices:
        _validate_price(price)


def _validate_price(price: Price) -> None:
    limits = settings.TIER_PRICES.get(price.currency)
    if limits is None or price.interval not in Interval.values:
        currencies = ", ".join(settings.TIER_PRICES)
        raise InvalidTerms("prices", f"A price is for a month or a year, and in one of {currencies}.")
    least, most = limits[0], limits[1] * MONTHS[Interval(price.interval)]
    if not least <= price.amount <= most:
        smallest, largest = (format_money(amount, price.currency) for amount in (least, most))
        raise InvalidTerms("prices", f"{Interval(price.interval).label.capitalize()} costs {smallest} to {largest}.")
    try:
        to_provider_units(price.amount, price.currency)
    except (UnsupportedAmount, UnsupportedCurrency) as error:
        raise InvalidTerms("prices", str(error)) from error
