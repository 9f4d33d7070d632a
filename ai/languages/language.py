"""One language as the guard knows it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

_SHORTEST_STEM = 4
_LONGEST_COMPOUND = 40
_LONGEST_LINK = 2
"""Letters between the halves of a compound, as in "Lieblings-lied" and "Sonne-n-schein"."""


@dataclass(frozen=True, eq=False)
class Language:
    """Patterns are matched in lower case, with straight apostrophes, and with U+FFFC in place of a known name."""

    code: str
    claims: Mapping[str, re.Pattern[str]]
    """By the code of the finding."""
    number_words: re.Pattern[str]
    everyday: frozenset[str]
    suffixes: tuple[str, ...]
    prefixes: tuple[str, ...] = ()
    """Endings and beginnings that make another form of an everyday word."""
    capitalised: re.Pattern[str] | None = None
    """Everyday words that are written with a capital inside a sentence."""
    determiners: frozenset[str] = frozenset()
    """Words before a noun, in a language that writes nouns with a capital. It is empty for other languages."""
    noun_endings: tuple[str, ...] = ()
    fold: Mapping[int, int | str] = field(default_factory=dict)
    """Accents that people leave out. `claims` and `number_words` are written without them."""

    _stems: frozenset[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        words = (self.without_accents(word) for word in self.everyday)
        object.__setattr__(self, "_stems", frozenset(stem for word in words for stem in self._list_stems(word)))

    def without_accents(self, text: str) -> str:
        """The text, in lower case, as `claims` and `number_words` are written. Its length stays the same."""
        return text.translate(self.fold) if self.fold else text

    def knows(self, word: str) -> bool:
        """Whether this is an everyday word, a form of one, or made of two. In lower case."""
        if word in self.everyday or not self._stems.isdisjoint(self._list_stems(self.without_accents(word))):
            return True
        parts = word.split("-")
        if len(parts) > 1:
            return all(self.knows(part) for part in parts if part)
        return bool(self.determiners) and len(word) <= _LONGEST_COMPOUND and self._is_compound(word)

    def _list_stems(self, word: str) -> Iterator[str]:
        """The word, and what is left of it without an ending and a beginning, if that is long enough."""
        yield word
        bare = [word, *(word.removeprefix(prefix) for prefix in self.prefixes if word.startswith(prefix))]
        for start in bare:
            if len(start) >= _SHORTEST_STEM:
                yield start
            for suffix in self.suffixes:
                if start.endswith(suffix) and len(start) - len(suffix) >= _SHORTEST_STEM:
                    yield start[: len(start) - len(suffix)]

    def _is_compound(self, word: str) -> bool:
        for at in range(_SHORTEST_STEM, len(word) - _SHORTEST_STEM + 1):
            head, tail = word[:at], word[at:]
            if not self._stems.isdisjoint(self._list_stems(tail)) and any(
                head[: len(head) - cut] in self.everyday for cut in range(_LONGEST_LINK + 1)
            ):
                return True
        return False


def any_phrase(*patterns: str) -> re.Pattern[str]:
    """A pattern for any of these, as words of their own."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)")
