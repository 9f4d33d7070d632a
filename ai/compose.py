"""Compose: a person's own sentences, filled in for one fan. No model, and the same message whenever asked again."""

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from ai import cleared
from ai.facts import Facts, FormattedFacts, format_facts
from ai.template_language import Template
from ai.wording import Wording, can_fill_in, fill_in_template
from rights.clearance_result import Clearance

REQUIRED_USE = "personal_message"
"""The use that a clearance for words to one fan must name."""
COMPOSER = "composer"


class Unsayable(Exception):
    """None of the templates can be said about these facts. `missing` are the slots that the nearest one lacks."""

    def __init__(self, missing: frozenset[str]) -> None:
        super().__init__(f"no template does without {', '.join(sorted(missing))}")
        self.missing = missing


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
    """Raises Unsayable when the facts are too few for every template, Uncleared without the right clearance."""
    cleared.require(clearance, REQUIRED_USE)
    placed = format_facts(facts, wording.locale)
    choose = partial(_choose_index, choice_key, program, fan)
    able = [n for n, template in enumerate(wording.said) if can_fill_in(wording, template, placed.texts)]
    if not able:
        raise Unsayable(min((template.needs - placed.texts.keys() for template in wording.said), key=len))
    index = able[choose("template", len(able))]
    template = wording.said[index]
    fragments = _choose_fragments(wording, template, placed, choose)
    chosen = {name: wording.said_fragments[name][n] for name, n in fragments}
    text = fill_in_template(wording, template, placed, chosen)
    if text is None:
        raise AssertionError("a template that can be said was not")
    mentioned = template.mentions.union(*(each.mentions for each in chosen.values()))
    values = tuple((slot, value) for slot, value in placed.texts.items() if slot in mentioned)
    return Composition(text, index, fragments, values, wording.digest)


def _choose_fragments(
    wording: Wording, template: Template, placed: FormattedFacts, choose: Callable[[str, int], int]
) -> tuple[tuple[str, int], ...]:
    """For each fragment in the template one of the sentences that these facts allow; none when they allow none."""
    chosen = []
    for name in sorted(template.mentions & wording.said_fragments.keys()):
        able = _usable_sentences(wording.said_fragments[name], placed)
        if able:
            chosen.append((name, able[choose(f"fragment {name}", len(able))]))
    return tuple(chosen)


def _usable_sentences(sentences: Sequence[Template], placed: FormattedFacts) -> list[int]:
    return [n for n, sentence in enumerate(sentences) if sentence.needs <= placed.texts.keys()]


def _choose_index(key: bytes, program: str, fan: str, slot: str, options: int) -> int:
    """By HMAC and nothing else, so that a replay of the same moment says the same words."""
    message = "".join(f"{len(part)}:{part}" for part in (program, fan, slot))
    return int.from_bytes(hmac.digest(key, message.encode(), "sha256")[:8]) % options
