"""Tell: what else happened to a fan lately, and is no experience: a report was answered, something was taken back."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.decorators import login_required
from accounts.models import Person
from accounts.requests import AuthenticatedHttpRequest
from catalog.models import Artist

MAX_ITEMS = 3
RECENT_PERIOD = timedelta(days=30)

# Each half reads its newest few from an index of its own. A report names its artist as the fan read the name, and its
# experience by a plain id: it is looked for among what this fan received, and nowhere else.
RECENT_ACTIVITY = """
SELECT at, what, artist, name, spot, about FROM (
    (
        SELECT handled_at AS at, state AS what, artist, shown ->> 'artist' AS name, coalesce(spot, '') AS spot,
            (SELECT e.id FROM fans_experience e WHERE e.person_id = by_id AND 'experience:' || e.id = subject) AS about
        FROM trust_report LEFT JOIN catalog_artist ON catalog_artist.id = artist
        WHERE by_id = %(fan)s AND state <> 'open' AND handled_at > %(since)s
        ORDER BY handled_at DESC LIMIT %(most)s
    ) UNION ALL (
        SELECT withdrawn_at, 'taken back', artist_id, name, spot, e.id
        FROM fans_experience e JOIN catalog_artist ON catalog_artist.id = artist_id
        WHERE person_id = %(fan)s AND withdrawn_at > %(since)s
        ORDER BY withdrawn_at DESC LIMIT %(most)s
    )
) AS both_kinds ORDER BY at DESC LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class ActivityItem:
    """One small thing. `what` is what staff made of a report (upheld, dismissed), or that something was taken back."""

    at: datetime
    what: str
    artist: Artist | None
    """None: the report's words were erased, and with them the name in it."""
    about: UUID | None
    """The experience, where this fan has it."""


@require_safe
@never_cache
@login_required
def part(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The notices of the feed alone: what an open feed fetches when something happened."""
    return render(request, "fans/feed.html#notices", {"news": recent_activity(request.user)})


def recent_activity(person: Person) -> list[ActivityItem]:
    """The newest of the last days, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(RECENT_ACTIVITY, {"fan": person.pk, "since": timezone.now() - RECENT_PERIOD, "most": MAX_ITEMS})
        return [
            ActivityItem(at, what, Artist(pk=artist, name=name, spot=spot) if name else None, about)
            for at, what, artist, name, spot, about in cursor.fetchall()
        ]
