"""Show: every shape of a wording as a fan could read it, at the edges, before anybody signs it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from ai import scripts
from ai.facts import SLOTS, Facts, place
from ai.wording import Shape, Wording, say, shapes

_LONG_NAME = "Maximiliana Konstantinopoulou"
_LONG_SONG = "The Long and Winding Song Whose Title Nobody Can Remember (Live at the Old Harbour, Remastered)"
_OTHER_WAY = {"ltr": ("مريم", "أغنية الليل"), "rtl": ("Ana", "Night Song")}


@dataclass(frozen=True, slots=True)
class Preview:
    shape: Shape
    case: str
    """`shortest`, `longest`, `other direction`, `plays: 1`."""
    text: str


def previews(wording: Wording, *, artist: str) -> list[Preview]:
    """For each shape the cases that differ: all of them together are everything that the wording can look like."""
    return [preview for shape in shapes(wording) for preview in _of(wording, shape, artist)]


def _of(wording: Wording, shape: Shape, artist: str) -> Iterator[Preview]:
    seen = set[str]()
    for case, facts in _cases(wording, artist):
        kept = _without(facts, shape.missing)
        chosen = {name: wording.said_fragments[name][n] for name, n in shape.fragments}
        text = say(wording, wording.said[shape.template], place(kept, wording.locale), chosen)
        if text is not None and text not in seen:
            seen.add(text)
            yield Preview(shape, case, text)


def _cases(wording: Wording, artist: str) -> Iterator[tuple[str, Facts]]:
    usual = Facts(artist=artist, name="Ana", song="Tidal", plays=100, since=date(2024, 5, 3))
    name, song = _OTHER_WAY[scripts.locale(wording.locale).text_direction]
    yield "usual", usual
    yield "shortest", replace(usual, name="Y", song="X", plays=2)
    yield "longest", replace(usual, name=_LONG_NAME, song=_LONG_SONG, plays=1_234_567, since=date(2024, 9, 30))
    yield "other direction", replace(usual, name=name, song=song)
    for plays in plural_edges(wording.locale):
        yield f"plays: {plays}", replace(usual, plays=plays)


def _without(facts: Facts, missing: frozenset[str]) -> Facts:
    known = {slot: getattr(facts, slot) for slot in SLOTS if slot not in missing}
    return Facts(**known)


def plural_edges(locale: str) -> list[int]:
    """0, 1, 2, and the first number of every further plural form of the language."""
    rule = scripts.locale(locale).plural_form
    firsts = {rule(number): number for number in reversed(range(1000))}
    return sorted({0, 1, 2, *firsts.values()})
