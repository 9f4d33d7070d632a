"""Whether a text is one that a wording gives for some facts: every way in which its parts can follow each other."""

from typing import TYPE_CHECKING

from ai.facts import FormattedFacts
from ai.template_language import Fragment, OptionalPart, Part, Parts, Plural, Slot, choose_plural

if TYPE_CHECKING:
    from ai.wording import Wording


def match_ends(wording: "Wording", parts: Parts, text: str, start: int, formatted: FormattedFacts) -> set[int]:
    """Every position in `text` where a match of these parts, begun at `start`, can end."""
    ends = {start}
    for part in parts:
        ends = {end for position in ends for end in _match_part(wording, part, text, position, formatted)}
    return ends


def _match_part(wording: "Wording", part: Part, text: str, start: int, formatted: FormattedFacts) -> set[int]:
    match part:
        case str():
            literal: str | None = part
        case Slot(name):
            literal = formatted.texts.get(name)
        case Plural(_, forms):
            literal = None if formatted.plays is None else choose_plural(forms, formatted.plays, wording.locale)
        case Fragment(name):
            sentences = wording.parsed_fragments[name]
            return {
                end for sentence in sentences for end in match_ends(wording, sentence.parts, text, start, formatted)
            }
        case OptionalPart(inner):
            if not _has_values(wording, inner, formatted):
                return {start}
            return match_ends(wording, inner, text, start, formatted)
    return {start + len(literal)} if literal is not None and text.startswith(literal, start) else set()


def _has_values(wording: "Wording", parts: Parts, formatted: FormattedFacts) -> bool:
    known = formatted.texts.keys()
    for part in parts:
        if isinstance(part, Fragment):
            if not any(sentence.required_slots <= known for sentence in wording.parsed_fragments[part.name]):
                return False
        elif isinstance(part, Slot | Plural) and part.name not in known:
            return False
    return True
