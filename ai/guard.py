"""Check what a text says to a fan. A signed wording with known facts passes; any other text is searched for problems.

Hard findings are claims, wrong facts and ways out of the platform. Soft ones are words that nobody signed. Claims are
known in English, Spanish and German. A text in another language has a soft finding, so that a principal reads it.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace

from ai import contacts, unicode
from ai.capitals import find_unknown_names
from ai.facts import Facts, FormattedFacts, format_facts
from ai.findings import Finding
from ai.languages import JUDGED, find_language
from ai.languages.language import Language
from ai.masking import PLACEHOLDERS, mask_known_values
from ai.names import safe_name, safe_title
from ai.signed_sentences import WORD_PATTERN, hide_signed_sentences, lower, signed_words
from ai.wording import Wording


def check_text(
    text: str,
    facts: Facts,
    *,
    limit: int = 600,
    wording: Wording | None = None,
    formatted: FormattedFacts | None = None,
) -> list[Finding]:
    """What is wrong with a text for this fan. An empty list means that it passes.

    `limit` is in characters. `formatted` are these facts in the wording's locale, where the caller has written them.
    """
    if findings := [*_check_length(text, limit)]:
        return findings  # some checks below take time with the square of the length: 13 s for 10,000 characters
    placed = formatted or format_facts(facts, wording.locale if wording else "en")
    if wording is not None and wording.matches(text, placed):
        return []
    masked, wrong = mask_known_values(text, facts, placed)
    found = _quote(text, check_words(masked, facts, wording=wording))
    findings = [*_check_characters(text), *wrong, *found]
    return sorted(findings, key=lambda finding: finding.position)


def check_words(words: str, facts: Facts, *, wording: Wording | None = None) -> list[Finding]:
    """What is wrong with the words around the known values, which are placeholders here.

    A whole sentence that the artist signed has no finding, and a word from a signed sentence has no soft one.
    """
    words = hide_signed_sentences(words, wording)
    plain = lower(words)
    matches = [*WORD_PATTERN.finditer(words)]
    spelled = [lower(match.group()) for match in matches]
    home = find_language(wording.locale) if wording else JUDGED["en"]
    read = _languages_read(spelled, home)
    judged = [*read, home] if home and home not in read else read
    known = _KnownValues(facts)
    findings = [
        *_check_contacts(words),
        *_check_syntax(words),
        *_check_claims(plain, judged),
        *_check_numbers(words, plain, known, judged),
        *find_unknown_names(words, matches, known.words, judged),
        *_check_titles(words, known),
        *_check_script(words, home),
        *_check_tone(words, wording),
        *_check_language(spelled, read, home, wording),
        *_check_vocabulary(matches, spelled, judged if home else [], wording),
    ]
    return sorted(findings, key=lambda finding: finding.position)


def _quote(text: str, findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings with the words as the text has them: not in lower case, and without placeholders."""
    for finding in findings:
        written = text[finding.position : finding.position + len(finding.text)]
        yield finding if finding.code == "language" else replace(finding, text=written)


class _KnownValues:
    """The numbers, capitalised words and quoted titles that are true of this fan."""

    def __init__(self, facts: Facts) -> None:
        titles = [title for title in (safe_title(facts.artist), safe_title(facts.song), safe_name(facts.name)) if title]
        self.numbers = {str(n) for n in (facts.plays, facts.since.year if facts.since else None) if n is not None}
        self.words = {match.group() for text in titles for match in WORD_PATTERN.finditer(text)}
        self.titles = set(titles)


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
_LETTERS = re.compile(r"[^\W\d_]+")
_LATIN = frozenset({"LATIN", "COMMON", "INHERITED"})


def _check_script(words: str, home: Language | None) -> Iterator[Finding]:
    """Words that mix scripts, and in a language of Latin letters every other letter."""
    for match in _LETTERS.finditer(words):
        word = match.group()
        if word.isascii():
            continue
        scripts = {unicode.script_of(letter) for letter in word} - {"COMMON", "INHERITED"}
        if "LATIN" in scripts and len(scripts) > 1:
            yield Finding("lookalike", word, match.start())
        elif scripts - _LATIN and home is not None:
            yield Finding("lookalike" if unicode.lookalike_skeleton(word).isascii() else "script", word, match.start())
            return


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
    r"|^\s*[\"'“]?(?:text|message|output|subject|json)[\"'”]?\s*:|\([^()]*:[^()]*\)|<3",
    re.IGNORECASE | re.MULTILINE,
)


def _check_syntax(words: str) -> Iterator[Finding]:
    for code, pattern in (("syntax", _SYNTAX), ("format", _FORMAT)):
        if match := pattern.search(words):
            yield Finding(code, match.group(), match.start())


