"""Fill in a person's own sentences for one fan, without a model.

The choice of sentences depends on the program and the fan alone, so a repeated call gives the same message.
"""

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from ai.exceptions import MissingClearance, NoUsableTemplate
from ai.facts import Facts, FormattedFacts, format_facts
from ai.template_language import Template
from ai.wording import Wording, can_fill_in, fill_in_template
from rights.clearance_result import Clearance

REQUIRED_USE = "personal_message"
"""The use that a clearance for words to one fan must name."""
COMPOSER = "composer"


@dataclass(frozen=True, slots=True)
class Contribution:
    """One line of a receipt: what it is, and who or what made it."""

    role: str
    maker: str


FACTS_CONTRIBUTION = Contribution("facts", "Counted from listens; rules, no model")
FILLED_CONTRIBUTIONS = (Contribution("words", "Written by a person, filled in"), FACTS_CONTRIBUTION)


@dataclass(frozen=True, slots=True)
class Composition:
    text: str
    template: int
    """Its place in the wording, from 0."""
    fragments: tuple[tuple[str, int], ...]
    values: tuple[tuple[str, str], ...]
    """(slot, as written) for every slot that the chosen sentences mention and that has a value."""
    shape: str
    """The digest of the wording that says this."""
    parts: tuple[Contribution, ...] = FILLED_CONTRIBUTIONS


def compose(
    wording: Wording, facts: Facts, *, choice_key: bytes, program: str, fan: str, clearance: Clearance
) -> Composition:
    """Choose a template that these facts can fill in, and fill it in.

    Raises NoUsableTemplate when the facts are too few for every template, and MissingClearance without a clearance for
    personal messages.
    """
    _require_clearance(clearance)
    formatted = format_facts(facts, wording.locale)
    choose = partial(_choose_index, choice_key, program, fan)
    templates = wording.parsed_templates
    usable = [n for n, template in enumerate(templates) if can_fill_in(wording, template, formatted.texts)]
    if not usable:
        lacking = (template.required_slots - formatted.texts.keys() for template in templates)
        raise NoUsableTemplate(min(lacking, key=len))
    index = usable[choose("template", len(usable))]
    template = templates[index]
    fragments = _choose_fragments(wording, template, formatted, choose)
    chosen = {name: wording.parsed_fragments[name][n] for name, n in fragments}
    text = fill_in_template(wording, template, formatted, chosen)
    if text is None:
        raise AssertionError("a usable template could not be filled in")
    mentioned = template.mentions.union(*(sentence.mentions for sentence in chosen.values()))
    values = tuple((slot, value) for slot, value in formatted.texts.items() if slot in mentioned)
    return Composition(text, index, fragments, values, wording.digest)


def _require_clearance(clearance: Clearance) -> None:
    """The types already forbid a refusal here. This also holds where no type checker looks."""
    if not isinstance(clearance, Clearance):
        raise MissingClearance(f"{REQUIRED_USE} needs a Clearance, not {type(clearance).__name__}")
    if clearance.use != REQUIRED_USE:
        raise MissingClearance(f"{REQUIRED_USE} needs a clearance for {REQUIRED_USE}; this one is for {clearance.use}")


def _choose_fragments(
    wording: Wording, template: Template, formatted: FormattedFacts, choose: Callable[[str, int], int]
) -> tuple[tuple[str, int], ...]:
    """For each fragment in the template, one of the sentences that these facts can fill in.

    A fragment without such a sentence is left out.
    """
    chosen = []
    for name in sorted(template.mentions & wording.parsed_fragments.keys()):
        usable = _usable_sentences(wording.parsed_fragments[name], formatted)
        if usable:
            chosen.append((name, usable[choose(f"fragment {name}", len(usable))]))
    return tuple(chosen)


def _usable_sentences(sentences: Sequence[Template], formatted: FormattedFacts) -> list[int]:
    return [n for n, sentence in enumerate(sentences) if sentence.required_slots <= formatted.texts.keys()]


def _choose_index(key: bytes, program: str, fan: str, slot: str, options: int) -> int:
    """A number below `options`, from an HMAC alone, so that the same moment always gets the same words."""
    message = "".join(f"{len(part)}:{part}" for part in (program, fan, slot))
    return int.from_bytes(hmac.digest(key, message.encode(), "sha256")[:8]) % options
