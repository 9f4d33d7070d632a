"""Draw: figures as places and lengths that a template puts into SVG. Ink is what counts; labels stand on the marks."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

DIAL_CENTRE, DIAL_RIM, MIN_STROKE, MAX_STROKE = 170.0, 92.0, 2.0, 64.0
BUSY_HOURS = 3  # hours that are called "your hours"


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
        return f"{self.busiest:02}–{(self.busiest + BUSY_HOURS) % 24:02}"


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
        return BASELINE - self.length - 6

    @property
    def top(self) -> float:
        return BASELINE - self.length

    @property
    def middle(self) -> float:
        return self.at + BAR_WIDTH / 2


CHART_WIDTH, ROW_HEIGHT = 360, 46
BASELINE, MAX_BAR_HEIGHT, BAR_WIDTH, BAR_STEP = 128.0, 104.0, 19.0, 29.9


def draw_dial(hours: Sequence[int]) -> Dial:
    most = max(hours) or 1
    windows = [sum(hours[(hour + n) % 24] for n in range(BUSY_HOURS)) for hour in range(24)]
    busiest = windows.index(max(windows))
    busy = {(busiest + n) % 24 for n in range(BUSY_HOURS)} if any(hours) else set()
    strokes = [
        Stroke(
            _stroke_path(hour, MIN_STROKE + (MAX_STROKE - MIN_STROKE) * number / most if number else 0), hour in busy
        )
        for hour, number in enumerate(hours)
    ]
    return Dial(strokes, [(f"{hour:02}–{(hour + 1) % 24:02}", number) for hour, number in enumerate(hours)], busiest)


def _stroke_path(hour: int, length: float) -> str:
    if not length:
        return ""
    angle = math.radians(15 * (hour + 0.5))
    across, up = math.sin(angle), math.cos(angle)
    ends = [(DIAL_CENTRE + radius * across, DIAL_CENTRE - radius * up) for radius in (DIAL_RIM, DIAL_RIM + length)]
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ends)


def draw_horizontal_bars(figures: Sequence[tuple[str, int]]) -> list[Bar]:
    """Bars below each other, the longest as wide as there is room."""
    most = max((number for _, number in figures), default=1) or 1
    return [
        Bar(name, number, 14 + ROW_HEIGHT * n, round(max(CHART_WIDTH * number / most, 1), 1))
        for n, (name, number) in enumerate(figures)
    ]


def draw_month_bars(months: Sequence[tuple[datetime, int]]) -> list[Bar]:
    """Bars beside each other. The last month is still running."""
    most = max((number for _, number in months), default=1) or 1
    return [
        Bar(
            f"{month:%b}",
            number,
            round(5 + BAR_STEP * n, 1),
            round(MAX_BAR_HEIGHT * number / most, 1),
            n == len(months) - 1,
        )
        for n, (month, number) in enumerate(months)
    ]
