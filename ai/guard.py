"""Guard: what a text may say about a fan. Signed words about known facts pass; everything else has to prove itself.

Free text (a model's, a person's edit) is read in English only: in another language its claims cannot be judged here,
and that is a finding too.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain

from ai import claims, contacts, scripts
from ai.facts import Facts, Placed, place
from ai.names import safe_name, safe_title
from ai.vocabulary import EVERYDAY
from ai.wording import Wording

__all__ = ["CRITICAL", "NAME", "VALUE", "Finding", "check_text", "check_words", "safe_name", "safe_title"]

NAME, VALUE = "\ufffc", "\ufffb"
"""Stand where a known name or another known value stood; neither may come in from outside."""

CRITICAL = frozenset({"control", "direction", "link", "contact", "syntax", "format", *claims.KINDS})
"""Codes of what must never be missed. The others are about truth and form: number, name, title, language, length."""


@dataclass(frozen=True, slots=True)
class Finding:
    code: str
    what: str
    """The words it is about, or what is wrong with them."""
    where: int
    """The character it starts at, from 0."""


def check_text(text: str, facts: Facts, *, limit: int = 600, wording: Wording | None = None) -> list[Finding]:
    """What is wrong with a text for this fan; an empty list lets it pass."""
    if found := [*_length(text, limit)]:
        return found  # some of what follows takes time with the square of the length: 13 s for 10,000 characters
    placed = place(facts, wording.locale if wording else "en")
    if wording is not None and wording.says(text, placed):
        return []
    blanked, wrong = _blank(text, facts, placed)
    found = [*_characters(text), *wrong, *check_words(blanked, facts, wording=wording)]
    return sorted(found, key=lambda finding: finding.where)


def check_words(words: str, facts: Facts, *, wording: Wording | None = None, strict: bool = False) -> list[Finding]:
    """The words around the known values, which stand as NAME and VALUE: a model's own, before anything is filled in.

    Strict, as for a model: every word must be an everyday one or stand in the signed wording.
    """
    plain = words.translate(_QUOTES).lower()
    known = _Known(facts, wording)
    found = [
        *_contacts(words),
        *_syntax(words),
        *(Finding(kind, m.group(), m.start()) for kind, p in claims.KINDS.items() if (m := p.search(plain))),
        *_numbers(words, plain, known),
        *_names(words, known),
        *_titles(words, known),
        *_language(words, wording),
        *(_words(plain, wording) if strict else ()),
    ]
    return sorted(found, key=lambda finding: finding.where)


class _Known:
    """The numbers, capitalised words and quoted titles that a text may hold without being asked."""

    def __init__(self, facts: Facts, wording: Wording | None) -> None:
        signed = " ".join(_sentences(wording))
        titles = [title for title in (safe_title(facts.artist), safe_title(facts.song), safe_name(facts.name)) if title]
        self.numbers = {_digits(match.group()) for match in _NUMBER.finditer(signed)}
        self.numbers |= {str(n) for n in (facts.plays, facts.since.year if facts.since else None) if n is not None}
        self.words = {match.group() for text in (signed, *titles) for match in _CAPITAL.finditer(text)}
        self.titles = {*titles, *(match.group(1).strip() for match in _QUOTED.finditer(signed))}


def _sentences(wording: Wording | None) -> Iterator[str]:
    if wording is not None:
        yield from wording.templates
        yield from chain.from_iterable(wording.fragments.values())


# -- the shape of the text


def _length(text: str, limit: int) -> Iterator[Finding]:
    if not text.strip():
        yield Finding("length", "nothing in it", 0)
    elif len(text) > limit:
        yield Finding("length", f"{len(text)} characters; at most {limit}", limit)


def _characters(text: str) -> Iterator[Finding]:
    for pattern in (scripts.CONTROL, scripts.UNSEEN, _PLACEHOLDER):
        if match := pattern.search(text):
            yield Finding("control", f"U+{ord(match.group()):04X}", match.start())
    for match in scripts.JOINER.finditer(text):
        around = text[max(0, match.start() - 1)] + text[min(match.end(), len(text) - 1)]
        if not any(unicodedata.category(c) == "So" or scripts.script(c) not in _JOINED_BY_LETTERS for c in around):
            yield Finding("control", f"U+{ord(match.group()):04X}", match.start())


_JOINED_BY_LETTERS = frozenset(
    {"LATIN", "GREEK", "CYRILLIC", "COMMON", "INHERITED", "HAN", "HIRAGANA", "KATAKANA", "HANGUL"}
)
"""Scripts that need no joiners; elsewhere, and between emoji, they belong to the writing."""
_PLACEHOLDER = re.compile("[\ufffb\ufffc\ufffd\ufff9\ufffa]")


def _blank(text: str, facts: Facts, placed: Placed) -> tuple[str, list[Finding]]:
    """The text with NAME and VALUE for what is known, and the direction marks that stand around nothing known."""
    blanked = text
    for value, mark in sorted(_values(facts, placed).items(), key=lambda item: -len(item[0])):
        pattern = re.compile(rf"{scripts.FSI}?(?<!\w){re.escape(value)}(?!\w){scripts.PDI}?")
        blanked = pattern.sub(partial(_balanced, mark), blanked)
    return blanked, [Finding("direction", f"U+{ord(m.group()):04X}", m.start()) for m in scripts.BIDI.finditer(blanked)]


def _balanced(mark: str, found: re.Match[str]) -> str:
    """As long as what it stands for. Both isolates go with the value, or the one there is stays to be found."""
    opened, closed = found.group().startswith(scripts.FSI), found.group().endswith(scripts.PDI)
    length = len(found.group())
    if opened == closed:
        return mark * length
    return scripts.FSI + mark * (length - 1) if opened else mark * (length - 1) + scripts.PDI


def _values(facts: Facts, placed: Placed) -> Mapping[str, str]:
    values = {text.strip(scripts.FSI + scripts.PDI): VALUE for slot, text in placed.texts.items() if slot != "plays"}
    if placed.plays is not None:
        values |= {placed.texts["plays"]: VALUE, str(placed.plays): VALUE}
    if name := placed.texts.get("name"):
        values[name.strip(scripts.FSI + scripts.PDI)] = NAME
    return {value: mark for value, mark in values.items() if _stands_out(value)}


def _stands_out(value: str) -> bool:
    """A title of small words ("you") would blank out the sentence around it; that one is known in quotes only."""
    return value != value.lower() or not value.isascii() or value[0].isdigit()


# -- ways out and left-overs


def _contacts(words: str) -> Iterator[Finding]:
    if found := contacts.find(words):
        kind, written, at = found
        yield Finding("link" if kind == "link" else "contact", written, at)


_SYNTAX = re.compile(
    r"[{}\[\]]|<[^\s\d<>][^<>]*>|%[sd(]|\$\w+\b|\\[nrtux\"]|&(?:\w+|#\d+);|<\||\|>"
    r"|(?<!\w)(?:x{3,}|y{3,}|tbd|n/a|null|undefined)(?!\w)"
    r"|(?<!\w)(?:your|fan|artist|song|user|insert|first)[ _](?:name|title)(?!\w)",
    re.IGNORECASE,
)
_FORMAT = re.compile(
    r"`|\*\*|__\w|-{3,}|={3,}|\w+\(\w*\)|^\s*(?:[#>]+ |[-*•] |\d+[.)] )|^\s*\"[^\"]*\"\s*$"
    r"|^\s*[\"'“]?(?:text|message|output|subject|json)[\"'”]?\s*:",
    re.IGNORECASE | re.MULTILINE,
)


def _syntax(words: str) -> Iterator[Finding]:
    for code, pattern in (("syntax", _SYNTAX), ("format", _FORMAT)):
        if match := pattern.search(words):
            yield Finding(code, match.group(), match.start())


# -- truth: numbers, names, titles

_QUOTES = str.maketrans("‘’ʼ“”", "'''\"\"")
_NUMBER = re.compile(r"\d+(?:[.,'’٬٫\u00a0\u202f ]\d{3}(?!\d))*(?:[.,:/]\d+)*")
_NUMBER_WORD = re.compile(
    r"(?<!\w)(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen"
    r"|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundreds?|thousands?|millions?|billions?|dozens?|twice"
    r"|third|(?:four|fif|six|seven|eigh|nin|ten|hundred|thousand)th|half|double|triple)(?!\w)"
    r"|[一二三四五六七八九十百千万]+[次回遍度年月天日]|[½¼¾²³¹⁰-⁹₀-₉Ⅰ-ↈ①-⓿]"
)
_WORD = r"[^\W\d_]+(?:['’-][^\W\d_]+)*"
_CAPITAL = re.compile(rf"(?<![\w'’-])(?=[^\W\d_]){_WORD}")
_QUOTED = re.compile(r"[“”„\"«»‹›「『]([^“”„\"«»‹›」』\n]{1,200})[“”\"«»‹›」』]|(?<!\w)['‘]([^'‘’\n]{2,120})['’](?!\w)")
_SENTENCE_START = re.compile(r"(?:^|[.!?…:;\n–—-])[\s\"'“”‘’(«»¡¿]*$")
_ALWAYS_CAPITAL = frozenset({"I", "I'm", "I've", "I'll", "I'd", "I’m", "I’ve", "I’ll", "I’d", "OK"})


def _digits(number: str) -> str:
    """As plain digits, whatever script they were written in and however they were grouped."""
    return "".join(str(unicodedata.digit(c)) for c in number if c.isdigit())


def _numbers(words: str, plain: str, known: _Known) -> Iterator[Finding]:
    for match in _NUMBER.finditer(words):
        if _digits(match.group()) not in known.numbers:
            yield Finding("number", match.group(), match.start())
    if match_word := _NUMBER_WORD.search(plain):
        yield Finding("number", match_word.group(), match_word.start())


def _names(words: str, known: _Known) -> Iterator[Finding]:
    """Capitalised words that start no sentence; at its start one cannot tell, so there two in a row are needed."""
    for match in _CAPITAL.finditer(words):
        word = match.group()
        if not word[0].isupper() or word in known.words or word in _ALWAYS_CAPITAL:
            continue
        if not _SENTENCE_START.search(words, 0, match.start()) or (word.isupper() and len(word) > 1):
            yield Finding("name", word, match.start())


def _titles(words: str, known: _Known) -> Iterator[Finding]:
    for match in _QUOTED.finditer(words):
        title = (match.group(1) or match.group(2)).strip(" ,.!?")
        if title not in known.titles and title.strip(NAME + VALUE):
            yield Finding("title", title, match.start())


def _words(plain: str, wording: Wording | None) -> Iterator[Finding]:
    signed = {m.group().translate(_QUOTES).lower() for text in _sentences(wording) for m in _CAPITAL.finditer(text)}
    for match in _CAPITAL.finditer(plain):
        word = match.group().removesuffix("'s")
        if word not in signed and not all(each in EVERYDAY for each in word.split("-")):
            yield Finding("word", match.group(), match.start())


# -- can it be judged at all

_READ = frozenset({"LATIN", "COMMON", "INHERITED"})


def _language(words: str, wording: Wording | None) -> Iterator[Finding]:
    """Claims are only known in English; what is written in anything else was not judged, so it does not pass."""
    if wording is not None and scripts.locale(wording.locale).language != "en":
        yield Finding("language", f"free text in {wording.locale} is not judged here", 0)
    for at, letter in enumerate(words):
        if not letter.isascii() and scripts.script(letter) not in _READ:
            yield Finding("script", letter, at)
            break
    said = [match.group().translate(_QUOTES).lower() for match in _CAPITAL.finditer(words)]
    if said and sum(word in EVERYDAY for word in said) * 3 < len(said):
        yield Finding("language", "this does not read as English", 0)
