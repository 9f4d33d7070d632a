"""Draft the message for one moment: with the composer, or with a model whose words the guard checks."""

from dataclasses import dataclass, replace

from ai import guard
from ai.compose import Composition, compose
from ai.exceptions import GuardRejected, ModelFailed
from ai.facts import Facts
from ai.languages import find_language
from ai.llm import ModelConfig, pseudonym
from ai.model_prompt import write_with_model
from ai.wording import Wording
from rights.clearance_result import Clearance

MAX_COMPOSED_LENGTH = 2000
"""Characters of a template and its fragments, with the longest values in them."""


@dataclass(frozen=True, slots=True)
class DraftedMessage:
    text: str
    maker: str
    """`composer`, that of an `Origin`, or `model:<name>`."""
    composed: Composition | None
    """What the composer made; None when a model wrote the text."""
    fallback_reason: str | None = None
    """Why the composer wrote although there is a model: the reason of ModelFailed, `language` or `guard`."""


def draft_message(
    wording: Wording,
    facts: Facts,
    *,
    choice_key: bytes,
    program: str,
    fan: str,
    clearance: Clearance,
    model: ModelConfig | None = None,
    suggested: bool = True,
) -> DraftedMessage:
    """Write a message that passes the guard. Raises what `compose` raises, or GuardRejected. `suggested` is as there.

    A model that fails raises nothing: the composer's text is used, and `fallback_reason` says why.
    """
    composed = compose(
        wording, facts, choice_key=choice_key, program=program, fan=fan, clearance=clearance, suggested=suggested
    )
    _check_composed(composed, wording, facts)
    drafted = DraftedMessage(composed.text, composed.origin.maker, composed)
    if model is None or find_language(wording.locale) is None:
        return replace(drafted, fallback_reason="language" if model else None)
    try:
        text = write_with_model(model, wording, facts, person=pseudonym(choice_key, f"safety:{fan}"))
    except ModelFailed as error:
        return replace(drafted, fallback_reason=error.reason)
    except GuardRejected:
        return replace(drafted, fallback_reason="guard")
    return DraftedMessage(text, f"model:{model.model}", None)


def _check_composed(composed: Composition, wording: Wording, facts: Facts) -> None:
    limit, formatted = MAX_COMPOSED_LENGTH, composed.formatted
    if findings := guard.check_text(composed.text, facts, limit=limit, wording=wording, formatted=formatted):
        raise GuardRejected(findings)
