"""Scripts, look-alike letters, text direction and invisible characters.

A value whose direction differs from its sentence is put between two isolates (U+2068 and U+2069), so that it cannot
turn its neighbours around.
"""

import re
import unicodedata
from functools import cache
from typing import Literal

from babel import Locale, UnknownLocaleError
from confusable_homoglyphs import categories, confusables

from catalog import hidden_characters

BIDI_CONTROLS = hidden_characters.BIDI_CONTROLS
FSI, PDI = "\u2068", "\u2069"
JOINERS = re.compile("[\u200c\u200d]")
CONTROL_CHARACTERS = hidden_characters.CONTROL_CHARACTERS
INVISIBLE_CHARACTERS = hidden_characters.INVISIBLE_CHARACTERS


@cache
def script_of(letter: str) -> str:
    """Unicode's name of the letter's script, such as `LATIN`, `COMMON` or `INHERITED`."""
    return str(categories.alias(letter))


@cache
def parse_locale(tag: str) -> Locale:
    """Raises ValueError, or babel's UnknownLocaleError, when the tag is no locale."""
    return Locale.parse(tag.replace("_", "-"), sep="-")


@cache
def text_direction(language_tag: str) -> Literal["rtl", "ltr"]:
    """The direction in which this language is written; `ltr` when the tag is no locale."""
    try:
        return "rtl" if parse_locale(language_tag).text_direction == "rtl" else "ltr"
    except (ValueError, UnknownLocaleError):
        return "ltr"


def isolate(value: str) -> str:
    """The value between two isolates."""
    return f"{FSI}{value}{PDI}"


def strip_isolates(value: str) -> str:
    return value.strip(FSI + PDI)


def isolated_value_pattern(value: str) -> re.Pattern[str]:
    """A pattern for this value as a word of its own, with or without isolates around it."""
    return re.compile(rf"{FSI}?(?<!\w){re.escape(value)}(?!\w){PDI}?")


def find_value(text: str, value: str, *, beside_letters: bool) -> list[re.Match[str]]:
    """Where the text has this value as a word; or else anywhere, with `beside_letters`, as in "花子さん"."""
    matches = list(isolated_value_pattern(value).finditer(text))
    if matches or not beside_letters:
        return matches
    return list(re.finditer(rf"{FSI}?{re.escape(value)}{PDI}?", text))


def needs_isolation(text: str, language_tag: str) -> bool:
    """Whether a letter of the text runs against the direction of the language."""
    if text_direction(language_tag) == "rtl":
        return any(unicodedata.bidirectional(letter) == "L" for letter in text)
    return not text.isascii() and any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in text)


def lookalike_skeleton(text: str) -> str:
    """The text in lower case, without accents, in the Latin letters that it looks like. For comparing only."""
    if text.isascii():
        return text.casefold()
    plain = _ACCENTS.sub("", unicodedata.normalize("NFD", text.casefold()))
    return unicodedata.normalize("NFC", plain).translate(_LOOKALIKES)


# Only these combining marks. In kana, Hangul or Indic scripts a mark makes another letter, and so another word.
_ACCENTS = re.compile("[\u0300-\u036f]")


def _build_lookalikes() -> dict[int, str]:
    """Each single letter outside ASCII that looks like an ASCII letter, from Unicode's list of confusables."""
    found: dict[int, str] = {}
    for letter, others in confusables.confusables_data.items():
        if len(letter) == 1 and not letter.isascii() and letter.isalpha() and script_of(letter) != "LATIN":
            latin = [other["c"] for other in others if other["c"].isascii() and other["c"].isalpha()]
            if latin:
                found[ord(letter.casefold()[0])] = min(latin, key=str.casefold).casefold()
    return found


_LOOKALIKES = _build_lookalikes()
