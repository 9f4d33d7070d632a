"""Find characters that nobody can see, or that turn the text after them around. Knows no models."""

import re

BIDI_CONTROLS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
CONTROL_CHARACTERS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""All control characters but the line feed, and lone surrogates, which cannot be stored or sent."""
INVISIBLE_CHARACTERS = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u2060-\u2065\u206a-\u206f\u2800\u3164\ufe00-\ufe0e\ufeff"
    "\uffa0\ufff0-\uffff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Invisible letters, fillers, tags and selectors. Whether U+FE0F and the joiners are allowed depends on their place."""


def find_hidden_character(text: str) -> str | None:
    """What to change in a text with a character that nobody can see, or None. Line feeds are allowed."""
    if text.isascii() and text.isprintable():
        return None
    for pattern in (CONTROL_CHARACTERS, BIDI_CONTROLS, INVISIBLE_CHARACTERS):
        if hidden := pattern.search(text):
            return f"There is a character in it that nobody can see (U+{ord(hidden[0]):04X}). Take it out."
    return None


def find_hidden_in_line(text: str) -> str | None:
    """The same for a name or another text of one line."""
    return "Write it in one line." if "\n" in text else find_hidden_character(text)