# -- claims, true numbers and titles


def _check_claims(plain: str, languages: list[Language]) -> Iterator[Finding]:
    for language in languages or JUDGED.values():
        folded = language.without_accents(plain)
        for code, pattern in language.claims.items():
            if match := pattern.search(folded):
                yield Finding(code, plain[match.start() : match.end()], match.start())


_NUMBER = re.compile(r"\d+(?:[.,'’٬٫\u00a0\u202f ]\d{3}(?!\d))*(?:[.,:/]\d+)*")
_GROUPED = re.compile(r"\d+|\d{1,3}(?:[.,'’٬٫\u00a0\u202f ]\d{3})+")
_NUMBER_SIGNS = re.compile(r"[一二三四五六七八九十百千万]+[次回遍度年月天日]|[½¼¾²³¹⁰-⁹₀-₉Ⅰ-ↈ①-⓿]")
_QUOTED = re.compile(r"[“”„\"«»‹›「『]([^“”„\"«»‹›」』\n]{1,200})[“”\"«»‹›」』]|(?<!\w)['‘]([^'‘’\n]{2,120})['’](?!\w)")


def _plain_digits(number: str) -> str:
    """The number in ASCII digits, without separators, whatever script it was written in."""
    return "".join(str(unicodedata.digit(c)) for c in number if c.isdigit())


def _check_numbers(words: str, plain: str, known: _KnownValues, languages: list[Language]) -> Iterator[Finding]:
    for match in _NUMBER.finditer(words):
        if _plain_digits(match.group()) not in known.numbers or not _GROUPED.fullmatch(match.group()):
            yield Finding("number", match.group(), match.start())
    if match_sign := _NUMBER_SIGNS.search(words):
        yield Finding("number", match_sign.group(), match_sign.start())
    for language in languages or JUDGED.values():
        if match_word := language.number_words.search(language.without_accents(plain)):
            yield Finding("number", match_word.group(), match_word.start())


def _check_titles(words: str, known: _KnownValues) -> Iterator[Finding]:
    for match in _QUOTED.finditer(words):
        quoted = match.group(1) or match.group(2)
        title = quoted.strip(" ,.!?")
        if title not in known.titles and title.strip(PLACEHOLDERS):
            yield Finding("title", title, match.start() + 1 + quoted.index(title))


# -- tone, words and language

_EMOJI = re.compile("[\u2600-\u27bf\U0001f000-\U0001faff]")
_SHOUTING = re.compile(r"!{2,}|\?{2,}|(?:![^!]*){5}")


def _check_tone(words: str, wording: Wording | None) -> Iterator[Finding]:
    if (match := _EMOJI.search(words)) and not (wording and _EMOJI.search(wording.canonical())):
        yield Finding("tone", match.group(), match.start())
    if match := _SHOUTING.search(words):
        yield Finding("tone", match.group(), match.start())


def _check_vocabulary(
    matches: list[re.Match[str]], spelled: list[str], languages: list[Language], wording: Wording | None
) -> Iterator[Finding]:
    """Words that nobody signed and that are everyday words of none of these languages, if there is any."""
    if not languages:
        return
    signed = signed_words(wording)
    for match, word in zip(matches, spelled, strict=True):
        if word not in signed and not any(language.knows(word.removesuffix("'s")) for language in languages):
            yield Finding("word", word, match.start())


def _languages_read(spelled: list[str], home: Language | None) -> list[Language]:
    """The languages that a third of these words belong to, or some words that `home` lacks; the likeliest first."""
    shares = {
        code: sum(word in language.everyday for word in spelled) / len(spelled) if spelled else 0.0
        for code, language in JUDGED.items()
    }
    ordered = sorted(JUDGED.values(), key=lambda language: (-shares[language.code], language is not home))
    return [
        language
        for language in ordered
        if shares[language.code] * 3 >= 1 or (home is not None and _has_words_of(spelled, language, home))
    ]


_MIN_FOREIGN_WORDS = 3


def _has_words_of(spelled: list[str], language: Language, home: Language) -> bool:
    return sum(word in language.everyday and word not in home.everyday for word in spelled) >= _MIN_FOREIGN_WORDS


def _check_language(
    spelled: list[str], read: list[Language], home: Language | None, wording: Wording | None
) -> Iterator[Finding]:
    """A text in a language whose claims are not known, or in another one than the signed words."""
    if home is None and wording is not None:
        yield Finding("language", f"free text in {wording.locale}", 0)
    elif spelled and (not read or read[0] is not home):
        yield Finding("language", "this does not read as the language of the signed words", 0)
