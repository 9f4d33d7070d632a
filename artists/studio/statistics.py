"""Sum up: what became of what was drafted in the last thirty days, in figures and as a drawing."""

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
"""Seconds for which the sums are kept: days that are over do not change, and today's may be a minute old."""

type DraftCount = tuple[date, str, str | None, int]


@dataclass(frozen=True, slots=True)
class DayCounts:
    on: date
    hand: int
    machine: int

    @property
    def together(self) -> int:
        return self.hand + self.machine


@dataclass(frozen=True, slots=True)
class AxisLabel:
    x: float
    text: str
    place: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A bar a day: the hand's ink below, the machine's dots on top of it. Each is one path, however many days."""

    width: int
    height: int
    base: int
    hand: str
    machine: str
    grid: list[tuple[float, int]]
    labels: list[AxisLabel]


@dataclass(frozen=True, slots=True)
class Statistics:
    days: list[DayCounts]
    delivered: int
    by_hand: int
    declined: int
    expired: int
    stopped: int

    @property
    def anything(self) -> int:
        return self.delivered + self.declined + self.expired + self.stopped

    @property
    def wide(self) -> Chart:
        return _draw_chart(self.days, 760, 250)

    @property
    def narrow(self) -> Chart:
        return _draw_chart(self.days, 358, 220)

    @property
    def weeks(self) -> list[tuple[date, date, int, int]]:
        """For the table behind the drawing."""
        starts = range(0, len(self.days), 7)
        chunks = [self.days[start : start + 7] for start in starts]
        return [
            (chunk[0].on, chunk[-1].on, sum(day.hand for day in chunk), sum(day.machine for day in chunk))
            for chunk in chunks
        ]

    @property
    def peak(self) -> DayCounts:
        return max(self.days, key=lambda day: day.together)


def get_statistics(artist: Artist) -> Statistics:
    today = timezone.now().date()
    key = f"studio:{artist.pk}:happened:{today}"
    rows: list[DraftCount] = caches["sums"].get_or_set(key, lambda: _count_drafts(artist, today), CACHE_SECONDS)  # type: ignore[assignment]
    return _summarize(rows, today)


def _count_drafts(artist: Artist, today: date) -> list[DraftCount]:
    """One pass over one index in its order, however many there are."""
    first = today - timedelta(days=STATISTICS_DAYS - 1)
    decided = Draft.objects.filter(artist=artist, day__gte=first).exclude(state=Draft.State.PENDING).order_by()
    by_day: Any = decided.values_list("day", "state", "mark").annotate(many=Count("*"))
    return list(by_day)


def _summarize(rows: Iterable[DraftCount], today: date) -> Statistics:
    states: Counter[str] = Counter()
    made: Counter[tuple[date, bool]] = Counter()
    for on, state, mark, many in rows:
        states[state] += many
        if state == Draft.State.DELIVERED:
            made[on, mark in NO_MODEL_MARKS] += many
    dates = [today - timedelta(days=back) for back in reversed(range(STATISTICS_DAYS))]
    return Statistics(
        days=[DayCounts(on, made[on, True], made[on, False]) for on in dates],
        delivered=states[Draft.State.DELIVERED],
        by_hand=sum(many for (_, hand), many in made.items() if hand),
        declined=states[Draft.State.DECLINED],
        expired=states[Draft.State.EXPIRED],
        stopped=states[Draft.State.UNDELIVERABLE] + states[Draft.State.WITHDRAWN],
    )


def _draw_chart(days: list[DayCounts], width: int, height: int) -> Chart:
    left, top, base = 36, 24, height - 28
    highest = max(4, *(day.together for day in days))
    step = -(-highest // 4)
    scale = (base - top) / (step * 4)
    pitch = (width - left) / len(days)
    grid = [(round(base - scale * step * n, 1), step * n) for n in range(1, 5)]
    hand, machine = [], []
    for n, day in enumerate(days):
        x, foot = left + pitch * n, base - scale * day.hand
        hand.append(_bar_path(x, base, pitch * 0.7, scale * day.hand))
        machine.append(_bar_path(x, foot, pitch * 0.7, scale * day.machine))
    middle = len(days) // 2
    labels = [
        AxisLabel(left, _format_day(days[0].on), ""),
        AxisLabel(round(left + pitch * middle, 1), _format_day(days[middle].on), "mid"),
        AxisLabel(width, "today", "end"),
    ]
    return Chart(width, height, base, "".join(hand), "".join(machine), grid, labels)


def _bar_path(x: float, foot: float, width: float, length: float) -> str:
    """From its left foot up, across and down again."""
    return f"M{x:.1f} {foot:.1f}v-{length:.1f}h{width:.1f}v{length:.1f}z" if length else ""


def _format_day(on: date) -> str:
    return f"{on.day} {on:%b}"
