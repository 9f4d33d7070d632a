"""Ask a model for wordings in an artist's voice, and keep those in which the guard finds nothing hard."""

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any

import msgspec

from ai import guard, unicode
from ai.exceptions import InvalidTemplate
from ai.facts import Facts, FormattedFacts, format_facts
from ai.findings import Finding, hard
from ai.llm import ModelAnswer, ModelConfig, ask_model
from ai.masking import NAME_PLACEHOLDER, VALUE_PLACEHOLDER
from ai.names import safe_title
from ai.previews import plural_edges
from ai.template_language import Template, parse_template
from ai.wording import Wording, fill_in_template, subsets

PROMPT_VERSION = 1
MAX_SUGGESTIONS = 10
MAX_SUGGESTION_LENGTH = 400
MAX_ANSWER_TOKENS = 1500
MAX_EXAMPLES = 12

type Line = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_SUGGESTION_LENGTH)]


class Templates(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a model answers."""

    templates: Annotated[list[Line], msgspec.Meta(min_length=1, max_length=MAX_SUGGESTIONS)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the artist wants suggestions for."""

    artist: str
    locale: str
    slots: tuple[str, ...]
    """Those that a message of this program can fill in."""
    line: str = ""
    """In the artist's own words, or nothing."""
    like: str = ""
    """A suggestion of which the artist wants more."""
    examples: tuple[str, ...] = ()
    """Templates that a person of the artist's side wrote."""

    def to_question(self) -> Mapping[str, Any]:
        """What the model is told. There is no fan in it."""
        return {
            "artist": safe_title(self.artist) or "",
            "slots": [f"{{{slot}}}" for slot in self.slots],
            "line": self.line,
            "like": self.like,
            "examples": list(self.examples[:MAX_EXAMPLES]),
        }


def ask_for_templates(
    config: ModelConfig, locale: str, question: Mapping[str, Any], *, person: str
) -> ModelAnswer[Templates]:
    """One call. `person` is a pseudonym of the artist, for OpenAI alone. Raises ModelFailed."""
    language = unicode.parse_locale(locale).get_language_name("en")
    system = _SYSTEM_PROMPT.format(language=language, count=MAX_SUGGESTIONS)
    return ask_model(config, Templates, system=system, question=question, person=person, max_tokens=MAX_ANSWER_TOKENS)


def estimate_tokens(question: Mapping[str, Any]) -> int:
    """At least as many as a call takes: a token is never shorter than a byte, and rarely shorter than two."""
    return (len(msgspec.json.encode(question)) + len(_SYSTEM_PROMPT)) // 2 + MAX_ANSWER_TOKENS


_SYSTEM_PROMPT = """\
You suggest wordings in {language} for short messages from a musician to one fan. The musician reads and signs them.
Write in the manner of "examples" and "line", which the musician wrote. With "like", write more of that kind.
Say thanks for listening and nothing else. Where a fact belongs, write its slot as listed under "slots".
A fan may have no name: put the name and its comma in square brackets, as in "Thank you[, {{name}}]."
Name no other person, place, song, number or date. Do not say that you met, know, remember or saw the fan.
No love, no promises, no offers, no tickets, no links, no hashtags, no politics, no health, no questions.
Answer with a JSON object {{"templates": ["...", ...]}} of up to {count} different wordings.
Each has one or two sentences."""


def sort_out(texts: Sequence[str], wish: Wish, signed: Wording | None = None) -> tuple[list[str], list[str]]:
    """The texts that can be shown, and for each other one the code of a hard finding, or `again` for a repetition.

    `signed` are words that the artist signed, in the same language.
    """
    passed: list[str] = []
    refused: list[str] = []
    seen = {" ".join(text.lower().split()) for text in wish.examples}
    for text in (unicodedata.normalize("NFC", text).strip() for text in texts):
        plain = " ".join(text.lower().split())
        code = "again" if plain in seen else find_problem(text, wish, signed)
        seen.add(plain)
        if code:
            refused.append(code)
        else:
            passed.append(text)
    return passed, refused


def find_problem(text: str, wish: Wish, signed: Wording | None = None) -> str:
    """The code of the first hard finding in any form that a message of this template takes, or ""."""
    if len(text) > MAX_SUGGESTION_LENGTH:
        return "length"
    try:
        template = parse_template(text, wish.locale)
    except InvalidTemplate:
        return "syntax"
    if template.mentions - {*wish.slots} or "\n" in text:
        return "syntax"
    home = signed or Wording(wish.locale, ("{plays}",))
    facts = Facts(artist=wish.artist, name="Ana", song="Tidal", plays=100, since=date(2024, 5, 3))
    for some in subsets(sorted(template.mentions - template.required_slots)):
        known = template.required_slots | some
        for plays in plural_edges(wish.locale) if "plays" in known else [100]:
            counted = replace(facts, plays=plays)
            if wrong := hard(_check_form(template, known, counted, home)):
                return wrong[0].code
    return ""


def _check_form(template: Template, known: Collection[str], facts: Facts, home: Wording) -> list[Finding]:
    """What the guard finds in the template with placeholders, and with values, where it can be filled in."""
    values = {slot: text for slot, text in format_facts(facts, home.locale).texts.items() if slot in known}
    hidden = {slot: NAME_PLACEHOLDER if slot == "name" else VALUE_PLACEHOLDER for slot in values}
    words = fill_in_template(home, template, FormattedFacts(hidden, facts.plays), {})
    filled = fill_in_template(home, template, FormattedFacts(values, facts.plays), {})
    if words is None or filled is None:
        return []
    return [
        *guard.check_words(words, facts, wording=home),
        *guard.check_text(filled, facts, limit=MAX_SUGGESTION_LENGTH, wording=home),
    ]
