"""Compute positions and lengths of the charts on the listening page; templates put them into SVG."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

DIAL_CENTRE, DIAL_RIM, MIN_STROKE, MAX_STROKE = 170.0, 92.0, 2.0, 64.0
BUSY_HOURS = 3  # as many hours are called "your hours"
CHART_WIDTH, ROW_HEIGHT = 360, 46
BASELINE, MAX_BAR_HEIGHT, BAR_WIDTH, BAR_STEP = 128.0, 104.0, 19.0, 29.9


@dataclass(frozen=True, slots=True)
class Stroke:
    """One hour of the dial: an SVG path from the rim outwards, "" for no listens."""

    path: str
    busy: bool


@dataclass(frozen=True, slots=True)
class Dial:
    """A day as a round record. `busiest` is the first of the three hours in a row with the most listens."""

    strokes: list[Stroke]
    hours: list[tuple[str, int]]
    busiest: int

    @property
    def label(self) -> str:
        return f"{self.busiest:02}–{(self.busiest + BUSY_HOURS) % 24:02}"


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, `length` long. `offset` is its place: from the top if it is horizontal, else from the left."""

    name: str
    number: int
    offset: float
    length: float
    still_running: bool = False
    """The month is not over yet."""

    @property
    def base(self) -> float:
        """The y of the number above a vertical bar."""
        return BASELINE - self.length - 6

    @property
    def top(self) -> float:
        return BASELINE - self.length

    @property
    def middle(self) -> float:
        return self.offset + BAR_WIDTH / 2


def draw_dial(hours: Sequence[int]) -> Dial:
    """`hours` are the listens of each of the 24 hours."""
    most = max(hours) or 1
    windows = [sum(hours[(hour + n) % 24] for n in range(BUSY_HOURS)) for hour in range(24)]
    busiest = windows.index(max(windows))
    busy = {(busiest + n) % 24 for n in range(BUSY_HOURS)} if any(hours) else set()
    strokes = [Stroke(_stroke_path(hour, number / most), hour in busy) for hour, number in enumerate(hours)]
    return Dial(strokes, [(f"{hour:02}–{(hour + 1) % 24:02}", number) for hour, number in enumerate(hours)], busiest)


def _stroke_path(hour: int, share: float) -> str:
    if not share:
        return ""
    length = MIN_STROKE + (MAX_STROKE - MIN_STROKE) * share
    angle = math.radians(15 * (hour + 0.5))
    across, up = math.sin(angle), math.cos(angle)
    ends = [(DIAL_CENTRE + radius * across, DIAL_CENTRE - radius * up) for radius in (DIAL_RIM, DIAL_RIM + length)]
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ends)


def draw_horizontal_bars(figures: Sequence[tuple[str, int]]) -> list[Bar]:
    """Bars below each other; the longest is CHART_WIDTH wide."""
    most = max((number for _, number in figures), default=1) or 1
    return [
        Bar(name, number, 14 + ROW_HEIGHT * n, round(max(CHART_WIDTH * number / most, 1), 1))
        for n, (name, number) in enumerate(figures)
    ]


def draw_month_bars(months: Sequence[tuple[datetime, int]]) -> list[Bar]:
    """Bars beside each other, oldest month first; the last month is still running."""
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
