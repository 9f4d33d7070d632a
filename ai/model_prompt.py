"""Ask a model for one message: the prompt, what the model is told, and how its answer is checked."""

import re
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from ai import guard, unicode
from ai.exceptions import GuardRejected, InvalidTemplate
from ai.facts import Facts, FormattedFacts, format_facts
from ai.findings import Finding, hard
from ai.llm import ModelConfig, ask_model
from ai.masking import NAME_PLACEHOLDER, VALUE_PLACEHOLDER
from ai.names import safe_title
from ai.template_language import Parts, fill_in, parse_template
from ai.wording import Wording, list_shapes

MAX_MODEL_LENGTH = 400
"""Characters of a message that a model wrote."""
MAX_EXAMPLES = 12


class ModelMessage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a model answers. We fill in its slots afterwards."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]


def write_with_model(model: ModelConfig, wording: Wording, facts: Facts, *, person: str) -> str:
    """A text without hard findings. `person` is a pseudonym. Raises ModelFailed or GuardRejected."""
    formatted = format_facts(facts, wording.locale)
    question = _build_question(wording, facts, formatted)
    language = unicode.parse_locale(wording.locale).get_language_name("en")
    answer = ask_model(
        model, ModelMessage, system=_SYSTEM_PROMPT.format(language=language), question=question, person=person
    )
    parts = _parse_answer(answer.value.text, wording.locale)
    placeholders = FormattedFacts(
        {slot: NAME_PLACEHOLDER if slot == "name" else VALUE_PLACEHOLDER for slot in formatted.texts},
        formatted.plays,
    )
    words = fill_in(parts, placeholders, wording.locale, _reject_fragment)
    text = fill_in(parts, formatted, wording.locale, _reject_fragment)
    if words is None or text is None:
        raise GuardRejected([Finding("syntax", "a slot without a value", 0)])
    # The words are checked with their placeholders too: a value that is also an everyday word is not known in the text.
    findings = [
        *guard.check_words(words, facts, wording=wording),
        *guard.check_text(text, facts, limit=MAX_MODEL_LENGTH, wording=wording),
    ]
    if wrong := hard(findings):
        raise GuardRejected(wrong)
    return text


_SYSTEM_PROMPT = """\
You write one short message in {language} to a fan, in the name of a musician, to be approved by a person.
Say thanks for listening and nothing else. Write in the manner of the examples, which the musician's side wrote.
Where a fact belongs, write its slot in braces exactly as listed under "slots": it is filled in afterwards.
Name no other person, place, song, number or date. Do not say that you met, know, remember or saw the fan.
No love, no promises, no offers, no tickets, no links, no hashtags, no politics, no health, no questions about age.
Answer with a JSON object {{"text": "..."}}."""


def _build_question(wording: Wording, facts: Facts, formatted: FormattedFacts) -> Mapping[str, Any]:
    """What the model is told. The fan's name and the song's title are only slots to it.

    The artist's name comes from staff, and the examples are signed.
    """
    return {
        "artist": safe_title(facts.artist) or "",
        "slots": [f"{{{slot}}}" for slot in formatted.texts],
        "plays": formatted.plays,
        "since": facts.since.isoformat() if facts.since else None,
        "examples": [shape.text for shape in list_shapes(wording)[:MAX_EXAMPLES]],
        "style": {"formal": False, "emoji": False, "max_length": MAX_MODEL_LENGTH},
    }


def _parse_answer(text: str, locale: str) -> Parts:
    """A model's answer is a template without optional parts, fragments and escapes. Raises GuardRejected."""
    if match := _UNSUPPORTED_SYNTAX.search(text):
        raise GuardRejected([Finding("syntax", match.group(), match.start())])
    try:
        return parse_template(text, locale).parts
    except InvalidTemplate as error:
        raise GuardRejected([Finding("syntax", error.problem, error.position or 0)]) from None


_UNSUPPORTED_SYNTAX = re.compile(r"[\[\]]|\{\{|\}\}")


def _reject_fragment(name: str) -> None:
    raise AssertionError(f"fragment {name} in a model's text, which has no fragments")
