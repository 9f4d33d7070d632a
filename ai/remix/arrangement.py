"""Cut an arrangement into pieces: whole bars of the recording, each short enough to hold in memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from ai.remix.recipe import TAIL_FRAMES, Recipe, frame_after_bars
from ai.remix.render_request import Window
from ai.remix.source import SAMPLE_RATE, Section, Source

MAX_PIECE = 40 * SAMPLE_RATE
"""Frames of the recording. A longer section is cut at a bar, and joined again as sections are."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Frames `start` to `end` of the recording, which fill `start_after` to `end_after` of the remix."""

    start: int
    end: int
    start_after: int
    end_after: int
    is_silent: bool = False

    @property
    def key(self) -> tuple[int, int, bool]:
        """The same for pieces that sound the same."""
        return self.start, self.end, self.is_silent

    @property
    def frames_after(self) -> int:
        return self.end_after - self.start_after


def pieces_of(source: Source, recipe: Recipe, window: Window | None = None) -> list[Piece]:
    """In order. A whole remix ends with a piece for its tail, a window with the piece that fills it."""
    sections = {section.id: section for section in source.sections}
    arranged = [sections[section_id] for section_id in recipe.sections]
    bars_before = 0
    if window:
        bars_before = sum(section.bars for section in arranged[: window.section])
        arranged = arranged[window.section :]
    pieces = list(_cut(source, recipe, arranged, bars_before))
    if window:
        return _shorten(source, recipe, pieces, window.seconds * SAMPLE_RATE)
    return [*pieces, _tail(source, recipe, arranged[-1], pieces[-1].end_after)]


def _cut(source: Source, recipe: Recipe, arranged: list[Section], bars: int) -> Iterator[Piece]:
    for section in arranged:
        count = _count_parts(source, section)
        edges = [section.bars * part // count for part in range(count + 1)]
        for first, end in pairwise(edges):
            yield Piece(
                source.frame_of_bar(section.first_bar + first),
                source.frame_of_bar(section.first_bar + end),
                frame_after_bars(source, recipe, bars + first),
                frame_after_bars(source, recipe, bars + end),
            )
        bars += section.bars


def _count_parts(source: Source, section: Section) -> int:
    frames = source.frame_of_bar(section.end_bar) - source.frame_of_bar(section.first_bar)
    return min(section.bars, -(-frames // MAX_PIECE))


def _shorten(source: Source, recipe: Recipe, pieces: list[Piece], frames: int) -> list[Piece]:
    """Leave out what comes after the window, but for the rest of the bar in which it ends."""
    end_after = pieces[0].start_after + frames
    kept = [piece for piece in pieces if piece.start_after < end_after]
    last = kept[-1]
    bars = 1
    while last.start_after + frame_after_bars(source, recipe, bars) < min(end_after, last.end_after):
        bars += 1
    cut_after = last.start_after + frame_after_bars(source, recipe, bars)
    if cut_after < last.end_after:
        cut = last.start + source.frame_of_bar(bars) - source.frame_of_bar(0)
        kept[-1] = Piece(last.start, cut, last.start_after, cut_after)
    return kept


def _tail(source: Source, recipe: Recipe, last: Section, start_after: int) -> Piece:
    """What the recording does after its last section; silence after every other one, whose next note is not meant."""
    start = source.frame_of_bar(last.end_bar)
    end = start + TAIL_FRAMES * recipe.tempo_percent // 100
    return Piece(start, end, start_after, start_after + TAIL_FRAMES, is_silent=last.id != source.sections[-1].id)
