"""Compose: a person's own sentences, filled in for one fan. No model, and the same message whenever asked again."""

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from ai import cleared
from ai.facts import Facts, Placed, place
from ai.templates import Template
from ai.wording import Wording, can_say, say
from rights.answers import Clearance

USE = "personal_message"
"""The use that a clearance for words to one fan must name."""
MAKER = "composer"


class Unsayable(Exception):
    """None of the templates can be said about these facts. `missing` are the slots that the nearest one lacks."""

    def __init__(self, missing: frozenset[str]) -> None:
        super().__init__(f"no template does without {', '.join(sorted(missing))}")
        self.missing = missing


@dataclass(frozen=True, slots=True)
class Part:
    """One line of a receipt: what it is, and who or what made it."""

    role: str
    maker: str


FACTS = Part("facts", "Counted from listens; rules, no model")
FILLED = (Part("words", "Written by a person, filled in"), FACTS)


@dataclass(frozen=True, slots=True)
class Composed:
    text: str
    template: int
    """Its place in the wording, from 0."""
    fragments: tuple[tuple[str, int], ...]
    values: tuple[tuple[str, str], ...]
    """(slot, as written) for every slot that the chosen sentences mention and that has a value."""
    shape: str
    """The digest of the wording that says this."""
    parts: tuple[Part, ...] = FILLED


def compose(
    wording: Wording, facts: Facts, *, choice_key: bytes, program: str, fan: str, clearance: Clearance
) -> Composed:
    """Raises Unsayable when the facts are too few for every template, Uncleared without the right clearance."""
    cleared.require(clearance, USE)
    placed = place(facts, wording.locale)
    choose = partial(_choose, choice_key, program, fan)
    able = [n for n, template in enumerate(wording.said) if can_say(wording, template, placed.texts)]
    if not able:
        raise Unsayable(min((template.needs - placed.texts.keys() for template in wording.said), key=len))
    index = able[choose("template", len(able))]
    template = wording.said[index]
    fragments = _fragments(wording, template, placed, choose)
    chosen = {name: wording.said_fragments[name][n] for name, n in fragments}
    text = say(wording, template, placed, chosen)
    if text is None:
        raise AssertionError("a template that can be said was not")
    mentioned = template.mentions.union(*(each.mentions for each in chosen.values()))
    values = tuple((slot, value) for slot, value in placed.texts.items() if slot in mentioned)
    return Composed(text, index, fragments, values, wording.digest)


def _fragments(
    wording: Wording, template: Template, placed: Placed, choose: Callable[[str, int], int]
) -> tuple[tuple[str, int], ...]:
    """For each fragment in the template one of the sentences that these facts allow; none when they allow none."""
    chosen = []
    for name in sorted(template.mentions & wording.said_fragments.keys()):
        able = _able(wording.said_fragments[name], placed)
        if able:
            chosen.append((name, able[choose(f"fragment {name}", len(able))]))
    return tuple(chosen)


def _able(sentences: Sequence[Template], placed: Placed) -> list[int]:
    return [n for n, sentence in enumerate(sentences) if sentence.needs <= placed.texts.keys()]


def _choose(key: bytes, program: str, fan: str, slot: str, options: int) -> int:
    """By HMAC and nothing else, so that a replay of the same moment says the same words."""
    message = "".join(f"{len(part)}:{part}" for part in (program, fan, slot))
    return int.from_bytes(hmac.digest(key, message.encode(), "sha256")[:8]) % options
