"""Check what a text says to a fan. A signed wording with known facts passes; any other text is searched for problems.

Free text, from a model or from a person's edit, is understood in English only. In another language its claims cannot be
checked, and that is a finding too.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain

from ai import claims, contacts, unicode
from ai.facts import Facts, FormattedFacts, format_facts
from ai.names import safe_name, safe_title
from ai.vocabulary import EVERYDAY_WORDS
from ai.wording import Wording

NAME_PLACEHOLDER, VALUE_PLACEHOLDER = "\ufffc", "\ufffb"
"""They replace a known name and any other known value. A text from outside may hold neither of them."""


@dataclass(frozen=True, slots=True)
class Finding:
    code: str
    text: str
    """The words that are wrong, or what is wrong with the text."""
    position: int
    """The first character, counted from 0."""


def check_text(
    text: str, facts: Facts, *, limit: int = 600, wording: Wording | None = None, strict: bool = False
) -> list[Finding]:
    """What is wrong with a text for this fan. An empty list means that it passes. `limit` is in characters.

    `strict` is that of `check_words`.
    """
    if findings := [*_check_length(text, limit)]:
        return findings  # some checks below take time with the square of the length: 13 s for 10,000 characters
    placed = format_facts(facts, wording.locale if wording else "en")
    if wording is not None and wording.matches(text, placed):
        return []
    masked, wrong = _mask_known_values(text, facts, placed)
    findings = [*_check_characters(text), *wrong, *check_words(masked, facts, wording=wording, strict=strict)]
    return sorted(findings, key=lambda finding: finding.position)


def check_words(words: str, facts: Facts, *, wording: Wording | None = None, strict: bool = False) -> list[Finding]:
    """What is wrong with the words around the known values, which are placeholders here.

    `strict`, for a model's text, also requires that every word is an everyday word or is in the signed wording.
    """
    plain = words.translate(_QUOTES).lower()
    known = _KnownValues(facts, wording)
    findings = [
        *_check_contacts(words),
        *_check_syntax(words),
        *(Finding(kind, m.group(), m.start()) for kind, p in claims.CLAIM_PATTERNS.items() if (m := p.search(plain))),
        *_check_numbers(words, plain, known),
        *_check_names(words, known),
        *_check_titles(words, known),
        *_check_language(words, wording),
        *(_check_vocabulary(plain, wording) if strict else ()),
    ]
    return sorted(findings, key=lambda finding: finding.position)


class _KnownValues:
    """The numbers, capitalised words and quoted titles that are true of this fan or are in the signed wording."""

    def __init__(self, facts: Facts, wording: Wording | None) -> None:
        signed = " ".join(_signed_sentences(wording))
        titles = [title for title in (safe_title(facts.artist), safe_title(facts.song), safe_name(facts.name)) if title]
        self.numbers = {_plain_digits(match.group()) for match in _NUMBER.finditer(signed)}
        self.numbers |= {str(n) for n in (facts.plays, facts.since.year if facts.since else None) if n is not None}
        self.words = {match.group() for text in (signed, *titles) for match in _WORD_PATTERN.finditer(text)}
        self.titles = {*titles, *(match.group(1).strip() for match in _QUOTED.finditer(signed))}


def _signed_sentences(wording: Wording | None) -> Iterator[str]:
    if wording is not None:
        yield from wording.templates
        yield from chain.from_iterable(wording.fragments.values())


# -- length and characters


def _check_length(text: str, limit: int) -> Iterator[Finding]:
    if not text.strip():
        yield Finding("length", "nothing in it", 0)
    elif len(text) > limit:
        yield Finding("length", f"{len(text)} characters; at most {limit}", limit)


def _check_characters(text: str) -> Iterator[Finding]:
    for pattern in (unicode.CONTROL_CHARACTERS, unicode.INVISIBLE_CHARACTERS, _PLACEHOLDER_CHARACTERS):
        if match := pattern.search(text):
            yield Finding("control", f"U+{ord(match.group()):04X}", match.start())
    for match in unicode.JOINERS.finditer(text):
        around = text[max(0, match.start() - 1)] + text[min(match.end(), len(text) - 1)]
        if not any(unicodedata.category(c) == "So" or unicode.script_of(c) not in _JOINED_BY_LETTERS for c in around):
            yield Finding("control", f"U+{ord(match.group()):04X}", match.start())


_JOINED_BY_LETTERS = frozenset(
    {"LATIN", "GREEK", "CYRILLIC", "COMMON", "INHERITED", "HAN", "HIRAGANA", "KATAKANA", "HANGUL"}
)
"""Scripts that need no joiners. In other scripts, and between emoji, joiners are allowed."""
_PLACEHOLDER_CHARACTERS = re.compile("[\ufffb\ufffc\ufffd\ufff9\ufffa]")


def _mask_known_values(text: str, facts: Facts, placed: FormattedFacts) -> tuple[str, list[Finding]]:
    """The text with placeholders for the known values, and the direction marks that belong to none of them."""
    masked = text
    for value, mark in sorted(_maskable_values(facts, placed).items(), key=lambda item: -len(item[0])):
        masked = unicode.isolated_value_pattern(value).sub(partial(_mask_match, mark), masked)
    return masked, [
        Finding("direction", f"U+{ord(m.group()):04X}", m.start()) for m in unicode.BIDI_CONTROLS.finditer(masked)
    ]


def _mask_match(mark: str, found: re.Match[str]) -> str:
    """A placeholder as long as the value. Two isolates are replaced too; a single one stays, so that it is found."""
    opened, closed = found.group().startswith(unicode.FSI), found.group().endswith(unicode.PDI)
    length = len(found.group())
    if opened == closed:
        return mark * length
    return unicode.FSI + mark * (length - 1) if opened else mark * (length - 1) + unicode.PDI


def _maskable_values(facts: Facts, placed: FormattedFacts) -> Mapping[str, str]:
    values = {unicode.strip_isolates(text): VALUE_PLACEHOLDER for slot, text in placed.texts.items() if slot != "plays"}
    if placed.plays is not None:
        values |= {placed.texts["plays"]: VALUE_PLACEHOLDER, str(placed.plays): VALUE_PLACEHOLDER}
    if name := placed.texts.get("name"):
        values[unicode.strip_isolates(name)] = NAME_PLACEHOLDER
    return {value: mark for value, mark in values.items() if _is_distinctive(value)}


def _is_distinctive(value: str) -> bool:
    """Whether a value differs from everyday words. A title such as "you" does not, so it is known in quotes only."""
    return value != value.lower() or not value.isascii() or value[0].isdigit()


# -- links, and remains of templates and markup


def _check_contacts(words: str) -> Iterator[Finding]:
    if found := contacts.find_contact(words):
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


def _check_syntax(words: str) -> Iterator[Finding]:
    for code, pattern in (("syntax", _SYNTAX), ("format", _FORMAT)):
        if match := pattern.search(words):
            yield Finding(code, match.group(), match.start())


# -- true numbers, names and titles

_QUOTES = str.maketrans("‘’ʼ“”", "'''\"\"")
_NUMBER = re.compile(r"\d+(?:[.,'’٬٫\u00a0\u202f ]\d{3}(?!\d))*(?:[.,:/]\d+)*")
_NUMBER_WORD = re.compile(
    r"(?<!\w)(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen"
    r"|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundreds?|thousands?|millions?|billions?|dozens?|twice"
    r"|third|(?:four|fif|six|seven|eigh|nin|ten|hundred|thousand)th|half|double|triple)(?!\w)"
    r"|[一二三四五六七八九十百千万]+[次回遍度年月天日]|[½¼¾²³¹⁰-⁹₀-₉Ⅰ-ↈ①-⓿]"
)
_WORD = r"[^\W\d_]+(?:['’-][^\W\d_]+)*"
_WORD_PATTERN = re.compile(rf"(?<![\w'’-])(?=[^\W\d_]){_WORD}")
_QUOTED = re.compile(r"[“”„\"«»‹›「『]([^“”„\"«»‹›」』\n]{1,200})[“”\"«»‹›」』]|(?<!\w)['‘]([^'‘’\n]{2,120})['’](?!\w)")
_SENTENCE_START = re.compile(r"(?:^|[.!?…:;\n–—-])[\s\"'“”‘’(«»¡¿]*$")
_ALWAYS_CAPITALISED = frozenset({"I", "I'm", "I've", "I'll", "I'd", "I’m", "I’ve", "I’ll", "I’d", "OK"})


def _plain_digits(number: str) -> str:
    """The number in ASCII digits, without separators, whatever script it was written in."""
    return "".join(str(unicodedata.digit(c)) for c in number if c.isdigit())


def _check_numbers(words: str, plain: str, known: _KnownValues) -> Iterator[Finding]:
    for match in _NUMBER.finditer(words):
        if _plain_digits(match.group()) not in known.numbers:
            yield Finding("number", match.group(), match.start())
    if match_word := _NUMBER_WORD.search(plain):
        yield Finding("number", match_word.group(), match_word.start())


def _check_names(words: str, known: _KnownValues) -> Iterator[Finding]:
    """Capitalised words that do not start a sentence, and words in capitals, unless they are known."""
    for match in _WORD_PATTERN.finditer(words):
        word = match.group()
        if not word[0].isupper() or word in known.words or word in _ALWAYS_CAPITALISED:
            continue
        if not _SENTENCE_START.search(words, 0, match.start()) or (word.isupper() and len(word) > 1):
            yield Finding("name", word, match.start())


def _check_titles(words: str, known: _KnownValues) -> Iterator[Finding]:
    for match in _QUOTED.finditer(words):
        title = (match.group(1) or match.group(2)).strip(" ,.!?")
        if title not in known.titles and title.strip(NAME_PLACEHOLDER + VALUE_PLACEHOLDER):
            yield Finding("title", title, match.start())


def _check_vocabulary(plain: str, wording: Wording | None) -> Iterator[Finding]:
    signed = {
        m.group().translate(_QUOTES).lower()
        for text in _signed_sentences(wording)
        for m in _WORD_PATTERN.finditer(text)
    }
    for match in _WORD_PATTERN.finditer(plain):
        word = match.group().removesuffix("'s")
        if word not in signed and not all(part in EVERYDAY_WORDS for part in word.split("-")):
            yield Finding("word", match.group(), match.start())


# -- language and script

_READABLE_SCRIPTS = frozenset({"LATIN", "COMMON", "INHERITED"})


def _check_language(words: str, wording: Wording | None) -> Iterator[Finding]:
    """Claims are known in English only. A text in another language was not checked, so it does not pass."""
    if wording is not None and unicode.parse_locale(wording.locale).language != "en":
        yield Finding("language", f"free text in {wording.locale} is not judged here", 0)
    for at, letter in enumerate(words):
        if not letter.isascii() and unicode.script_of(letter) not in _READABLE_SCRIPTS:
            yield Finding("script", letter, at)
            break
    spelled = [match.group().translate(_QUOTES).lower() for match in _WORD_PATTERN.finditer(words)]
    if spelled and sum(word in EVERYDAY_WORDS for word in spelled) * 3 < len(spelled):
        yield Finding("language", "this does not read as English", 0)
