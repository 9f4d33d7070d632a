"""Count what happened to the drafts of the last 30 days, and draw the deliveries as a chart."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.cache import caches
from django.db.models import Count
from django.utils import timezone

from artists.models import Draft
from catalog.models import Artist
from fans.models import NO_MODEL_MARKS

STATISTICS_DAYS = 30
CACHE_SECONDS = 60
"""Past days do not change any more, and today's counts may be a minute old."""

type DraftCount = tuple[date, str, str | None, int]
"""Day, state, mark and number of drafts."""


@dataclass(frozen=True, slots=True)
class DayCounts:
    """Deliveries of one day, by whether an AI model wrote something in them."""

    day: date
    without_model: int
    with_model: int

    @property
    def total(self) -> int:
        return self.without_model + self.with_model


@dataclass(frozen=True, slots=True)
class AxisLabel:
    x: float
    text: str
    place: str
    """CSS class of the text: "" for start, "mid" or "end"."""


@dataclass(frozen=True, slots=True)
class Chart:
    """One bar a day: deliveries without a model below, those with a model above them. Both are one SVG path."""

    width: int
    height: int
    base: int
    without_model: str
    with_model: str
    grid: list[tuple[float, int]]
    labels: list[AxisLabel]


@dataclass(frozen=True, slots=True)
class Statistics:
    """The counts of the last STATISTICS_DAYS days."""

    days: list[DayCounts]
    delivered: int
    without_model: int
    declined: int
    expired: int
    stopped: int

    @property
    def total(self) -> int:
        return self.delivered + self.declined + self.expired + self.stopped

    @property
    def wide_chart(self) -> Chart:
        return _draw_chart(self.days, 760, 250)

    @property
    def narrow_chart(self) -> Chart:
        return _draw_chart(self.days, 358, 220)

    @property
    def weeks(self) -> list[tuple[date, date, int, int]]:
        """First day, last day and the two counts of each week, for the table."""
        starts = range(0, len(self.days), 7)
        weeks = [self.days[start : start + 7] for start in starts]
        return [
            (week[0].day, week[-1].day, sum(day.without_model for day in week), sum(day.with_model for day in week))
            for week in weeks
        ]

    @property
    def busiest_day(self) -> DayCounts:
        return max(self.days, key=lambda day: day.total)


def get_statistics(artist: Artist) -> Statistics:
    """The statistics until today in UTC, from counts that are at most CACHE_SECONDS old."""
    today = timezone.now().date()
    key = f"studio:{artist.pk}:statistics:{today}"
    rows: list[DraftCount] = caches["sums"].get_or_set(key, lambda: _count_drafts(artist, today), CACHE_SECONDS)  # type: ignore[assignment]
    return _summarize(rows, today)


def _count_drafts(artist: Artist, today: date) -> list[DraftCount]:
    # The index drafts_counted_by_day has all columns of this query.
    first = today - timedelta(days=STATISTICS_DAYS - 1)
    drafts = Draft.objects.filter(artist=artist, day__gte=first).exclude(state=Draft.State.PENDING).order_by()
    counts: Any = drafts.values_list("day", "state", "mark").annotate(count=Count("*"))
    return list(counts)


def _summarize(rows: Iterable[DraftCount], today: date) -> Statistics:
    states: Counter[str] = Counter()
    deliveries: Counter[tuple[date, bool]] = Counter()
    for day, state, mark, count in rows:
        states[state] += count
        if state == Draft.State.DELIVERED:
            deliveries[day, mark in NO_MODEL_MARKS] += count
    days = [today - timedelta(days=back) for back in reversed(range(STATISTICS_DAYS))]
    return Statistics(
        days=[DayCounts(day, deliveries[day, True], deliveries[day, False]) for day in days],
        delivered=states[Draft.State.DELIVERED],
        without_model=sum(count for (_, no_model), count in deliveries.items() if no_model),
        declined=states[Draft.State.DECLINED],
        expired=states[Draft.State.EXPIRED],
        stopped=states[Draft.State.UNDELIVERABLE] + states[Draft.State.WITHDRAWN],
    )


def _draw_chart(days: list[DayCounts], width: int, height: int) -> Chart:
    left, top, base = 36, 24, height - 28
    highest = max(4, *(day.total for day in days))
    step = -(-highest // 4)
    scale = (base - top) / (step * 4)
    pitch = (width - left) / len(days)
    grid = [(round(base - scale * step * n, 1), step * n) for n in range(1, 5)]
    lower, upper = [], []
    for n, day in enumerate(days):
        x, foot = left + pitch * n, base - scale * day.without_model
        lower.append(_bar_path(x, base, pitch * 0.7, scale * day.without_model))
        upper.append(_bar_path(x, foot, pitch * 0.7, scale * day.with_model))
    middle = len(days) // 2
    labels = [
        AxisLabel(left, _format_day(days[0].day), ""),
        AxisLabel(round(left + pitch * middle, 1), _format_day(days[middle].day), "mid"),
        AxisLabel(width, "today", "end"),
    ]
    return Chart(width, height, base, "".join(lower), "".join(upper), grid, labels)


def _bar_path(x: float, foot: float, width: float, length: float) -> str:
    """An SVG path: up from the left foot, across and down again."""
    return f"M{x:.1f} {foot:.1f}v-{length:.1f}h{width:.1f}v{length:.1f}z" if length else ""


def _format_day(day: date) -> str:
    return f"{day.day} {day:%b}"
