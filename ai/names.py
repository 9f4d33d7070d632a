"""Check the names and titles that a sentence may hold. A name that fails is left out; it is never an error."""

import re
import unicodedata
from functools import lru_cache

from ai import contacts, unicode
from ai.blocklists import BLOCKED_SUBSTRINGS, BLOCKED_WORDS, INSTRUCTION_PATTERN

MAX_NAME_LENGTH = 48
MAX_WORD_LENGTH = 32
MAX_WORDS = 7
MAX_PLAIN_WORDS = 3
"""A name of more words must look like a name and not like a sentence: see `_words_look_like_a_name`."""
MAX_TITLE_LENGTH = 120

_ASCII_APOSTROPHE = dict.fromkeys(map(ord, "’‘ʼ"), "'")
_TYPED_APOSTROPHES = str.maketrans("`´", "’’")  # NFKC would make a space of the second
_NAME_PUNCTUATION = "'’‘\u02bc-\u2010\u2011.·\u30fb\u05be\u05f3\u05f4\uff0e "
_PLAIN_NAME = re.compile(r"[A-Za-z]+(?:[ '-][A-Za-z]+){0,2}")
_PARTICLE = re.compile(
    r"['’‘][st]|a|abu|af|al|ap|av|ben|bin|binti?|d[aeiou]|das|degli|dei|della?|de[nrs]|dos|e|el|ibn|il|in|la|las|les?|los?"
    "|ma?c|of?|op|san|sta?|ten?|ter|va[nm]|vo[nm]|y|zu[mr]?"
)
_STARTS_AND_ENDS = re.compile(r"['’‘][^\W\d_].*(?<!['’‘])|[^\W\d_].*")
_DOUBLED_PUNCTUATION = re.compile(
    rf"[{re.escape(_NAME_PUNCTUATION.replace(' ', '').replace('.', ''))}]{{2}}|\.\.|\s[.·]|  "
)
# Some Japanese family names are written with a variation selector. Without it they stay readable.
_HAN_VARIANT = re.compile("(?<=[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])[\U000e0100-\U000e01ef]")

_LETTERS_AND_MARKS = {"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc"}
_COMPATIBLE_SCRIPTS = (
    frozenset({"LATIN", "HAN", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "HAN", "HANGUL"}),
    frozenset({"LATIN", "HAN", "BOPOMOFO"}),
)
"""Scripts that may be mixed in one name: Unicode's "highly restrictive" level (UTS 39)."""

_MANY_MARKS = re.compile("[\u0300-\u036f\u1dc0-\u1dff\u20d0-\u20ff]{3}")
_ARABIC_LIKE = {"ARABIC", "SYRIAC", "MANDAIC", "NKO", "MONGOLIAN", "PHAGS_PA"}
_VIRAMA = 9  # the combining class of every virama


def safe_name(raw: str | None) -> str | None:
    """The name in NFKC, or None when a greeting must not repeat it."""
    if raw is None or len(raw) > 4 * MAX_NAME_LENGTH:
        return None
    name = _HAN_VARIANT.sub("", raw).translate(_TYPED_APOSTROPHES).strip()
    if (
        unicode.BIDI_CONTROLS.search(name)
        or unicode.INVISIBLE_CHARACTERS.search(name)
        or unicode.CONTROL_CHARACTERS.search(name)
        or "\n" in name
    ):
        return None
    name = " ".join(unicodedata.normalize("NFKC", name).split())
    if not name or len(name) > MAX_NAME_LENGTH or not _words_look_like_a_name(name.split(" ")):
        return None
    if not _PLAIN_NAME.fullmatch(name) and not _well_formed(name):
        return None
    if not name.isalpha() and contacts.find_contact(name):
        return None
    return None if _is_blocked(name) else name


@lru_cache(maxsize=4096)  # titles of the catalogue only: a fan's name is never kept
def safe_title(raw: str | None) -> str | None:
    """A song's or an artist's name from the catalogue, in NFC, or None when it holds a link or hidden characters.

    Digits, rude words and signs alone (as in "!!!") are allowed.
    """
    if raw is None or len(raw) > MAX_TITLE_LENGTH:
        return None
    title = unicodedata.normalize("NFC", raw).strip()
    if not title or "\n" in title or unicode.CONTROL_CHARACTERS.search(title) or unicode.BIDI_CONTROLS.search(title):
        return None
    if unicode.INVISIBLE_CHARACTERS.search(title) or not any(unicodedata.category(c)[0] in "LNPS" for c in title):
        return None
    return None if contacts.find_contact(title, contacts.TITLE_PATTERNS) else title


def _words_look_like_a_name(words: list[str]) -> bool:
    """Up to three words, or up to seven that begin with a capital, as particles and scripts without capitals need not.

    "one two three four" is a sentence as far as we can tell.
    """
    if len(words) > MAX_WORDS or max(map(len, words)) > MAX_WORD_LENGTH:
        return False
    return len(words) <= MAX_PLAIN_WORDS or all(map(_is_capitalised_or_particle, words))


def _is_capitalised_or_particle(word: str) -> bool:
    has_capital, has_case = word != word.lower(), any(letter.islower() for letter in word)
    return has_capital or not has_case or bool(_PARTICLE.fullmatch(word))


def _well_formed(name: str) -> bool:
    if (
        unicode.INVISIBLE_CHARACTERS.search(name)
        or not _STARTS_AND_ENDS.fullmatch(name)
        or _DOUBLED_PUNCTUATION.search(name)
        or _MANY_MARKS.search(name)
    ):
        return False
    if not all(_is_allowed_at(name, at) for at in range(len(name))):
        return False
    return _scripts_are_compatible({unicode.script_of(c) for c in name} - {"COMMON", "INHERITED"})


def _is_allowed_at(name: str, at: int) -> bool:
    """Whether a letter, mark or punctuation may stand here. A joiner may, where its script needs one."""
    letter = name[at]
    if unicodedata.category(letter) in _LETTERS_AND_MARKS or letter in _NAME_PUNCTUATION:
        return letter != "\ufe0f"
    if not unicode.JOINERS.match(letter) or not 0 < at < len(name) - 1:
        return False
    if unicodedata.combining(name[at - 1]) == _VIRAMA:
        return True
    return letter == "\u200c" and {unicode.script_of(name[at - 1]), unicode.script_of(name[at + 1])} <= _ARABIC_LIKE


def _scripts_are_compatible(found: set[str]) -> bool:
    return len(found) == 1 or any(found <= together for together in _COMPATIBLE_SCRIPTS)


def _is_blocked(name: str) -> bool:
    skeleton = unicode.lookalike_skeleton(name)
    if INSTRUCTION_PATTERN.search(skeleton) or (not name.isascii() and INSTRUCTION_PATTERN.search(name.casefold())):
        return True
    words = [_NOT_LETTERS.sub("", word) for word in _BETWEEN_WORDS.split(skeleton)]
    whole = "".join(words)
    if any(word.replace("l", "i") in BLOCKED_WORDS for word in (*words, whole)):
        return True
    return bool(BLOCKED_SUBSTRINGS.search(whole) or BLOCKED_SUBSTRINGS.search(_REPEATED_LETTER.sub(r"\1", whole)))


_BETWEEN_WORDS = re.compile(r"[\s.\-‐‑·・]+")
# \W would also remove the vowel signs of Indic scripts.
_NOT_LETTERS = re.compile(rf"[{re.escape(_NAME_PUNCTUATION)}\u200c\u200d]+")
_REPEATED_LETTER = re.compile(r"(.)\1{2,}")
