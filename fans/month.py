"""Sum: whom a fan played this month, for their own eyes."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count
from django.utils import timezone

from accounts.models import Person
from listens.models import Listen

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Played:
    slug: str | None
    """None: what matches nothing of ours."""
    name: str | None
    listens: int


@dataclass(frozen=True, slots=True)
class Month:
    """Of listens that count. `artists` are those of our catalogue, most played first."""

    start: datetime
    listens: int
    artists: list[Played]
    more: int
    """How many artists beyond those shown."""


def of(person: Person) -> Month:
    """This month so far, in one query; a month begins in UTC."""
    start = timezone.now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    played = Listen.objects.filter(person=person, started_at__gte=start, set_aside=False)
    by_artist = played.values_list("recording__artist__slug", "recording__artist__name").annotate(n=Count("*"))
    rows = [Played(*row) for row in by_artist.order_by("-n", "recording__artist__name")]
    known = [row for row in rows if row.slug is not None]
    return Month(start, sum(row.listens for row in rows), known[:SHOWN], max(len(known) - SHOWN, 0))
