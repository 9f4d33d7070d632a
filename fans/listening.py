"""A fan's own listening: their listens with what each counts for, and sums by hour, month and artist."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db.models import Count
from django.db.models.functions import ExtractHour, TruncMonth
from django.utils import timezone

from accounts.models import Person
from fans import experiences
from fans.models import Engagement, Experience
from listens.models import PLAYER_URI, REMIX_PLAYER_URI, Listen
from web.pagination import Page, paginate

PAGE_SIZE = 25
PERIOD = timedelta(days=365)
TOP_ARTISTS, RECENT_EXPERIENCES = 6, 4
MONTH_ARTISTS = 5


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One listen and whether it counts: for its artist, for nobody here, set aside, a duplicate, or being deleted."""

    listen: Listen
    status: Literal["counts", "unmatched", "set aside", "duplicate", "deleting"]

    @property
    def source(self) -> str:
        """Where it came from, for people."""
        own = {PLAYER_URI: "here", REMIX_PLAYER_URI: "a remix, here"}
        return own.get(self.listen.source.uri) or self.listen.client or "a scrobbler"


@dataclass(frozen=True, slots=True)
class ListenCounts:
    """Listens of the last twelve months: by hour of the day, and by month, oldest first."""

    hours: list[int]
    months: list[tuple[datetime, int]]

    @property
    def total(self) -> int:
        return sum(self.hours)


@dataclass(frozen=True, slots=True)
class ArtistListens:
    slug: str
    name: str
    listens: int


@dataclass(frozen=True, slots=True)
class MonthSummary:
    """The plays of a calendar month that are not set aside. `artists` are the most played, `more` counts the rest."""

    start: datetime
    listens: int
    artists: list[ArtistListens]
    more: int


def to_history_entry(listen: Listen) -> HistoryEntry:
    if listen.retracted_at:
        return HistoryEntry(listen, "deleting")
    if listen.set_aside:
        return HistoryEntry(listen, "set aside")
    if listen.duplicate_of_id:
        return HistoryEntry(listen, "duplicate")
    return HistoryEntry(listen, "counts" if listen.recording_id else "unmatched")


def history_page(person: Person, before: str = "") -> Page[Listen]:
    """Their listens, newest first, in one query. Raise InvalidCursor if `before` is no cursor of this list."""
    rows = Listen.objects.filter(person=person).select_related("recording__artist", "source", "duplicate_of")
    return paginate(rows, field="started_at", before=before, size=PAGE_SIZE)


def count_listens(person: Person) -> ListenCounts:
    """Count the last twelve months of the person's own time zone, in one query."""
    zone = person.zone
    now = timezone.localtime(timezone=zone)
    month, hour = TruncMonth("started_at", tzinfo=zone), ExtractHour("started_at", tzinfo=zone)
    rows = Listen.objects.filter(person=person, started_at__gt=now - PERIOD).counted()
    by_hour: Counter[int] = Counter()
    by_month: Counter[tuple[int, int]] = Counter()
    for start, at, number in rows.values_list(month, hour).annotate(n=Count("*")):
        by_hour[at] += number
        by_month[start.year, start.month] += number
    months = [_months_before(now, back) for back in range(11, -1, -1)]
    return ListenCounts([by_hour[at] for at in range(24)], [(at, by_month[at.year, at.month]) for at in months])


def _months_before(now: datetime, back: int) -> datetime:
    months = now.year * 12 + now.month - 1 - back
    return datetime(months // 12, months % 12 + 1, 1, tzinfo=now.tzinfo)


def summarise_month(person: Person) -> MonthSummary:
    """The current month of the person's own time zone so far, in one query.

    It includes listens that matched no artist here.
    """
    start = timezone.localtime(timezone=person.zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    listens = Listen.objects.filter(person=person, started_at__gte=start).counted()
    by_artist = listens.values_list("recording__artist__slug", "recording__artist__name").annotate(n=Count("*"))
    rows = list(by_artist.order_by("-n", "recording__artist__name"))
    artists = [ArtistListens(slug, name, number) for slug, name, number in rows if slug is not None]
    more = max(len(artists) - MONTH_ARTISTS, 0)
    return MonthSummary(start, sum(number for _, _, number in rows), artists[:MONTH_ARTISTS], more)


def top_artists(person: Person) -> list[Engagement]:
    """The artists they listened to most, ever."""
    counts = Engagement.objects.filter(person=person).select_related("artist")
    return list(counts.order_by("-listens", "pk")[:TOP_ARTISTS])


def recent_experiences(person: Person) -> list[Experience]:
    """The newest experiences that their listening led to."""
    return list(experiences.newest_first(person)[:RECENT_EXPERIENCES])
