"""Read the identifiers of recordings and works as people type them, without Django.

Each `parse_*` returns the stored form, or raises InvalidIdentifier, which says what is wrong in plain words.
"""

import string
import unicodedata
from collections.abc import Sequence
from operator import contains, mul
from uuid import UUID

DIGITS = string.digits
LETTERS = string.ascii_uppercase
LETTERS_AND_DIGITS = DIGITS + LETTERS
DIGITS_OR_X = DIGITS + "X"
HEX_DIGITS = DIGITS + "ABCDEF"

_IN_WORDS = {
    DIGITS: "a digit",
    LETTERS: "a letter",
    LETTERS_AND_DIGITS: "a letter or a digit",
    DIGITS_OR_X: "a digit or X",
    HEX_DIGITS: "a digit or a letter from A to F",
}
_ISRC = [LETTERS] * 2 + [LETTERS_AND_DIGITS] * 3 + [DIGITS] * 7
_ISWC = ["T"] + [DIGITS] * 10
_MBID = [HEX_DIGITS] * 32


class InvalidIdentifier(ValueError):
    """A text is no identifier of its kind. The message tells the person who typed it what to look for."""


def parse_isrc(text: str) -> str:
    """The 12 characters of an ISRC (ISO 3901). It has no check digit."""
    return match_places(text, "ISRC", _ISRC)


def parse_isrc_prefix(text: str) -> str:
    """The first 5 characters of an ISRC: the country and the registrant."""
    return match_places(text, "prefix", _ISRC[:5])


def parse_iswc(text: str) -> str:
    """The T and 10 digits of an ISWC (ISO 15707), the last of which checks the others."""
    code = match_places(text, "ISWC", _ISWC)
    total = 1 + sum(map(mul, range(1, 10), map(int, code[1:-1])))
    require_check(code, str(-total % 10))
    return code


def format_iswc(iswc: str | None) -> str:
    """An ISWC as people write it, T-123.456.789-0; "" for none."""
    return f"{iswc[0]}-{iswc[1:4]}.{iswc[4:7]}.{iswc[7:10]}-{iswc[10]}" if iswc else ""


def parse_mbid(text: str) -> UUID:
    """An identifier of MusicBrainz. It has no check digit."""
    mbid = UUID(hex=match_places(text, "MBID", _MBID))
    if not mbid.int:
        raise InvalidIdentifier("An MBID of zeros only stands for nothing.")
    return mbid


def normalise(text: str) -> str:
    """Capitals without spaces, dots, hyphens of any kind and invisible characters."""
    if text.isascii() and text.isalnum():
        return text.upper()
    return "".join(filter(_belongs, unicodedata.normalize("NFKC", text).upper()))


def match_places(text: str, name: str, places: Sequence[str]) -> str:
    """The normalised text, if each character may stand at its place. A name before it (`ISRC US-…`) is dropped."""
    code = normalise(text)
    if len(code) == len(name) + len(places):
        code = code.removeprefix(name)
    if len(code) != len(places):
        raise InvalidIdentifier(_describe_length(code, name, places))
    if all(map(contains, places, code)):  # most of them, and a file can have 100,000
        return code
    for number, (character, allowed) in enumerate(zip(code, places, strict=True), start=1):
        if character not in allowed:
            wanted = _IN_WORDS.get(allowed, allowed)
            raise InvalidIdentifier(f"Character {number} is “{character}”, where this {name} needs {wanted}.")
    return code


def require_check(code: str, expected: str) -> None:
    """Compare the end of a code with the check digits that its other characters give."""
    if code.endswith(expected):
        return
    ending = "last two digits" if len(expected) == 2 else "last digit" if expected.isdigit() else "last character"
    raise InvalidIdentifier(f"The {ending} should be {expected}, if the others are right: check for a typing mistake.")


def _belongs(character: str) -> bool:
    separates = character.isspace() or character in ".:−"
    return not separates and unicodedata.category(character) not in {"Pd", "Cf", "Cc"}


def _describe_length(code: str, name: str, places: Sequence[str]) -> str:
    length, middle = len(places), len(places) // 2
    is_digits = all(allowed == DIGITS for allowed in places[middle:-1]) and code[middle:-1].isdigit()
    kind = "digit" if is_digits else "character"
    difference = abs(length - len(code))
    many = f"A {kind} is" if difference == 1 else f"{difference} {kind}s are"
    problem = "missing" if len(code) < length else "too many"
    return f"{many} {problem}: the {name} has {length} characters, and this has {len(code)}."
