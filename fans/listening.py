"""Look back: what a fan listened to, for their own eyes: when, whom, and every listen with what became of it."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count
from django.db.models.functions import ExtractHour, TruncMonth

from accounts.models import Person
from fans import experiences
from fans.models import Engagement, Experience
from listens import player_api
from listens.models import Listen
from web.pagination import Page, paginate

PAGE_SIZE = 25
PERIOD = timedelta(days=365)
TOP_ARTISTS, RECENT_EXPERIENCES = 6, 4


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One listen and its fate: `artist` is whom it counts for."""

    listen: Listen
    fate: str  # counts | kept | aside | leaving

    @property
    def source(self) -> str:
        return "here" if self.listen.source.uri == player_api.SOURCE else self.listen.client or "a scrobbler"


@dataclass(frozen=True, slots=True)
class ListenCounts:
    """Listens of the last twelve months, in the fan's own zone: by hour of the day, and by month, oldest first."""

    hours: list[int]
    months: list[tuple[datetime, int]]

    @property
    def total(self) -> int:
        return sum(self.hours)


def to_history_entry(listen: Listen) -> HistoryEntry:
    if listen.retracted_at:
        return HistoryEntry(listen, "leaving")
    if listen.set_aside:
        return HistoryEntry(listen, "aside")
    return HistoryEntry(listen, "counts" if listen.recording_id else "kept")


def history_page(person: Person, before: str = "") -> Page[Listen]:
    """Their listens, newest first, in one query. Raise InvalidCursor if `before` is no cursor of this list."""
    rows = Listen.objects.filter(person=person).select_related("recording__artist", "source")
    return paginate(rows, field="started_at", before=before, size=PAGE_SIZE)


def count_listens(person: Person, zone: ZoneInfo) -> ListenCounts:
    """One query, whatever there is. What is being forgotten is not in it any more."""
    now = datetime.now(zone)
    month, hour = TruncMonth("started_at", tzinfo=zone), ExtractHour("started_at", tzinfo=zone)
    rows = Listen.objects.filter(person=person, started_at__gt=now - PERIOD, retracted_at=None)
    by_hour: Counter[int] = Counter()
    by_month: Counter[tuple[int, int]] = Counter()
    for began, at, number in rows.values_list(month, hour).annotate(n=Count("*")):
        by_hour[at] += number
        by_month[began.year, began.month] += number
    months = [_months_before(now, back) for back in range(11, -1, -1)]
    return ListenCounts([by_hour[at] for at in range(24)], [(each, by_month[each.year, each.month]) for each in months])


def _months_before(now: datetime, back: int) -> datetime:
    months = now.year * 12 + now.month - 1 - back
    return datetime(months // 12, months % 12 + 1, 1, tzinfo=now.tzinfo)


def top_artists(person: Person) -> list[Engagement]:
    """Whom they listen to most, ever."""
    return list(
        Engagement.objects.filter(person=person).select_related("artist").order_by("-listens", "pk")[:TOP_ARTISTS]
    )


def recent_experiences(person: Person) -> list[Experience]:
    """What came of it lately."""
    return list(
        experiences.received_by(person).select_related("artist").order_by("-delivered_at", "-pk")[:RECENT_EXPERIENCES]
    )
