"""Draw which part of the recording each part of a remix comes from: the recording above, the remix below."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ai.audio import PEAKS_A_SECOND
from ai.remix.recipe import Recipe
from ai.remix.source import SAMPLE_RATE, Source
from catalog.models import SourceStem

WIDTH = 1000
"""Of the drawing, in its own units. Both songs fill it."""
LINES, HEIGHT = 200, 40
"""Of the picture of the sound, in the same units."""


@dataclass(frozen=True, slots=True)
class Ribbon:
    """From a section of the recording, above, to where it comes in the remix, below. Places are from 0 to 1000."""

    name: str
    above: tuple[float, float]
    below: tuple[float, float]

    @property
    def path(self) -> str:
        (left, right), (start, end) = self.above, self.below
        return f"M{left} 0C{left} 30 {start} 30 {start} 60H{end}C{end} 30 {right} 30 {right} 0Z"

    @property
    def name_x(self) -> str:
        """Where its name begins, below: as the attribute of an SVG."""
        return f"{self.below[0] / 10:g}%"

    @property
    def name_width(self) -> str:
        return f"{(self.below[1] - self.below[0]) / 10:g}%"


def draw_flow(source: Source, recipe: Recipe) -> list[Ribbon]:
    """One ribbon for each section of the remix, in its order."""
    bars = sum(section.bars for section in source.sections)
    sections = {section.id: section for section in source.sections}
    first_bar = source.sections[0].first_bar
    total = sum(sections[section_id].bars for section_id in recipe.sections)
    ribbons, done = [], 0
    for section_id in recipe.sections:
        section = sections[section_id]
        above = (section.first_bar - first_bar, section.end_bar - first_bar)
        below = (done, done + section.bars)
        done += section.bars
        ribbons.append(Ribbon(section.name, _scale(above, bars), _scale(below, total)))
    return ribbons


def _scale(span: tuple[int, int], bars: int) -> tuple[float, float]:
    return round(span[0] * WIDTH / bars, 1), round(span[1] * WIDTH / bars, 1)


def read_peaks(source_id: int, recipe: Recipe) -> list[bytes]:
    """The peaks of the stems that are heard."""
    heard = [stem_id for stem_id, change in recipe.stems.items() if not change.mute]
    stems = SourceStem.objects.filter(source=source_id, stem__in=heard)
    return [bytes(peaks) for peaks in stems.order_by("pk").values_list("audio__peaks", flat=True)]


def draw_sound(source: Source, peaks: Sequence[bytes]) -> str:
    """The path of upright lines, from the first section of the recording to its last, above the ribbons."""
    bars = source.sections[0].first_bar, source.sections[-1].end_bar
    start, end = (source.frame_of_bar(bar) * PEAKS_A_SECOND / SAMPLE_RATE for bar in bars)
    edges = [int(start + (end - start) * line / LINES) for line in range(LINES + 1)]
    loud = [
        max((max(one[first : max(last, first + 1)], default=0) for one in peaks), default=0)
        for first, last in pairwise(edges)
    ]
    loudest = max(*loud, 1)
    step = WIDTH // LINES
    halves = [max(one * HEIGHT // (2 * loudest), 1) for one in loud]
    return "".join(f"M{step * line + step // 2} {HEIGHT // 2 - half}v{2 * half}" for line, half in enumerate(halves))
