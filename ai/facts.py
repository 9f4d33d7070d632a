"""Facts about one fan's listening, or about what a fan asked for, as typed values, and how each is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from babel.dates import format_date
from babel.numbers import format_decimal

from ai import request_words, unicode
from ai.names import safe_name, safe_title

SLOTS: Mapping[str, type[str] | type[int] | type[date]] = {
    "name": str,
    "artist": str,
    "song": str,
    "plays": int,
    "since": date,
    "recipient": str,
    "occasion": str,
    "relation": str,
    "event": str,
    "day": date,
}
"""Every slot that a sentence may hold, with the type of its value."""
LISTENING_SLOTS = frozenset({"plays", "since"})
"""Those that only a message about listens can fill in."""
REQUEST_SLOTS = frozenset({"recipient", "occasion", "relation", "event", "day"})
"""Those that only a message which a fan asked for can fill in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """None means that a value is not known. Names and titles may be unchecked; `format_facts` checks them.

    `occasion`, `relation` and `event` are keys of `request_words`.
    """

    artist: str
    name: str | None = None
    song: str | None = None
    plays: int | None = None
    since: date | None = None
    recipient: str | None = None
    occasion: str | None = None
    relation: str | None = None
    event: str | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True)
class FormattedFacts:
    """The facts as they are written in one language, by slot. Only facts that are known and safe are in it."""

    texts: Mapping[str, str]
    plays: int | None


def format_facts(facts: Facts, locale: str) -> FormattedFacts:
    """Check every value and write it as the locale does. A name or title that is not safe is left out."""
    texts: dict[str, str] = {}
    checked = (
        ("name", safe_name(facts.name)),
        ("artist", safe_title(facts.artist)),
        ("song", safe_title(facts.song)),
        ("recipient", safe_name(facts.recipient)),
    )
    for slot, value in checked:
        if value is not None:
            texts[slot] = unicode.isolate(value) if unicode.needs_isolation(value, locale) else value
    plays = facts.plays if facts.plays is not None and facts.plays >= 0 else None
    if plays is not None:
        texts["plays"] = _format_number(plays, locale)
    for slot, day in (("since", facts.since), ("day", facts.day)):
        if day is not None:
            texts[slot] = _format_day(day, locale)
    language = unicode.parse_locale(locale).language
    for slot, key in (("occasion", facts.occasion), ("relation", facts.relation), ("event", facts.event)):
        if phrase := request_words.find_phrase(slot, key, language):
            texts[slot] = phrase
    return FormattedFacts(texts, plays)


@lru_cache(maxsize=4096)
def _format_number(number: int, locale: str) -> str:
    return format_decimal(number, locale=unicode.parse_locale(locale), numbering_system="default")


@lru_cache(maxsize=4096)
def _format_day(day: date, locale: str) -> str:
    return format_date(day, "long", locale=unicode.parse_locale(locale))
