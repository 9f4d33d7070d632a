"""The wording of one program, parsed and checked as a whole. A principal signs what `canonical()` returns."""

import hashlib
import json
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import combinations, product
from math import prod
from types import MappingProxyType
from typing import Any

from babel import UnknownLocaleError

from ai import unicode
from ai.exceptions import InvalidTemplate
from ai.facts import SLOTS, FormattedFacts
from ai.matching import match_ends
from ai.origins import WRITTEN, Origin, Origins
from ai.template_language import Template, check_no_contacts, fill_in, parse_template

LANGUAGE_VERSION = 2
"""The version of the template language. It is signed too, so that a later grammar cannot change what a wording says.

Version 1 has no origins: a person wrote every sentence, and somebody reads every message.
"""
MAX_TEMPLATES = 40
MAX_FRAGMENTS = 20
MAX_ALTERNATIVES = 20
MAX_SHAPE_LENGTH = 1200
MAX_COMBINATIONS = 500
"""Of templates with their fragments. Nobody would read more of them before signing."""


@dataclass(frozen=True)
class Shape:
    """One form that a message can take: its template, its fragments, and the slots without a value."""

    template: int
    fragments: tuple[tuple[str, int], ...]
    missing: frozenset[str]
    text: str
    """The text, with its slots still in braces."""


