"""The sentences and words that an artist signed, to tell which of them a text repeats."""

import re
from collections.abc import Iterator
from functools import lru_cache

from ai.masking import NAME_PLACEHOLDER, VALUE_PLACEHOLDER
from ai.wording import Wording, list_shapes

QUOTES = str.maketrans("‘’ʼ“”", "'''\"\"")
WORD_PATTERN = re.compile(r"(?<![\w'’-])(?=[^\W\d_])[^\W\d_]+(?:['’-][^\W\d_]+)*")
_SENTENCE = re.compile(r"[^.!?…\n]+[.!?…]*[\"”»“']*")
_SLOT = re.compile(r"\{(\w+)\}")
_REPEATED_PLACEHOLDER = re.compile(rf"([{NAME_PLACEHOLDER}{VALUE_PLACEHOLDER}])\1+")


def find_signed_spans(masked: str, wording: Wording | None) -> list[tuple[int, int]]:
    """Where the text, with placeholders for known values, repeats a whole signed sentence: (first, behind the last)."""
    if wording is None:
        return []
    signed = _signed_sentences(wording)
    return [m.span() for m in _SENTENCE.finditer(masked) if _plain_sentence(m.group()) in signed]


@lru_cache(maxsize=256)
def signed_words(wording: Wording | None) -> frozenset[str]:
    """Every word of the signed sentences, in lower case."""
    if wording is None:
        return frozenset()
    texts = (*wording.templates, *(text for texts in wording.fragments.values() for text in texts))
    return frozenset(m.group().translate(QUOTES).lower() for text in texts for m in WORD_PATTERN.finditer(text))


@lru_cache(maxsize=256)
def _signed_sentences(wording: Wording) -> frozenset[str]:
    return frozenset(_plain_sentence(text) for text in _shape_sentences(wording))


def _shape_sentences(wording: Wording) -> Iterator[str]:
    for shape in list_shapes(wording):
        masked = _SLOT.sub(lambda m: NAME_PLACEHOLDER if m.group(1) == "name" else VALUE_PLACEHOLDER, shape.text)
        yield from _SENTENCE.findall(masked)


def _plain_sentence(sentence: str) -> str:
    return " ".join(_REPEATED_PLACEHOLDER.sub(r"\1", sentence).translate(QUOTES).split())
