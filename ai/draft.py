"""Draft the message for one moment: with the composer, or with a model whose words the guard checks."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any

import msgspec

from ai import guard, unicode
from ai.compose import COMPOSER, Composition, compose
from ai.exceptions import GuardRejected, InvalidTemplate, ModelFailed
from ai.facts import Facts, FormattedFacts, format_facts
from ai.guard import Finding
from ai.llm import ModelConfig, ask_model
from ai.names import safe_title
from ai.template_language import Parts, fill_in, parse_template
from ai.wording import Wording, list_shapes
from rights.clearance_result import Clearance

MAX_COMPOSED_LENGTH = 2000
"""Characters of a template and its fragments, with the longest values in them."""
MAX_MODEL_LENGTH = 400
"""Characters of a message that a model wrote."""
MAX_EXAMPLES = 12


@dataclass(frozen=True, slots=True)
class DraftedMessage:
    text: str
    maker: str
    """`composer`, or `model:<name>`."""
    composed: Composition | None
    """What the composer made; None when a model wrote the text."""
    fallback_reason: str | None = None
    """Why the composer wrote although there is a model: the reason of ModelFailed, `language` or `guard`."""


class ModelMessage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a model answers. We fill in its slots afterwards."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]


def draft_message(
    wording: Wording,
    facts: Facts,
    *,
    choice_key: bytes,
    program: str,
    fan: str,
    clearance: Clearance,
    model: ModelConfig | None = None,
) -> DraftedMessage:
    """Write a message that passes the guard. Raises NoUsableTemplate, GuardRejected or MissingClearance.

    A model that fails raises nothing: the composer's text is used, and `fallback_reason` says why.
    """
    composed = compose(wording, facts, choice_key=choice_key, program=program, fan=fan, clearance=clearance)
    if findings := guard.check_text(composed.text, facts, limit=MAX_COMPOSED_LENGTH, wording=wording):
        raise GuardRejected(findings)
    drafted = DraftedMessage(composed.text, COMPOSER, composed)
    if model is None:
        return drafted
    if unicode.parse_locale(wording.locale).language != "en":
        return replace(drafted, fallback_reason="language")
    try:
        text = write_with_model(model, wording, facts, person=_pseudonym(choice_key, fan))
    except ModelFailed as error:
        return replace(drafted, fallback_reason=error.reason)
    except GuardRejected:
        return replace(drafted, fallback_reason="guard")
    return DraftedMessage(text, f"model:{model.model}", None)


def write_with_model(model: ModelConfig, wording: Wording, facts: Facts, *, person: str) -> str:
    """A text that a model wrote and the guard passed. `person` is a pseudonym. Raises ModelFailed or GuardRejected."""
    formatted = format_facts(facts, wording.locale)
    question = _build_question(wording, facts, formatted)
    message = ask_model(model, ModelMessage, system=_SYSTEM_PROMPT, question=question, person=person)
    parts = _parse_answer(message.text, wording.locale)
    placeholders = FormattedFacts(
        {slot: guard.NAME_PLACEHOLDER if slot == "name" else guard.VALUE_PLACEHOLDER for slot in formatted.texts},
        formatted.plays,
    )
    words = fill_in(parts, placeholders, wording.locale, _reject_fragment)
    text = fill_in(parts, formatted, wording.locale, _reject_fragment)
    if words is None or text is None:
        raise GuardRejected([Finding("syntax", "a slot without a value", 0)])
    findings = [
        *guard.check_words(words, facts, wording=wording, strict=True),
        *_check_emoji(words),
        *guard.check_text(text, facts, limit=MAX_MODEL_LENGTH, wording=wording),
    ]
    if findings:
        raise GuardRejected(findings)
    return text


_SYSTEM_PROMPT = """\
You write one short message in English to a fan, in the name of a musician, to be approved by a person.
Say thanks for listening and nothing else. Write in the manner of the examples, which the musician's side wrote.
Where a fact belongs, write its slot in braces exactly as listed under "slots": it is filled in afterwards.
Name no other person, place, song, number or date. Do not say that you met, know, remember or saw the fan.
No love, no promises, no offers, no tickets, no links, no hashtags, no politics, no health, no questions about age.
Answer with a JSON object {"text": "..."}."""


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
_EMOJI = re.compile("[\u2600-\u27bf\U0001f000-\U0001faff]")


def _check_emoji(words: str) -> list[Finding]:
    match = _EMOJI.search(words)
    return [Finding("style", match.group(), match.start())] if match else []


def _pseudonym(key: bytes, fan: str) -> str:
    """A name for a fan that lets a provider tell two fans apart, but not who they are."""
    return hmac.new(key, f"safety:{fan}".encode(), hashlib.sha256).hexdigest()


def _reject_fragment(name: str) -> None:
    raise AssertionError(f"fragment {name} in a model's text, which has no fragments")