@dataclass(frozen=True)
class Wording:
    """Templates and fragments in one language. Raises InvalidTemplate when they could not be filled in."""

    locale: str
    templates: tuple[str, ...]
    fragments: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    origins: Origins | None = field(default=None, hash=False)
    """None in version 1 of the language."""
    unread: bool = False
    """Whether a message of these words goes out without a person who read it."""
    parsed_templates: tuple[Template, ...] = field(init=False, repr=False, compare=False)
    parsed_fragments: Mapping[str, tuple[Template, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        _check_locale(self.locale)
        _check_sizes(self.templates, self.fragments)
        names = frozenset(self.fragments)
        fragments = {
            name: tuple(
                _parse_sentence(text, self.locale, f"fragment {name}, sentence {n}") for n, text in _numbered(texts)
            )
            for name, texts in self.fragments.items()
        }
        object.__setattr__(self, "fragments", MappingProxyType(dict(self.fragments)))
        object.__setattr__(self, "parsed_fragments", MappingProxyType(fragments))
        parsed = tuple(
            _parse_sentence(text, self.locale, f"template {n}", names) for n, text in _numbered(self.templates)
        )
        object.__setattr__(self, "parsed_templates", parsed)
        _check_combinations(self)
        if (self.origins is None and self.unread) or (self.origins is not None and not _fits(self.origins, self)):
            raise InvalidTemplate("every sentence has its origin, and only then messages go out unread")

    @classmethod
    def parse(cls, data: Any) -> "Wording":
        """Parse JSON data: {"locale": "en", "templates": [...], "fragments": {"closing": [...]}}.

        In version 2 of the language also {"language": 2, "origins": {...}, "unread": false}.
        """
        if not isinstance(data, Mapping):
            raise InvalidTemplate("a wording has a locale, templates and fragments, nothing else")
        language = data.get("language", 1)
        if language not in (1, LANGUAGE_VERSION):
            raise InvalidTemplate(f"language {language!r} of templates is not known here")
        more = {"origins", "unread"} if language == LANGUAGE_VERSION else set()
        if data.keys() - more - {"language", "locale", "templates", "fragments"} or more - data.keys():
            raise InvalidTemplate("a wording has a locale, templates and fragments, nothing else")
        fragments = data.get("fragments", {})
        if not isinstance(fragments, Mapping) or not isinstance(data.get("locale"), str):
            raise InvalidTemplate("the locale is a text, and fragments are lists of sentences under a name")
        return cls(
            locale=data["locale"].replace("_", "-"),
            templates=_require_sentences(data.get("templates"), "templates"),
            fragments={name: _require_sentences(texts, f"fragment {name}") for name, texts in fragments.items()},
            origins=Origins.parse(data["origins"]) if more else None,
            unread=data.get("unread") is True,
        )

    def canonical(self) -> str:
        """The JSON text that is signed. It does not depend on the order of the keys."""
        signed: dict[str, Any] = {
            "language": 1 if self.origins is None else LANGUAGE_VERSION,
            "locale": self.locale,
            "templates": self.templates,
            "fragments": dict(self.fragments),
        }
        if self.origins is not None:
            signed |= {"origins": self.origins.to_data(), "unread": self.unread}
        return json.dumps(signed, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def find_origin(self, template: int, fragments: Mapping[str, int]) -> Origin:
        """Of a text of this template and these sentences of fragments: that of the first which a model suggested."""
        if self.origins is None:
            return WRITTEN
        chosen = [self.origins.templates[template], *(self.origins.fragments[name][n] for name, n in fragments.items())]
        return next((origin for origin in chosen if origin != WRITTEN), WRITTEN)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of `canonical()`, in hexadecimal."""
        return hashlib.sha256(self.canonical().encode()).hexdigest()

    def matches(self, text: str, formatted: FormattedFacts) -> bool:
        """Whether the text is exactly one that this wording can give for these facts."""
        return any(
            len(text) in match_ends(self, template.parts, text, 0, formatted) for template in self.parsed_templates
        )


@lru_cache(maxsize=256)
def load_wording(canonical: str) -> Wording:
    """Parse a signed wording, once a process. `Wording.parse` is for a wording that somebody has just typed."""
    return Wording.parse(json.loads(canonical))


def can_fill_in(wording: Wording, template: Template, known: Mapping[str, str]) -> bool:
    """Whether every slot outside the optional parts has a value."""
    return template.required_slots <= known.keys() and all(
        any(sentence.required_slots <= known.keys() for sentence in wording.parsed_fragments[name])
        for name in template.required_fragments
    )


def list_shapes(wording: Wording) -> list[Shape]:
    """Every form that a message can take, template by template. There are few enough to read before signing."""
    return [shape for index in range(len(wording.parsed_templates)) for shape in _shapes_of_template(wording, index)]


def _shapes_of_template(wording: Wording, index: int) -> Iterator[Shape]:
    template = wording.parsed_templates[index]
    used = sorted(template.mentions & wording.parsed_fragments.keys())
    for picked in product(*(range(len(wording.parsed_fragments[name])) for name in used)):
        chosen = {name: wording.parsed_fragments[name][n] for name, n in zip(used, picked, strict=True)}
        mentioned = template.mentions.union(*(sentence.mentions for sentence in chosen.values())) & SLOTS.keys()
        seen = set[str]()
        for missing in subsets(sorted(mentioned - template.required_slots - {"artist"})):
            formatted = _slots_in_braces(SLOTS.keys() - missing, wording.locale)
            text = fill_in_template(wording, template, formatted, chosen)
            if text is not None and text not in seen:
                seen.add(text)
                yield Shape(index, tuple(zip(used, picked, strict=True)), frozenset(missing), text)


def fill_in_template(
    wording: Wording, template: Template, formatted: FormattedFacts, chosen: Mapping[str, Template]
) -> str | None:
    """The template with these fragments in it, or None when a required slot has no value."""

    def fragment(name: str) -> str | None:
        return fill_in(chosen[name].parts, formatted, wording.locale, _reject_fragment) if name in chosen else None

    return fill_in(template.parts, formatted, wording.locale, fragment)


def _reject_fragment(name: str) -> str | None:
    raise AssertionError(f"fragment {name} inside a fragment")  # the parser accepts no fragments there


def subsets(names: Sequence[str]) -> Iterator[set[str]]:
    return (set(some) for size in range(len(names) + 1) for some in combinations(names, size))


def _slots_in_braces(known: set[str], locale: str) -> FormattedFacts:
    """Each slot shown as itself, with the plural form that most numbers take."""
    usual = next((n for n in range(1000) if unicode.parse_locale(locale).plural_form(n) == "other"), 100)
    return FormattedFacts({name: f"{{{name}}}" for name in known}, usual if "plays" in known else None)


def _fits(origins: Origins, wording: Wording) -> bool:
    lengths = {name: len(texts) for name, texts in origins.fragments.items()}
    return len(origins.templates) == len(wording.templates) and lengths == {
        name: len(texts) for name, texts in wording.fragments.items()
    }


def _numbered(texts: Sequence[str]) -> Iterator[tuple[int, str]]:
    return enumerate(texts, start=1)


def _parse_sentence(text: str, locale: str, where: str, fragments: frozenset[str] = frozenset()) -> Template:
    try:
        return parse_template(text, locale, fragments=fragments)
    except InvalidTemplate as problem:
        raise problem.in_sentence(where) from None


def _require_sentences(data: Any, where: str) -> tuple[str, ...]:
    if (
        not isinstance(data, Sequence)
        or isinstance(data, str | bytes)
        or not all(isinstance(text, str) for text in data)
    ):
        raise InvalidTemplate("a list of sentences, please", where=where)
    return tuple(unicodedata.normalize("NFC", text) for text in data)


def _check_locale(tag: str) -> None:
    try:
        unicode.parse_locale(tag)
    except (ValueError, UnknownLocaleError):
        raise InvalidTemplate(f"{tag!r} is no locale known here") from None


def _check_sizes(templates: Sequence[str], fragments: Mapping[str, Sequence[str]]) -> None:
    if not 1 <= len(templates) <= MAX_TEMPLATES:
        raise InvalidTemplate(f"{len(templates)} templates; from 1 to {MAX_TEMPLATES}")
    if len(fragments) > MAX_FRAGMENTS:
        raise InvalidTemplate(f"{len(fragments)} fragments; at most {MAX_FRAGMENTS}")
    for name, texts in fragments.items():
        if name in SLOTS or not name.isascii() or not name.replace("_", "").islower() or not name.isidentifier():
            raise InvalidTemplate(
                "a fragment's name is lower-case letters, and not that of a slot", where=f"fragment {name}"
            )
        if not 1 <= len(texts) <= MAX_ALTERNATIVES:
            raise InvalidTemplate(f"{len(texts)} sentences; from 1 to {MAX_ALTERNATIVES}", where=f"fragment {name}")


def _check_combinations(wording: Wording) -> None:
    """Check what shows only when sentences are combined. Raises InvalidTemplate."""
    choices = sum(
        prod(len(texts) for name, texts in wording.fragments.items() if name in template.mentions)
        for template in wording.parsed_templates
    )
    if choices > MAX_COMBINATIONS:
        raise InvalidTemplate(
            f"{choices} combinations of templates and fragments; nobody reads more than {MAX_COMBINATIONS}"
        )
    if not any(
        can_fill_in(wording, template, dict.fromkeys(SLOTS.keys() - {"name"}, ""))
        for template in wording.parsed_templates
    ):
        raise InvalidTemplate(
            "a fan may have no name: write [{name}] with its comma in brackets, or a template without it"
        )
    for shape in list_shapes(wording):
        if len(shape.text) > MAX_SHAPE_LENGTH:
            raise InvalidTemplate(
                f"{len(shape.text)} characters with its fragments", where=f"template {shape.template + 1}"
            )
        try:
            check_no_contacts(shape.text)
        except InvalidTemplate as problem:
            raise problem.in_sentence(f"template {shape.template + 1} with its fragments") from None
