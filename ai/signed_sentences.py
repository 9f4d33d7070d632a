"""The sentences and words that an artist signed, to tell which of them a text repeats."""

import re
from collections.abc import Iterator
from functools import lru_cache

from ai.masking import NAME_PLACEHOLDER, VALUE_PLACEHOLDER
from ai.wording import Wording, list_shapes

WORD_PATTERN = re.compile(r"(?<![^\W_])(?<!\w['’-])[^\W\d_]+(?:['’-][^\W\d_]+)*")
_QUOTES = str.maketrans("‘’ʼ“”", "'''\"\"")
_PLAIN = _QUOTES | {ord("İ"): "I"}
"""İ is the only letter that two stand for in lower case."""
_SENTENCE = re.compile(r"[^.!?…\n]+[.!?…]*[\"”»“']*")
_NOT_A_SPACE = re.compile(r"\S")
_SLOT = re.compile(r"\{(\w+)\}")
_REPEATED_PLACEHOLDER = re.compile(rf"([{NAME_PLACEHOLDER}{VALUE_PLACEHOLDER}])\1+")


def lower(text: str) -> str:
    """The text as patterns and lists of words are written: in lower case, with straight quotes. Its length stays."""
    return text.translate(_PLAIN).lower()


def hide_signed_sentences(masked: str, wording: Wording | None) -> str:
    """The text with ";" for each character of a whole signed sentence, so that only the rest of it is judged.

    `masked` has placeholders for known values.
    """
    if wording is None:
        return masked
    signed = _signed_sentences(wording)

    def hide(sentence: re.Match[str]) -> str:
        is_signed = _stands_alone(sentence) and _plain_sentence(sentence.group()) in signed
        return _NOT_A_SPACE.sub(";", sentence.group()) if is_signed else sentence.group()

    return _SENTENCE.sub(hide, masked)


def _stands_alone(sentence: re.Match[str]) -> bool:
    """Whether there are spaces around it. "the music.com/win" is no sentence and something else."""
    text, (start, end) = sentence.string, sentence.span()
    begins = start == 0 or text[start - 1].isspace() or text[start].isspace()
    return begins and (end == len(text) or text[end].isspace())


@lru_cache(maxsize=256)
def signed_words(wording: Wording | None) -> frozenset[str]:
    """Every word of the signed sentences, in lower case."""
    if wording is None:
        return frozenset()
    texts = (*wording.templates, *(text for texts in wording.fragments.values() for text in texts))
    return frozenset(lower(m.group()) for text in texts for m in WORD_PATTERN.finditer(text))


@lru_cache(maxsize=256)
def _signed_sentences(wording: Wording) -> frozenset[str]:
    return frozenset(_plain_sentence(text) for text in _shape_sentences(wording))


def _shape_sentences(wording: Wording) -> Iterator[str]:
    for shape in list_shapes(wording):
        masked = _SLOT.sub(lambda m: NAME_PLACEHOLDER if m.group(1) == "name" else VALUE_PLACEHOLDER, shape.text)
        yield from _SENTENCE.findall(masked)


def _plain_sentence(sentence: str) -> str:
    return " ".join(_REPEATED_PLACEHOLDER.sub(r"\1", sentence).translate(_QUOTES).split())
