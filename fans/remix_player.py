"""What the player of a whole remix shows: its sections, and its sound as a picture in two widths."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ai.remix.recipe import Recipe, frames_of, original, section_starts
from ai.remix.source import SAMPLE_RATE, Source
from fans.desk.words import format_length
from web.waveform import draw_path

WIDE, NARROW = (1120, 6, 132, 15), (358, 4, 104, 7)
"""Width, distance of the lines, height, and how many letters of a section's name fit into 100."""
TOP = 22
"""The names of the sections stand above the lines."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A section of the remix, in thousandths of a second, and the same section in the recording."""

    name: str
    starts: int
    ends: int
    recorded_starts: int
    recorded_ends: int


@dataclass(frozen=True, slots=True)
class DrawnPiece:
    x: int
    width: int
    name: str
    path: str


@dataclass(frozen=True, slots=True)
class Picture:
    """`classes` say for which windows it is."""

    classes: str
    width: int
    height: int
    pieces: list[DrawnPiece]


@dataclass(frozen=True, slots=True)
class RemixPlayer:
    """`key` is under which the browser remembers the place. `original_url` is "" where there is nothing to compare.

    `artwork` is the address of a picture for the lock screen of a phone, or "".
    """

    key: str
    title: str
    artist: str
    sound_url: str
    original_url: str
    milliseconds: int
    pieces: list[Piece]
    pictures: list[Picture]
    artwork: str = ""

    @property
    def length(self) -> str:
        return format_length(self.milliseconds // 1000)


def list_pieces(source: Source, recipe: Recipe) -> list[Piece]:
    """The sections in the order of the remix."""
    recorded = original(source)
    names = {section.id: section.name for section in source.sections}
    there = dict(zip(recorded.sections, pairwise(section_starts(source, recorded)), strict=True))
    here = zip(recipe.sections, pairwise(section_starts(source, recipe)), strict=True)
    return [
        Piece(names[section], *map(_milliseconds, edges), *map(_milliseconds, there[section]))
        for section, edges in here
    ]


def count_milliseconds(source: Source, recipe: Recipe) -> int:
    return _milliseconds(frames_of(source, recipe))


def draw_pictures(peaks: bytes, pieces: Sequence[Piece], milliseconds: int) -> list[Picture]:
    """For wide and for narrow windows. `peaks` are those of the whole remix."""
    return [
        _draw("wave-wide", peaks, pieces, milliseconds, WIDE),
        _draw("wave-narrow", peaks, pieces, milliseconds, NARROW),
    ]


def _milliseconds(frames: int) -> int:
    return frames * 1000 // SAMPLE_RATE


def _draw(
    classes: str, peaks: bytes, pieces: Sequence[Piece], milliseconds: int, size: tuple[int, int, int, int]
) -> Picture:
    width, step, height, letters = size
    middle, room = (TOP + height) // 2, (height - TOP) // 2
    drawn = []
    for piece in pieces:
        x, end = (at * width // milliseconds for at in (piece.starts, piece.ends))
        path = draw_path(peaks, x, end, width=width, step=step, middle=middle, room=room)
        drawn.append(DrawnPiece(x, end - x, piece.name[: (end - x) * letters // 100], path))
    return Picture(classes, width, height, drawn)
