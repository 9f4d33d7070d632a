"""Parse and fill in templates: sentences that a person wrote, with typed slots in them.

`{plays}` is a slot. `{plays, one: listen, other: listens}` is a plural form, chosen by the rules of the locale.
`[, {name}]` is an optional part, which is left out when a slot inside has no value. `{closing}` is one of the program's
own fragments. A brace or bracket that is meant as such is written twice.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain

from ai import contacts, unicode
from ai.exceptions import InvalidTemplate
from ai.facts import SLOTS, FormattedFacts

MAX_TEMPLATE_LENGTH = 1000


@dataclass(frozen=True, slots=True)
class Slot:
    name: str


@dataclass(frozen=True, slots=True)
class Plural:
    name: str
    forms: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Fragment:
    name: str


@dataclass(frozen=True, slots=True)
class OptionalPart:
    parts: "Parts"


type Part = str | Slot | Plural | Fragment | OptionalPart
type Parts = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """One parsed sentence. Without a value for each required slot and fragment it cannot be filled in."""

    source: str
    parts: Parts
    required_slots: frozenset[str]
    required_fragments: frozenset[str]
    mentions: frozenset[str]
    """Every slot and fragment in it, those in optional parts too."""


def parse_template(source: str, locale: str, *, fragments: frozenset[str] = frozenset()) -> Template:
    """Parse one sentence. Raises InvalidTemplate for anything that could not be filled in exactly one way."""
    _check_source(source)
    parts = _Parser(source, locale, fragments).read()
    bare = [part for part in parts if not isinstance(part, str | OptionalPart)]
    return Template(
        source=source,
        parts=parts,
        required_slots=frozenset(part.name for part in bare if not isinstance(part, Fragment)),
        required_fragments=frozenset(part.name for part in bare if isinstance(part, Fragment)),
        mentions=frozenset(part.name for part in _flatten(parts) if not isinstance(part, str | OptionalPart)),
    )


def fill_in(parts: Parts, formatted: FormattedFacts, locale: str, fragment: Callable[[str], str | None]) -> str | None:
    """The sentence, or None when a slot outside the optional parts has no value. `fragment` fills in a fragment."""
    texts: list[str] = []
    for part in parts:
        match part:
            case str():
                text: str | None = part
            case Slot(name):
                text = formatted.texts.get(name)
            case Plural(_, forms):
                text = None if formatted.plays is None else choose_plural(forms, formatted.plays, locale)
            case Fragment(name):
                text = fragment(name)
            case OptionalPart(inner):
                text = fill_in(inner, formatted, locale, fragment) or ""
        if text is None:
            return None
        texts.append(text)
    return "".join(texts)


def choose_plural(forms: Mapping[str, str], number: int, locale: str) -> str:
    """The form that the locale's rules choose, or `other` where that form is not given."""
    return forms.get(_plural_category(number, locale), forms["other"])


@cache
def plural_categories(locale: str) -> frozenset[str]:
    """The plural forms that CLDR needs in this language for 0 to 999 listens, and always `other`."""
    return frozenset(_plural_category(number, locale) for number in range(1000)) | {"other"}


@lru_cache(maxsize=4096)
def _plural_category(number: int, locale: str) -> str:
    return unicode.parse_locale(locale).plural_form(number)


def _flatten(parts: Parts) -> Iterator[Part]:
    return chain.from_iterable(_flatten(part.parts) if isinstance(part, OptionalPart) else (part,) for part in parts)


_FORBIDDEN_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")


def _check_source(source: str) -> None:
    """Check what no sentence may hold, whatever its slots. Raises InvalidTemplate."""
    if not source.strip():
        raise InvalidTemplate("it is empty")
    if len(source) > MAX_TEMPLATE_LENGTH:
        raise InvalidTemplate(f"it has {len(source)} characters; at most {MAX_TEMPLATE_LENGTH}")
    for pattern, what in (
        (unicode.CONTROL_CHARACTERS, "a control"),
        (unicode.INVISIBLE_CHARACTERS, "an invisible"),
        (_FORBIDDEN_BIDI, "a direction"),
    ):
        if match := pattern.search(source):
            raise InvalidTemplate(f"{what} character U+{ord(match.group()):04X}", position=match.start())
    check_no_contacts(source)


