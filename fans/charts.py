"""Draw: figures as places and lengths that a template puts into SVG. Ink is what counts; labels stand on the marks."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

MIDDLE, RIM, SHORTEST, LONGEST = 170.0, 92.0, 2.0, 64.0
TOGETHER = 3  # hours that are called "your hours"


@dataclass(frozen=True, slots=True)
class Stroke:
    """One hour: a line from the rim outwards."""

    path: str
    busy: bool


@dataclass(frozen=True, slots=True)
class Dial:
    """A day as a record. `busiest` is the hour at which the busiest three begin."""

    strokes: list[Stroke]
    hours: list[tuple[str, int]]
    busiest: int

    @property
    def label(self) -> str:
        return f"{self.busiest:02}–{(self.busiest + TOGETHER) % 24:02}"


@dataclass(frozen=True, slots=True)
class Bar:
    """A name, a number, and a bar as wide or as high as `length`."""

    name: str
    number: int
    at: float
    length: float
    last: bool = False

    @property
    def base(self) -> float:
        """Where the number stands, for a bar that rises."""
        return FLOOR - self.length - 6

    @property
    def top(self) -> float:
        return FLOOR - self.length

    @property
    def middle(self) -> float:
        return self.at + WIDTH / 2


WIDE, ROW = 360, 46
FLOOR, HIGH, WIDTH, STEP = 128.0, 104.0, 19.0, 29.9


def dial(hours: Sequence[int]) -> Dial:
    most = max(hours) or 1
    windows = [sum(hours[(hour + n) % 24] for n in range(TOGETHER)) for hour in range(24)]
    busiest = windows.index(max(windows))
    busy = {(busiest + n) % 24 for n in range(TOGETHER)} if any(hours) else set()
    strokes = [
        Stroke(_stroke(hour, SHORTEST + (LONGEST - SHORTEST) * number / most if number else 0), hour in busy)
        for hour, number in enumerate(hours)
    ]
    return Dial(strokes, [(f"{hour:02}–{(hour + 1) % 24:02}", number) for hour, number in enumerate(hours)], busiest)


def _stroke(hour: int, length: float) -> str:
    if not length:
        return ""
    angle = math.radians(15 * (hour + 0.5))
    across, up = math.sin(angle), math.cos(angle)
    ends = [(MIDDLE + radius * across, MIDDLE - radius * up) for radius in (RIM, RIM + length)]
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ends)


def lying(figures: Sequence[tuple[str, int]]) -> list[Bar]:
    """Bars below each other, the longest as wide as there is room."""
    most = max((number for _, number in figures), default=1) or 1
    return [
        Bar(name, number, 14 + ROW * n, round(max(WIDE * number / most, 1), 1))
        for n, (name, number) in enumerate(figures)
    ]


def standing(months: Sequence[tuple[datetime, int]]) -> list[Bar]:
    """Bars beside each other. The last month is still running."""
    most = max((number for _, number in months), default=1) or 1
    return [
        Bar(f"{month:%b}", number, round(5 + STEP * n, 1), round(HIGH * number / most, 1), n == len(months) - 1)
        for n, (month, number) in enumerate(months)
    ]
