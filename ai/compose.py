"""Fill in a person's own sentences for one fan, without a model.

The choice of sentences depends on the program and the fan alone, so a repeated call gives the same message.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from ai.exceptions import MissingClearance, NoUsableTemplate, OnlySuggested
from ai.facts import Facts, FormattedFacts, format_facts
from ai.origins import COMPOSER as COMPOSER  # noqa: PLC0414
from ai.origins import WRITTEN, Origin
from ai.template_language import Template
from ai.wording import Wording, can_fill_in, fill_in_template
from rights.clearance_result import Clearance

REQUIRED_USE = "personal_message"
"""The use that a clearance for words to one fan must name."""


@dataclass(frozen=True, slots=True)
class Composition:
    text: str
    values: tuple[tuple[str, str], ...]
    """(slot, as written) for every slot that the chosen sentences mention and that has a value."""
    formatted: FormattedFacts
    """Every fact as it is written, so that a check need not write them again."""
    origin: Origin
    """Who wrote its sentences."""


def compose(
    wording: Wording,
    facts: Facts,
    *,
    choice_key: bytes,
    program: str,
    fan: str,
    clearance: Clearance,
    suggested: bool = True,
) -> Composition:
    """Choose a template that these facts can fill in, and fill it in.

    `suggested` is whether the fan may get sentences that a model suggested. Raises NoUsableTemplate when the facts are
    too few for every template, OnlySuggested where the others are a model's, and MissingClearance without a clearance
    for personal messages.
    """
    _require_clearance(clearance)
    formatted = format_facts(facts, wording.locale)
    choose = partial(_choose_index, choice_key, program, fan)
    usable = _find_usable(wording, formatted, suggested=suggested)
    template = usable[choose("template", len(usable))]
    chosen = _choose_fragments(wording, template, formatted, choose)
    text = fill_in_template(wording, template, formatted, chosen)
    if text is None:
        raise AssertionError("a usable template could not be filled in")
    mentioned = template.mentions.union(*(sentence.mentions for sentence in chosen.values()))
    values = tuple((slot, value) for slot, value in formatted.texts.items() if slot in mentioned)
    numbers = {name: wording.parsed_fragments[name].index(sentence) for name, sentence in chosen.items()}
    origin = wording.find_origin(wording.parsed_templates.index(template), numbers)
    return Composition(text, values, formatted, origin)


def _find_usable(wording: Wording, formatted: FormattedFacts, *, suggested: bool) -> list[Template]:
    """The templates that these facts can fill in. Raises NoUsableTemplate or OnlySuggested where there is none."""
    templates = wording.parsed_templates
    usable = [template for template in templates if can_fill_in(wording, template, formatted.texts)]
    if not usable:
        lacking = (template.required_slots - formatted.texts.keys() for template in templates)
        raise NoUsableTemplate(min(lacking, key=len))
    allowed = usable if suggested else [template for template in usable if _is_written(wording, template)]
    if not allowed:
        raise OnlySuggested
    return allowed


def _is_written(wording: Wording, template: Template) -> bool:
    """Whether a person wrote it and every sentence of its fragments."""
    index, used = wording.parsed_templates.index(template), template.mentions & wording.fragments.keys()
    choices = [{}, *({name: n} for name in used for n in range(len(wording.fragments[name])))]
    return all(wording.find_origin(index, chosen) == WRITTEN for chosen in choices)


def _require_clearance(clearance: Clearance) -> None:
    """The types already forbid a refusal here. This also holds where no type checker looks."""
    if not isinstance(clearance, Clearance):
        raise MissingClearance(f"{REQUIRED_USE} needs a Clearance, not {type(clearance).__name__}")
    if clearance.use != REQUIRED_USE:
        raise MissingClearance(f"{REQUIRED_USE} needs a clearance for {REQUIRED_USE}; this one is for {clearance.use}")


def _choose_fragments(
    wording: Wording, template: Template, formatted: FormattedFacts, choose: Callable[[str, int], int]
) -> dict[str, Template]:
    """For each fragment in the template, one of the sentences that these facts can fill in.

    A fragment without such a sentence is left out.
    """
    chosen = {}
    for name in sorted(template.mentions & wording.parsed_fragments.keys()):
        sentences = [
            sentence for sentence in wording.parsed_fragments[name] if sentence.required_slots <= formatted.texts.keys()
        ]
        if sentences:
            chosen[name] = sentences[choose(f"fragment {name}", len(sentences))]
    return chosen


def _choose_index(key: bytes, program: str, fan: str, slot: str, options: int) -> int:
    """A number below `options`, from an HMAC alone, so that the same moment always gets the same words."""
    message = "".join(f"{len(part)}:{part}" for part in (program, fan, slot))
    return int.from_bytes(hmac.digest(key, message.encode(), "sha256")[:8]) % options
