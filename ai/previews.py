"""Previews of a wording: every shape of it with extreme values, to be read before somebody signs it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from ai import unicode
from ai.facts import SLOTS, Facts, format_facts
from ai.wording import Shape, Wording, fill_in_template, list_shapes

_LONG_NAME = "Maximiliana Konstantinopoulou de Vasconcelos Sá"
_LONG_SONG = "The Long and Winding Song Whose Title Nobody Can Remember (Live at the Old Harbour, Remastered)"
_OPPOSITE_DIRECTION = {"ltr": ("مريم", "أغنية الليل"), "rtl": ("Ana", "Night Song")}


@dataclass(frozen=True, slots=True)
class Preview:
    shape: Shape
    case: str
    """`shortest`, `longest`, `other direction`, `plays: 1`."""
    text: str


@dataclass(frozen=True, slots=True)
class ProgramFacts:
    """The facts that are the same in every message of a program: the number of listens, and its song, if it has one."""

    plays: int
    song: str | None


def list_previews(wording: Wording, *, artist: str, answers: ProgramFacts | None = None) -> list[Preview]:
    """For each shape, every example that reads differently. With `answers`, only those that these facts allow."""
    possible = (shape for shape in list_shapes(wording) if answers is None or _can_occur(wording, shape, answers))
    return [preview for shape in possible for preview in _previews_of_shape(wording, shape, artist, answers)]


def _can_occur(wording: Wording, shape: Shape, answers: ProgramFacts) -> bool:
    """Whether these facts allow the shape. The number is always known; a song is known always or never."""
    chosen = (wording.parsed_fragments[name][n] for name, n in shape.fragments)
    mentioned = wording.parsed_templates[shape.template].mentions.union(*(sentence.mentions for sentence in chosen))
    song_matches = answers.song is not None or "song" not in mentioned
    return "plays" not in shape.missing and song_matches == ("song" not in shape.missing)


def _previews_of_shape(wording: Wording, shape: Shape, artist: str, answers: ProgramFacts | None) -> Iterator[Preview]:
    seen = set[str]()
    for case, facts in _example_facts(wording, artist, answers):
        kept = _drop_facts(facts, shape.missing)
        chosen = {name: wording.parsed_fragments[name][n] for name, n in shape.fragments}
        text = fill_in_template(
            wording, wording.parsed_templates[shape.template], format_facts(kept, wording.locale), chosen
        )
        if text is not None and text not in seen:
            seen.add(text)
            yield Preview(shape, case, text)


def _example_facts(wording: Wording, artist: str, answers: ProgramFacts | None) -> Iterator[tuple[str, Facts]]:
    usual = Facts(
        artist=artist, name="Ana", song="Tidal", plays=100, since=date(2024, 5, 3), recipient="Leyla",
        occasion="birthday", relation="sister", event="passed", day=date(2024, 11, 20),
    )  # fmt: skip
    name, song = _OPPOSITE_DIRECTION[unicode.text_direction(wording.locale)]
    cases = {
        "usual": usual,
        "shortest": replace(usual, name="Y", song="X", plays=2, recipient="Y"),
        "longest": replace(
            usual,
            name=_LONG_NAME,
            song=_LONG_SONG,
            plays=1_234_567,
            since=date(2024, 9, 30),
            recipient=_LONG_NAME,
            event="finished",
        ),
        "other direction": replace(usual, name=name, song=song, recipient=name),
    }
    if answers is None:
        cases |= {f"plays: {plays}": replace(usual, plays=plays) for plays in plural_edges(wording.locale)}
    for case, facts in cases.items():
        yield case, replace(facts, plays=answers.plays, song=answers.song) if answers else facts


def _drop_facts(facts: Facts, missing: frozenset[str]) -> Facts:
    known = {slot: getattr(facts, slot) for slot in SLOTS if slot not in missing}
    return Facts(**known)


def plural_edges(locale: str) -> list[int]:
    """0, 1, 2 and the smallest number of every other plural form of the language."""
    rule = unicode.parse_locale(locale).plural_form
    firsts = {rule(number): number for number in reversed(range(1000))}
    return sorted({0, 1, 2, *firsts.values()})
