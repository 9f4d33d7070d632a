"""Know: which script a letter belongs to, which letters look alike, which way a text runs, what nobody sees."""

import re
import unicodedata
from functools import cache

from babel import Locale, UnknownLocaleError
from confusable_homoglyphs import categories, confusables

BIDI_CONTROLS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
FSI, PDI = "\u2068", "\u2069"
JOINERS = re.compile("[\u200c\u200d]")
CONTROL_CHARACTERS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""Everything that is no text; a line feed is. Lone surrogates too: they cannot be stored or sent."""
INVISIBLE_CHARACTERS = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u2060-\u2065\u206a-\u206f\u2800\u3164\ufe00-\ufe0e\ufeff"
    "\uffa0\ufff0-\uffff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Invisible letters, fillers, tags and selectors. U+FE0F (emoji style) and the joiners are judged where they stand."""


@cache
def script_of(letter: str) -> str:
    """Unicode's name of its script (`LATIN`), or `COMMON` or `INHERITED`."""
    return str(categories.alias(letter))


@cache
def parse_locale(tag: str) -> Locale:
    """Raises ValueError or babel's UnknownLocaleError for what is no locale."""
    return Locale.parse(tag.replace("_", "-"), sep="-")


@cache
def is_right_to_left(tag: str) -> bool:
    """What is no locale does not."""
    try:
        return bool(parse_locale(tag).text_direction == "rtl")
    except (ValueError, UnknownLocaleError):
        return False


def needs_isolation(text: str, tag: str) -> bool:
    """Whether a letter of it runs against the locale's direction, so that it would pull its neighbours along."""
    if is_right_to_left(tag):
        return any(unicodedata.bidirectional(letter) == "L" for letter in text)
    return not text.isascii() and any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in text)


def lookalike_skeleton(text: str) -> str:
    """Letters that look like a Latin one become it, accents fall away: what a hurried eye reads. For comparing only."""
    if text.isascii():
        return text.casefold()
    plain = _ACCENTS.sub("", unicodedata.normalize("NFD", text.casefold()))
    return unicodedata.normalize("NFC", plain).translate(_LOOKALIKES)


# Not all combining marks: in kana, Hangul or Indic scripts a mark makes another letter, and another word.
_ACCENTS = re.compile("[\u0300-\u036f]")


def _build_lookalikes() -> dict[int, str]:
    """From Unicode's confusables: each single letter outside ASCII that looks like an ASCII one."""
    found: dict[int, str] = {}
    for letter, others in confusables.confusables_data.items():
        if len(letter) == 1 and not letter.isascii() and letter.isalpha() and script_of(letter) != "LATIN":
            latin = [other["c"] for other in others if other["c"].isascii() and other["c"].isalpha()]
            if latin:
                found[ord(letter.casefold()[0])] = min(latin, key=str.casefold).casefold()
    return found


_LOOKALIKES = _build_lookalikes()
