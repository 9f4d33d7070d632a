"""Draw which part of the recording each part of a remix comes from: the recording above, the remix below."""

from dataclasses import dataclass

from ai.remix.recipe import Recipe
from ai.remix.source import Source

WIDTH = 1000
"""Of the drawing, in its own units. Both songs fill it."""


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
    def middle(self) -> float:
        """Of the part below, for its name."""
        return round((self.below[0] + self.below[1]) / 2, 1)


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
