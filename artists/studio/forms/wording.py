"""Write: the words of a program as plain form fields, each with what is wrong with it beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

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
DEFAULT_TEMPLATE = "Thank you[, {name}]. That was number {plays}."


@dataclass(frozen=True, slots=True)
class WordingRow:
    """One field as it was typed. `name` is a fragment's, and `at` what a InvalidTemplate calls it."""

    number: int
    text: str
    name: str = ""
    problem: str = ""


@dataclass(frozen=True)
class WordingForm:
    locale: str = "en"
    templates: tuple[str, ...] = (DEFAULT_TEMPLATE,)
    fragments: tuple[tuple[str, str], ...] = ()
    """Name and sentences, one a line."""

    @classmethod
    def of(cls, version: ProgramVersion | None) -> Self:
        if version is None:
            return cls()
        words = version.words
        fragments = tuple((name, "\n".join(texts)) for name, texts in words["fragments"].items())
        return cls(words["locale"], tuple(words["templates"]), fragments)

    @classmethod
    def typed(cls, form: QueryDict) -> Self:
        """As it was sent, nothing refused: what is wrong is said beside the field."""
        names, sentences = form.getlist("fragment"), form.getlist("sentences")
        fragments = tuple((name.strip(), text) for name, text in zip(names, sentences, strict=False))
        templates = tuple(form.getlist("template"))[:MAX_TEMPLATES] or ("",)
        return cls(form.get("locale", "en"), templates, fragments[:MAX_FRAGMENTS])

    def after(self, do: str) -> Self:
        """With a row more or less: `add-template`, `remove-template-2`, `add-fragment`, `remove-fragment-0`."""
        verb, _, rest = do.partition("-")
        what, _, number = rest.partition("-")
        at = int(number) if number.isascii() and number.isdigit() else -1
        if what == "template":
            kept = (*self.templates, "") if verb == "add" else _remove_at(self.templates, at)
            return replace(self, templates=kept or ("",))
        if what == "fragment":
            rows = (*self.fragments, ("", "")) if verb == "add" else _remove_at(self.fragments, at)
            return replace(self, fragments=rows)
        return self

    def data(self) -> dict[str, Any]:
        """For `Wording.parse`. Rows that were left empty are no words."""
        fragments = {name: _split_lines(text) for name, text in self.fragments if name or text.strip()}
        templates = [_normalize_newlines(text) for text in self.templates if text.strip()]
        return {"locale": self.locale, "templates": templates, "fragments": fragments}

    @cached_property
    def problems(self) -> Mapping[str, str]:
        """By field: `template-0`, `fragment-1`, `locale`, `words` for what is wrong with them together."""
        found = dict(self._alone())
        if found:
            return found
        try:
            self.wording  # noqa: B018  # reading it is the question
        except InvalidTemplate as problem:
            return {self._field(problem.where): malformed_message(problem)}
        return {}

    @cached_property
    def wording(self) -> Wording:
        """Raises InvalidTemplate."""
        return Wording.parse(self.data())

    @property
    def template_rows(self) -> list[WordingRow]:
        found = self.problems
        return [WordingRow(n, text, problem=found.get(f"template-{n}", "")) for n, text in enumerate(self.templates)]

    @property
    def fragment_rows(self) -> list[WordingRow]:
        found = self.problems
        return [
            WordingRow(n, text, name, problem=found.get(f"fragment-{n}", ""))
            for n, (name, text) in enumerate(self.fragments)
        ]

    @property
    def direction(self) -> str:
        return unicode.text_direction(self.locale)

    def _alone(self) -> list[tuple[str, str]]:
        """Each sentence by itself, so that two wrong ones are both named."""
        names = frozenset(name for name, _ in self.fragments)
        asked = [(f"template-{n}", text, names) for n, text in enumerate(self.templates) if text.strip()]
        asked += [
            (f"fragment-{n}", line, frozenset[str]())
            for n, (_, text) in enumerate(self.fragments)
            for line in _split_lines(text)
        ]
        found: dict[str, str] = {}
        for where, text, fragments in asked:
            try:
                parse_template(text, self.locale, fragments=fragments)
            except InvalidTemplate as problem:
                found.setdefault(where, malformed_message(problem))
            except (ValueError, LookupError):
                found.setdefault("locale", "This language is not known here.")
        names_twice = [n for n, (name, _) in enumerate(self.fragments) if name and name in dict(self.fragments[:n])]
        found |= {f"fragment-{n}": "There is a part of this name already." for n in names_twice}
        return list(found.items())

    def _field(self, where: str | None) -> str:
        """The field that a complaint about the whole is about: `template 2`, `fragment closing, sentence 1`."""
        kind, _, rest = (where or "").partition(" ")
        named = rest.partition(",")[0]
        if kind == "fragment":
            return next((f"fragment-{n}" for n, (name, _) in enumerate(self.fragments) if name == named), "words")
        number = named.partition(" ")[0]
        if kind == "template" and number.isdigit():
            filled = [n for n, text in enumerate(self.templates) if text.strip()]
            return f"template-{filled[int(number) - 1]}"
        return "words"


def malformed_message(problem: InvalidTemplate) -> str:
    """A complaint as a sentence; a slot that does not exist by its name."""
    if problem.slot and problem.problem.startswith("unknown slot"):
        return f"There is no slot called {problem.slot}. There are {', '.join(SLOTS)}, and the parts you name below."
    at = "" if problem.position is None else f" (character {problem.position + 1})"
    return f"{problem.problem[:1].upper()}{problem.problem[1:]}{at}."


def _split_lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _normalize_newlines(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _remove_at[T](rows: tuple[T, ...], at: int) -> tuple[T, ...]:
    return rows[:at] + rows[at + 1 :] if 0 <= at < len(rows) else rows
