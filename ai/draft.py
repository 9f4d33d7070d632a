"""Draft: the message for one moment. By the composer, or by a model whose words the guard then doubts one by one."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any

import msgspec

from ai import guard, unicode
from ai.compose import COMPOSER, FACTS_CONTRIBUTION, Composition, Contribution, compose
from ai.exceptions import GuardRejected, InvalidTemplate, ModelFailed
from ai.facts import Facts, FormattedFacts, format_facts
from ai.guard import Finding
from ai.llm import ModelConfig, ask_model
from ai.names import safe_title
from ai.template_language import Parts, fill_in, parse_template
from ai.wording import Wording, list_shapes
from rights.clearance_result import Clearance

MAX_COMPOSED_LENGTH = 2000
"""Characters: a template and its fragments, with the longest values in them."""
MAX_EXAMPLES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How an artist's side wants to sound, for a model that may write. A version of it is stored with the program."""

    voice: str = ""
    """In a person's words: "first person, warm, short sentences"."""
    formal: bool = False
    emoji: bool = False
    sign_off: str = ""
    banned: tuple[str, ...] = ()
    max_length: int = 400


@dataclass(frozen=True, slots=True)
class DraftedMessage:
    text: str
    maker: str
    """`composer`, or `model:<name>`."""
    parts: tuple[Contribution, ...]
    composed: Composition | None
    """How the composer came to it; None when a model wrote it."""
    fallback_reason: str | None = None
    """Why a model that was to write did not: the reason of ModelFailed, or `guard`."""
    findings: tuple[Finding, ...] = ()
    """What the guard found in a model's words that were not used."""

    @property
    def by_model(self) -> bool:
        """Whether a model wrote words in it: these are never `filled`."""
        return self.composed is None


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a model answers. Its slots are filled by us, afterwards."""

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
    style: Style | None = None,
) -> DraftedMessage:
    """Write a message that passes the guard. Raises NoUsableTemplate, GuardRejected or MissingClearance.

    A model that fails raises nothing: the composer's text is used, and `fallback_reason` says why.
    """
    composed = compose(wording, facts, choice_key=choice_key, program=program, fan=fan, clearance=clearance)
    if found := guard.check_text(composed.text, facts, limit=MAX_COMPOSED_LENGTH, wording=wording):
        raise GuardRejected(found)
    drafted = DraftedMessage(composed.text, COMPOSER, composed.parts, composed)
    if model is None:
        return drafted
    if unicode.parse_locale(wording.locale).language != "en":
        return replace(drafted, fallback_reason="language")
    try:
        text = _write_with_model(model, wording, facts, style or Style(), _pseudonym(choice_key, fan))
    except ModelFailed as problem:
        return replace(drafted, fallback_reason=problem.reason)
    except GuardRejected as doubt:
        return replace(drafted, fallback_reason="guard", findings=doubt.findings)
    maker = f"model:{model.model}"
    return DraftedMessage(text, maker, (Contribution("words", maker), FACTS_CONTRIBUTION), None)


def _write_with_model(model: ModelConfig, wording: Wording, facts: Facts, style: Style, person: str) -> str:
    placed = format_facts(facts, wording.locale)
    question = _build_question(wording, facts, placed, style)
    answer = ask_model(model, Message, system=_SYSTEM_PROMPT, question=question, person=person)
    parts = _parse_answer(answer.value.text, wording.locale)
    marks = FormattedFacts(
        {slot: guard.NAME_PLACEHOLDER if slot == "name" else guard.VALUE_PLACEHOLDER for slot in placed.texts},
        placed.plays,
    )
    words = fill_in(parts, marks, wording.locale, _reject_fragment)
    text = fill_in(parts, placed, wording.locale, _reject_fragment)
    if words is None or text is None:
        raise GuardRejected([Finding("syntax", "a slot without a value", 0)])
    found = [
        *guard.check_words(words, facts, wording=wording, strict=True),
        *_check_style(words, style),
        *guard.check_text(text, facts, limit=style.max_length, wording=wording),
    ]
    if found:
        raise GuardRejected(found)
    return text


_SYSTEM_PROMPT = """\
You write one short message in English to a fan, in the name of a musician, to be approved by a person.
Say thanks for listening and nothing else. Write in the manner of the examples, which the musician's side wrote.
Where a fact belongs, write its slot in braces exactly as listed under "slots": it is filled in afterwards.
Name no other person, place, song, number or date. Do not say that you met, know, remember or saw the fan.
No love, no promises, no offers, no tickets, no links, no hashtags, no politics, no health, no questions about age.
Answer with a JSON object {"text": "..."}."""


def _build_question(wording: Wording, facts: Facts, placed: FormattedFacts, style: Style) -> Mapping[str, Any]:
    """The name and the title are only tokens to the model; the artist's is from staff, the sentences are signed."""
    return {
        "artist": safe_title(facts.artist) or "",
        "slots": [f"{{{slot}}}" for slot in placed.texts],
        "plays": placed.plays,
        "since": facts.since.isoformat() if facts.since else None,
        "examples": [shape.text for shape in list_shapes(wording)[:MAX_EXAMPLES]],
        "style": {
            "voice": style.voice,
            "formal": style.formal,
            "emoji": style.emoji,
            "sign_off": style.sign_off,
            "banned": style.banned,
            "max_length": style.max_length,
        },
    }


def _parse_answer(text: str, locale: str) -> Parts:
    """A model's answer is a template like any other, only without optional parts, fragments and escapes."""
    if match := _UNSUPPORTED_SYNTAX.search(text):
        raise GuardRejected([Finding("syntax", match.group(), match.start())])
    try:
        return parse_template(text, locale).parts
    except InvalidTemplate as problem:
        raise GuardRejected([Finding("syntax", problem.problem, problem.position or 0)]) from None


_UNSUPPORTED_SYNTAX = re.compile(r"[\[\]]|\{\{|\}\}")
_EMOJI = re.compile("[\u2600-\u27bf\U0001f000-\U0001faff]")


def _check_style(words: str, style: Style) -> list[Finding]:
    found = [
        Finding("style", banned, at)
        for banned in style.banned
        if banned.strip() and (at := words.casefold().find(banned.strip().casefold())) >= 0
    ]
    if not style.emoji and (match := _EMOJI.search(words)):
        found.append(Finding("style", match.group(), match.start()))
    return found


def _pseudonym(key: bytes, fan: str) -> str:
    """Tells a provider's abuse desk two fans apart, and nobody who a fan is."""
    return hmac.new(key, f"safety:{fan}".encode(), hashlib.sha256).hexdigest()


def _reject_fragment(name: str) -> None:
    raise AssertionError(f"fragment {name} where none can be")
