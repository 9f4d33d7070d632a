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


@dataclass(frozen=True, slots=True)
class Answers:
    """What is the same in every message of a program: the number of the listen, and its one song, if any."""

    plays: int
    song: str | None


def previews(wording: Wording, *, artist: str, answers: Answers | None = None) -> list[Preview]:
    """For each shape the cases that differ: all of them together are everything that the wording can look like.

    With `answers`, only what can occur where these are the facts.
    """
    possible = (shape for shape in shapes(wording) if answers is None or _occurs(wording, shape, answers))
    return [preview for shape in possible for preview in _of(wording, shape, artist, answers)]


def _occurs(wording: Wording, shape: Shape, answers: Answers) -> bool:
    """A number is always known, and a song always or never."""
    chosen = (wording.said_fragments[name][n] for name, n in shape.fragments)
    mentioned = wording.said[shape.template].mentions.union(*(each.mentions for each in chosen))
    sung = answers.song is not None or "song" not in mentioned
    return "plays" not in shape.missing and sung == ("song" not in shape.missing)


def _of(wording: Wording, shape: Shape, artist: str, answers: Answers | None) -> Iterator[Preview]:
    seen = set[str]()
    for case, facts in _cases(wording, artist, answers):
        kept = _without(facts, shape.missing)
        chosen = {name: wording.said_fragments[name][n] for name, n in shape.fragments}
        text = say(wording, wording.said[shape.template], place(kept, wording.locale), chosen)
        if text is not None and text not in seen:
            seen.add(text)
            yield Preview(shape, case, text)


def _cases(wording: Wording, artist: str, answers: Answers | None) -> Iterator[tuple[str, Facts]]:
    usual = Facts(artist=artist, name="Ana", song="Tidal", plays=100, since=date(2024, 5, 3))
    name, song = _OTHER_WAY[scripts.locale(wording.locale).text_direction]
    cases = {
        "usual": usual,
        "shortest": replace(usual, name="Y", song="X", plays=2),
        "longest": replace(usual, name=_LONG_NAME, song=_LONG_SONG, plays=1_234_567, since=date(2024, 9, 30)),
        "other direction": replace(usual, name=name, song=song),
    }
    if answers is None:
        cases |= {f"plays: {plays}": replace(usual, plays=plays) for plays in plural_edges(wording.locale)}
    for case, facts in cases.items():
        yield case, replace(facts, plays=answers.plays, song=answers.song) if answers else facts


def _without(facts: Facts, missing: frozenset[str]) -> Facts:
    known = {slot: getattr(facts, slot) for slot in SLOTS if slot not in missing}
    return Facts(**known)


def plural_edges(locale: str) -> list[int]:
    """0, 1, 2, and the first number of every further plural form of the language."""
    rule = scripts.locale(locale).plural_form
    firsts = {rule(number): number for number in reversed(range(1000))}
    return sorted({0, 1, 2, *firsts.values()})
