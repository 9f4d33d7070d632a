"""Sum: whom a fan played this month, for their own eyes."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.utils import timezone

from accounts.models import Person

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


PLAYED = """
SELECT artist.slug, artist.name, count(*) AS listens
FROM listens_listen listen LEFT JOIN catalog_recording recording ON recording.id = listen.recording_id
LEFT JOIN catalog_artist artist ON artist.id = recording.artist_id
WHERE listen.person_id = %s AND listen.started_at >= %s AND NOT listen.set_aside
GROUP BY artist.id ORDER BY listens DESC, artist.name
"""


def of(person: Person) -> Month:
    """This month so far, in one query; a month begins in UTC."""
    start = timezone.now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(PLAYED, [person.pk, start])
        rows = [Played(*row) for row in cursor.fetchall()]
    known = [row for row in rows if row.slug is not None]
    return Month(start, sum(row.listens for row in rows), known[:SHOWN], max(len(known) - SHOWN, 0))