def check_no_contacts(source: str) -> None:
    """Raise InvalidTemplate for a link or an address. Each slot counts as a word, so `{artist}.com` is a link."""
    with_words = _BRACKETS.sub("", _ANY_SLOT.sub("slot", source))
    if found := contacts.find_contact(with_words, contacts.TEMPLATE_PATTERNS):
        kind, written, _ = found
        raise InvalidTemplate(f"{kind} in it ({written!r}): messages lead nowhere else")


_ANY_SLOT = re.compile(r"\{[^{}]*\}")
_BRACKETS = re.compile(r"[\[\]]")
_TOKEN = re.compile(r"\{\{|\}\}|\[\[|\]\]|\{[^{}\[\]]*\}|[{}\[\]]|[^{}\[\]]+")
_PLURAL_FORM = re.compile(r"\s*,\s*(\w+)\s*:\s*")


class _Parser:
    """Parses a sentence in one pass. Every error names the position of the piece that is wrong."""

    def __init__(self, source: str, locale: str, fragments: frozenset[str]) -> None:
        self.source, self.locale, self.fragments = source, locale, fragments

    def read(self) -> Parts:
        parts: list[Part] = []
        option: list[Part] = parts
        opened: int | None = None
        for match in _TOKEN.finditer(self.source):
            piece, at = match.group(), match.start()
            if piece == "[":
                if opened is not None:
                    raise InvalidTemplate("an optional part inside an optional part", position=at)
                option, opened = [], at
            elif piece == "]":
                if opened is None:
                    raise InvalidTemplate("a ] that closes nothing; write ]] for the character", position=at)
                parts.append(self._option(option, opened))
                option, opened = parts, None
            else:
                option.append(self._part(piece, at))
        if opened is not None:
            raise InvalidTemplate("a [ that is never closed; write [[ for the character", position=opened)
        return tuple(parts)

    def _option(self, inside: list[Part], at: int) -> OptionalPart:
        if all(isinstance(part, str) for part in inside):
            raise InvalidTemplate("an optional part without a slot would never fall away", position=at)
        return OptionalPart(tuple(inside))

    def _part(self, piece: str, at: int) -> Part:
        if piece in ("{{", "}}", "[[", "]]"):
            return piece[0]
        if piece in ("{", "}"):
            raise InvalidTemplate(f"a {piece} without its other half; write {piece * 2} for the character", position=at)
        return self._slot(piece[1:-1], at) if piece[0] == "{" else piece

    def _slot(self, inside: str, at: int) -> Part:
        name, comma, _ = inside.partition(",")
        name = name.strip()
        if comma:
            return self._plural(name, inside[inside.index(",") :], at)
        if name in SLOTS:
            return Slot(name)
        if name in self.fragments:
            return Fragment(name)
        raise self._unknown(name, at)

    def _unknown(self, name: str, at: int) -> InvalidTemplate:
        known = f"slots are {', '.join(SLOTS)}"
        if self.fragments:
            known += f"; fragments are {', '.join(sorted(self.fragments))}"
        return InvalidTemplate(f"unknown slot {{{name}}}; {known}", position=at, slot=name)

    def _plural(self, name: str, rest: str, at: int) -> Plural:
        if name not in SLOTS:
            raise self._unknown(name, at)
        if SLOTS[name] is not int:
            raise InvalidTemplate(f"{{{name}}} is no number, so it has no plural", position=at, slot=name)
        before, *pairs = _PLURAL_FORM.split(rest)
        forms = dict(zip(pairs[::2], (text.strip() for text in pairs[1::2]), strict=True))
        if before.strip() or not forms or len(forms) * 2 != len(pairs):
            example = f"{{{name}, one: listen, other: listens}}"
            raise InvalidTemplate(f"a plural is written {example}", position=at, slot=name)
        self._refuse_forms(name, forms, at)
        return Plural(name, forms)

    def _refuse_forms(self, name: str, forms: Mapping[str, str], at: int) -> None:
        needed = plural_categories(self.locale)
        used = needed | unicode.parse_locale(self.locale).plural_form.tags
        if missing := sorted(needed - forms.keys()):
            lacking = ", ".join(missing)
            raise InvalidTemplate(
                f"{{{name}}} lacks the plural form {lacking} of {self.locale}", position=at, slot=name
            )
        if strange := sorted(forms.keys() - used):
            raise InvalidTemplate(f"{self.locale} has no plural form {', '.join(strange)}", position=at, slot=name)
        if empty := sorted(category for category, text in forms.items() if not text):
            raise InvalidTemplate(f"{{{name}}} has an empty plural form {', '.join(empty)}", position=at, slot=name)
