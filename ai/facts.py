"""State: what is true about one fan's listening, as typed values, and how each is written in a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from babel.dates import format_date
from babel.numbers import format_decimal

from ai import unicode
from ai.names import safe_name, safe_title

SLOTS: Mapping[str, type[str] | type[int] | type[date]] = {
    "name": str,
    "artist": str,
    "song": str,
    "plays": int,
    "since": date,
}
"""Every slot that a sentence may hold, with the type of its value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """None means "not known": the sentence does without it. `name` and the titles may be raw; placing checks them."""

    artist: str
    name: str | None = None
    song: str | None = None
    plays: int | None = None
    since: date | None = None


@dataclass(frozen=True, slots=True)
class FormattedFacts:
    """The facts as they stand in a sentence of one locale: slot -> text, only those that are known and safe."""

    texts: Mapping[str, str]
    plays: int | None


def format_facts(facts: Facts, locale: str) -> FormattedFacts:
    """Check every value and write it the locale's way. A value that may not be repeated is as good as unknown."""
    texts: dict[str, str] = {}
    checked = (("name", safe_name(facts.name)), ("artist", safe_title(facts.artist)), ("song", safe_title(facts.song)))
    for slot, value in checked:
        if value is not None:
            texts[slot] = isolate_if_needed(value, locale)
    plays = facts.plays if facts.plays is not None and facts.plays >= 0 else None
    if plays is not None:
        texts["plays"] = _format_number(plays, locale)
    if facts.since is not None:
        texts["since"] = _format_day(facts.since, locale)
    return FormattedFacts(texts, plays)


def isolate_if_needed(value: str, locale: str) -> str:
    """Wrapped so that it cannot turn its neighbours around, and only where it would."""
    return f"{unicode.FSI}{value}{unicode.PDI}" if unicode.needs_isolation(value, locale) else value


@lru_cache(maxsize=4096)
def _format_number(number: int, locale: str) -> str:
    return format_decimal(number, locale=unicode.parse_locale(locale), numbering_system="default")


@lru_cache(maxsize=4096)
def _format_day(day: date, locale: str) -> str:
    return format_date(day, "long", locale=unicode.parse_locale(locale))
