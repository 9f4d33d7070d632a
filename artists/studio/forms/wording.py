"""The text fields of a program version: templates, and the alternatives that templates insert."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any, Self

from babel import Locale
from django.http import QueryDict

from ai import unicode
from ai.exceptions import InvalidTemplate
from ai.facts import SLOTS
from ai.template_language import parse_template
from ai.wording import MAX_FRAGMENTS, MAX_TEMPLATES, Wording
from artists.models import ProgramVersion

LANGUAGE_TAGS = (
    "en", "ar", "bn", "cs", "da", "de", "el", "es", "fa", "fi", "fr",
    "he", "hi", "hu", "id", "it", "ja", "ko", "nb", "nl", "pl", "pt",
    "ro", "ru", "sv", "sw", "th", "tr", "uk", "ur", "vi", "zh",
)  # fmt: skip
UNREAD = "unread"
DEFAULT_TEMPLATE = "Thank you[, {name}]. That was number {plays}."


@cache
def language_choices() -> list[tuple[str, str, str]]:
    """Tag, English name and text direction of each language that a program can be written in."""
    return [(tag, str(Locale.parse(tag).get_display_name("en")), unicode.text_direction(tag)) for tag in LANGUAGE_TAGS]


@dataclass(frozen=True, slots=True)
class WordingRow:
    """One text field as it was typed. `name` is the name of a fragment."""

    number: int
    text: str
    name: str = ""
    error: str = ""


@dataclass(frozen=True)
class WordingForm:
    """The language, templates and fragments that somebody typed, with an error for each field.

    This is no `django.forms.Form`: it has any number of rows, which buttons add and remove without validation, and an
    error can concern several rows together. Formsets would need hidden counters and would number the fields anew.
    """

    locale: str = "en"
    templates: tuple[str, ...] = (DEFAULT_TEMPLATE,)
    fragments: tuple[tuple[str, str], ...] = ()
    """Name and sentences of each fragment, one sentence a line."""
    unread: bool = False
    """Whether messages of these words go out without a person who read them."""

    @classmethod
    def from_version(cls, version: ProgramVersion | None) -> Self:
        if version is None or not version.wording:  # remixes have none
            return cls()
        words = version.words
        fragments = tuple((name, "\n".join(texts)) for name, texts in words["fragments"].items())
        return cls(words["locale"], tuple(words["templates"]), fragments, words.get("unread", False))

    @classmethod
    def from_post(cls, data: QueryDict) -> Self:
        """Take everything as it was typed. `errors` has what is wrong with it."""
        names, sentences = data.getlist("fragment"), data.getlist("sentences")
        fragments = tuple((name.strip(), text) for name, text in zip(names, sentences, strict=False))
        templates = tuple(data.getlist("template"))[:MAX_TEMPLATES] or ("",)
        return cls(data.get("locale", "en"), templates, fragments[:MAX_FRAGMENTS], data.get("way") == UNREAD)

    def with_template(self, text: str) -> Self:
        """With one template more, in place of an empty one."""
        kept = tuple(each for each in self.templates if each.strip())
        return replace(self, templates=kept if text in kept else (*kept, text)[-MAX_TEMPLATES:])

    def with_row_change(self, command: str) -> Self:
        """Add or remove a row: `add-template`, `remove-template-2`, `add-fragment`, `remove-fragment-0`."""
        verb, _, rest = command.partition("-")
        kind, _, number = rest.partition("-")
        index = int(number) if number.isascii() and number.isdigit() else -1
        if kind == "template":
            templates = (*self.templates, "") if verb == "add" else _remove_at(self.templates, index)
            return replace(self, templates=templates or ("",))
        if kind == "fragment":
            fragments = (*self.fragments, ("", "")) if verb == "add" else _remove_at(self.fragments, index)
            return replace(self, fragments=fragments)
        return self

    def to_dict(self) -> dict[str, Any]:
        """The argument of `programs.edit`, without empty rows."""
        fragments = {name: _split_lines(text) for name, text in self.fragments if name or text.strip()}
        templates = [_normalize_newlines(text) for text in self.templates if text.strip()]
        return {"locale": self.locale, "templates": templates, "fragments": fragments, "unread": self.unread}

    @cached_property
    def errors(self) -> Mapping[str, str]:
        """By field: `template-0`, `fragment-1`, `locale`, or `words` for an error that concerns them together."""
        if errors := self._row_errors():
            return errors
        try:
            self.wording  # noqa: B018  # raises InvalidTemplate
        except InvalidTemplate as error:
            return {self._field_name(error.where): malformed_message(error)}
        return {}

    @cached_property
    def wording(self) -> Wording:
        """The parsed wording. Raises InvalidTemplate."""
        typed = self.to_dict()
        return Wording.parse({name: typed[name] for name in ("locale", "templates", "fragments")})

    @property
    def template_rows(self) -> list[WordingRow]:
        errors = self.errors
        return [WordingRow(n, text, error=errors.get(f"template-{n}", "")) for n, text in enumerate(self.templates)]

    @property
    def fragment_rows(self) -> list[WordingRow]:
        errors = self.errors
        return [
            WordingRow(n, text, name, error=errors.get(f"fragment-{n}", ""))
            for n, (name, text) in enumerate(self.fragments)
        ]

    @property
    def direction(self) -> str:
        return unicode.text_direction(self.locale)

    def _row_errors(self) -> dict[str, str]:
        """Errors of single sentences, so that all wrong rows are marked and not only the first."""
        names = frozenset(name for name, _ in self.fragments)
        sentences = [(f"template-{n}", text, names) for n, text in enumerate(self.templates) if text.strip()]
        sentences += [
            (f"fragment-{n}", line, frozenset[str]())
            for n, (_, text) in enumerate(self.fragments)
            for line in _split_lines(text)
        ]
        errors: dict[str, str] = {}
        for field, text, fragment_names in sentences:
            try:
                parse_template(text, self.locale, fragments=fragment_names)
            except InvalidTemplate as error:
                errors.setdefault(field, malformed_message(error))
            except (ValueError, LookupError):
                errors.setdefault("locale", "Fanfare does not know this language.")
        for n, (name, _) in enumerate(self.fragments):
            if name and name in dict(self.fragments[:n]):
                errors[f"fragment-{n}"] = "This name is already used."
        return errors

    def _field_name(self, where: str | None) -> str:
        """The field of an error about the whole: `where` is "template 2" or "fragment closing, sentence 1"."""
        kind, _, rest = (where or "").partition(" ")
        label = rest.partition(",")[0]
        if kind == "fragment":
            return next((f"fragment-{n}" for n, (name, _) in enumerate(self.fragments) if name == label), "words")
        number = label.partition(" ")[0]
        if kind == "template" and number.isdigit():
            filled = [n for n, text in enumerate(self.templates) if text.strip()]
            return f"template-{filled[int(number) - 1]}"
        return "words"


def malformed_message(error: InvalidTemplate) -> str:
    """The error as a sentence for people."""
    if error.slot and error.problem.startswith("unknown slot"):
        return f"There is no slot called {error.slot}. There are {', '.join(SLOTS)}, and the names you gave below."
    at = "" if error.position is None else f" (character {error.position + 1})"
    return f"{error.problem[:1].upper()}{error.problem[1:]}{at}."


def _split_lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _normalize_newlines(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _remove_at[T](rows: tuple[T, ...], index: int) -> tuple[T, ...]:
    return rows[:index] + rows[index + 1 :] if 0 <= index < len(rows) else rows
