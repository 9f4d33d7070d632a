"""Clean what a cell or an element of a catalogue file holds, and refuse what cannot be shown. Knows no models."""

import re
import unicodedata

from catalog.hidden_characters import find_hidden_character
from rights.imports.exceptions import InvalidLine

_UNSTORABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")  # controls, and halves of characters


def shorten(text: str, length: int = 200) -> str:
    """A text that a verdict can show and the database can store, whatever the file held."""
    shown = _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text[: length + 1])
    return shown if len(shown) <= length else f"{shown[: length - 1]}…"


def clean(text: str) -> str:
    return " ".join((text if text.isascii() else unicodedata.normalize("NFC", text)).split())


def require(text: str, name: str, length: int) -> str:
    """The text, if there is one of at most this length that people can see. Raises InvalidLine."""
    if not text:
        raise InvalidLine(f"The {name} is missing.")
    if len(text) > length:
        raise InvalidLine(f"The {name} has {len(text):,} characters. It may have {length:,}.")
    if problem := find_hidden_character(text):
        raise InvalidLine(f"The {name}: {begin_small(problem)}")
    return text


def begin_small(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
