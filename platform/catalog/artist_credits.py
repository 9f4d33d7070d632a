"""Split an artist credit into names, and a title into the song and the names that it features.

All texts are folded (`catalog.text_keys.fold`). The splits need not be right, only the same for each way to write a
credit: "Earth, Wind & Fire" is three names wherever it stands.
"""

import re

FEATURING = r"(?:featuring|feat|ft)(?:\.\s*|\s+)"
IN_BRACKETS = rf"\s*[(\[]\s*{FEATURING}(?P<bracketed>[^()\[\]]+)[)\]]"
FEATURED_IN_TITLE = re.compile(rf"{IN_BRACKETS}|\s{FEATURING}(?P<bare>(?:(?! - )[^()\[\]])+)")
FEATURED_IN_CREDIT = re.compile(rf"{IN_BRACKETS}|\s{FEATURING}(?P<bare>.+)")
SEPARATOR = re.compile(r"[,;&•/、]|\s(?:[+|·×x]|and|with|vs\.?)\s")

type Names = frozenset[str]


def split_title(title: str) -> tuple[str, Names]:
    """The title without "(feat. …)", and the names in it."""
    return _split(title, FEATURED_IN_TITLE)


def split_credit(credit: str) -> tuple[Names, Names]:
    """The names before "feat.", and those after it."""
    leads, featured = _split(credit, FEATURED_IN_CREDIT)
    return split_names(leads), featured


def all_names(credit: str) -> Names:
    return frozenset().union(*split_credit(credit))


def split_names(text: str) -> Names:
    """The names of a list such as "ada, bo & cy". A text of nothing but separators is one name."""
    return frozenset(name for each in SEPARATOR.split(text) if (name := each.strip())) or frozenset({text})


def _split(text: str, pattern: re.Pattern[str]) -> tuple[str, Names]:
    """The text without what the pattern finds, and the names in that. A text that would be empty stays whole."""
    if "feat" not in text and "ft" not in text:  # most of them; a pattern takes ten times as long
        return text, frozenset()
    rest = " ".join(pattern.sub(" ", text).split())
    if not rest or rest == text:
        return text, frozenset()
    found = (match["bracketed"] or match["bare"] for match in pattern.finditer(text))
    return rest, frozenset(name for names in found for name in split_names(names.strip()))
