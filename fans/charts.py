"""Compute positions and lengths of the charts on the listening page; templates put them into SVG."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

DIAL_CENTRE, DIAL_RIM, MIN_STROKE, MAX_STROKE = 170.0, 92.0, 2.0, 64.0
BUSY_HOURS = 3  # as many hours are called "your hours"
CHART_WIDTH, ROW_HEIGHT = 360, 46
CHART_TOP, BELOW_BASELINE = 24.0, 22  # room for the number above the longest bar, and for the names below


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


@dataclass(frozen=True, slots=True)
class MonthBar(Bar):
    """A vertical bar of a chart of months."""

    still_running: bool
    """The month is not over yet."""
    width: float
    top: float

    @property
    def number_y(self) -> float:
        """The y of the number above the bar."""
        return self.top - 6

    @property
    def middle(self) -> float:
        return self.offset + self.width / 2


@dataclass(frozen=True, slots=True)
class MonthsChart:
    """A chart of months for phones or for wider screens. CSS shows one of them by its `kind`."""

    kind: str
    width: int
    height: int
    bar_width: float
    bar_step: float
    bars: Sequence[MonthBar] = ()

    @property
    def baseline(self) -> float:
        return self.height - BELOW_BASELINE

    @property
    def name_y(self) -> int:
        return self.height - 6


MONTHS_CHARTS = (MonthsChart("wave-wide", 1120, 190, 60.0, 93.3), MonthsChart("wave-narrow", 358, 150, 19.0, 29.9))


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


def draw_months(months: Sequence[tuple[datetime, int]]) -> list[MonthsChart]:
    """The wide and the narrow chart: bars beside each other, oldest month first; the last month is still running."""
    return [replace(chart, bars=_month_bars(chart, months)) for chart in MONTHS_CHARTS]


def _month_bars(chart: MonthsChart, months: Sequence[tuple[datetime, int]]) -> list[MonthBar]:
    most = max((number for _, number in months), default=1) or 1
    margin = (chart.width - chart.bar_step * 11 - chart.bar_width) / 2  # twelve months fill the chart
    lengths = [round((chart.baseline - CHART_TOP) * number / most, 1) for _, number in months]
    return [
        MonthBar(
            f"{month:%b}",
            number,
            round(margin + chart.bar_step * n, 1),
            length,
            still_running=n == len(months) - 1,
            width=chart.bar_width,
            top=chart.baseline - length,
        )
        for n, ((month, number), length) in enumerate(zip(months, lengths, strict=True))
    ]
