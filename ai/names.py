"""Guard: which names, titles and artists' names may stand in a sentence. What fails is left out, never an error."""

import re
import unicodedata
from functools import lru_cache

from ai import contacts, scripts
from ai.blocklists import ANYWHERE, INJECTION, WHOLE_WORDS

MAX_LETTERS = 32
MAX_WORDS = 3
MAX_TITLE = 120

_TYPED_APOSTROPHES = str.maketrans("`´", "’’")  # NFKC would make a space of the second
_PUNCTUATION = "'’‘\u02bc-\u2010\u2011.·\u30fb\u05be\u05f3\u05f4\uff0e "
_EASY = re.compile(r"[A-Za-z]+(?:[ '-][A-Za-z]+){0,2}")
_SHAPE = re.compile(r"['’‘][^\W\d_].*(?<!['’‘])|[^\W\d_].*")
_DOUBLED = re.compile(rf"[{re.escape(_PUNCTUATION.replace(' ', '').replace('.', ''))}]{{2}}|\.\.|\s[.·]|  ")
# Han with a variation selector is how some Japanese family names are really written; without it they stay readable.
_HAN_VARIANT = re.compile("(?<=[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])[\U000e0100-\U000e01ef]")

_LETTERS_AND_MARKS = {"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc"}
_TOGETHER = (
    frozenset({"LATIN", "HAN", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "HAN", "HANGUL"}),
    frozenset({"LATIN", "HAN", "BOPOMOFO"}),
)
"""Unicode's "highly restrictive" level (UTS 39): these may share a name; every other script stands alone."""

_MANY_MARKS = re.compile("[\u0300-\u036f\u1dc0-\u1dff\u20d0-\u20ff]{3}")
_ARABIC_LIKE = {"ARABIC", "SYRIAC", "MANDAIC", "NKO", "MONGOLIAN", "PHAGS_PA"}
_VIRAMA = 9  # the combining class of every virama


def safe_name(raw: str | None) -> str | None:
    """The name as it may be written to its owner, in NFKC; None means the greeting does without one."""
    if raw is None or len(raw) > 4 * MAX_LETTERS:
        return None
    name = _HAN_VARIANT.sub("", raw).translate(_TYPED_APOSTROPHES).strip()
    if scripts.BIDI.search(name) or scripts.UNSEEN.search(name) or scripts.CONTROL.search(name) or "\n" in name:
        return None
    name = " ".join(unicodedata.normalize("NFKC", name).split())
    if not name or len(name) > MAX_LETTERS or name.count(" ") >= MAX_WORDS:
        return None
    if not _EASY.fullmatch(name) and not _well_formed(name):
        return None
    if not name.isalpha() and contacts.find(name):
        return None
    return None if _offends(name) else name


@lru_cache(maxsize=4096)  # of the catalogue's titles; a fan's name is never kept
def safe_title(raw: str | None) -> str | None:
    """A song's or an artist's name from the catalogue, in NFC. Digits and rude words are theirs; links are nobody's."""
    if raw is None or len(raw) > MAX_TITLE:
        return None
    title = unicodedata.normalize("NFC", raw).strip()
    if not title or "\n" in title or scripts.CONTROL.search(title) or scripts.BIDI.search(title):
        return None
    if scripts.UNSEEN.search(title) or not any(c.isalnum() or unicodedata.category(c)[0] == "S" for c in title):
        return None
    return None if contacts.find(title, contacts.IN_TITLES) else title


def _well_formed(name: str) -> bool:
    if scripts.UNSEEN.search(name) or not _SHAPE.fullmatch(name) or _DOUBLED.search(name) or _MANY_MARKS.search(name):
        return False
    if not all(_is_written(name, at) for at in range(len(name))):
        return False
    return _one_script({scripts.script(c) for c in name} - {"COMMON", "INHERITED"})


def _is_written(name: str, at: int) -> bool:
    """Letters, marks and the punctuation of names; a joiner only where the script cannot be written without it."""
    letter = name[at]
    if unicodedata.category(letter) in _LETTERS_AND_MARKS or letter in _PUNCTUATION:
        return letter != "\ufe0f"
    if not scripts.JOINER.match(letter) or not 0 < at < len(name) - 1:
        return False
    if unicodedata.combining(name[at - 1]) == _VIRAMA:
        return True
    return letter == "\u200c" and {scripts.script(name[at - 1]), scripts.script(name[at + 1])} <= _ARABIC_LIKE


def _one_script(found: set[str]) -> bool:
    return len(found) == 1 or any(found <= together for together in _TOGETHER)


def _offends(name: str) -> bool:
    seen = scripts.lookalike(name)
    if INJECTION.search(seen) or (not name.isascii() and INJECTION.search(name.casefold())):
        return True
    words = [_NOT_LETTERS.sub("", word) for word in _BETWEEN_WORDS.split(seen)]
    whole = "".join(words)
    if any(word.replace("l", "i") in WHOLE_WORDS for word in (*words, whole)):
        return True
    return bool(ANYWHERE.search(whole) or ANYWHERE.search(_RUN.sub(r"\1", whole)))


_BETWEEN_WORDS = re.compile(r"[\s.\-‐‑·・]+")
# Not \W: that would take the vowel signs of Indic scripts along.
_NOT_LETTERS = re.compile(rf"[{re.escape(_PUNCTUATION)}\u200c\u200d]+")
_RUN = re.compile(r"(.)\1{2,}")
