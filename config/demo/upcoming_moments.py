"""Look: which fans are a few listens short of what a program answers."""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from accounts.models import Person
from artists.models import Program
from catalog.models import Artist

CLOSE_LISTENS, FAR_LISTENS = 6, 100  # listens
SELECT_UPCOMING = """
SELECT p.id, o.person_id, p.artist_id, v.recording_id, v.nth - coalesce(r.listens, e.listens, 0) AS listens_left
FROM artists_program p
JOIN artists_programversion v ON v.id = p.current_id
JOIN fans_optin o ON o.artist_id = p.artist_id AND o.ended_at IS NULL
JOIN rights_grant g ON g.artist_id = p.artist_id AND g.ended_at IS NULL
LEFT JOIN fans_engagement e
    ON v.recording_id IS NULL AND e.person_id = o.person_id AND e.artist_id = p.artist_id
LEFT JOIN fans_recordingengagement r ON r.person_id = o.person_id AND r.recording_id = v.recording_id
WHERE p.state = 'live' AND v.nth - coalesce(r.listens, e.listens, 0) BETWEEN 1 AND %s
AND NOT EXISTS (SELECT FROM artists_moment m WHERE m.program_id = p.id AND m.person_id = o.person_id)
AND NOT EXISTS (
    SELECT FROM fans_mute t WHERE t.program = p.id AND t.person_id = o.person_id AND t.ended_at IS NULL
)
ORDER BY listens_left, p.id, o.person_id
"""


@dataclass(frozen=True, slots=True)
class UpcomingMoment:
    """A fan who is `left` listens away: of anything by the artist, or of this one recording."""

    program: int
    person: UUID
    artist: int
    recording: int | None
    left: int


def find_upcoming(*, within: int = CLOSE_LISTENS) -> list[UpcomingMoment]:
    """Nearest first."""
    with connection.cursor() as cursor:
        cursor.execute(SELECT_UPCOMING, [within])
        return [UpcomingMoment(*row) for row in cursor.fetchall()]


def listens_left(person: Person, artist: Artist, program: str) -> int | None:
    """How many listens this fan is short of a program by its name; None when it would not answer any more."""
    wanted = Program.objects.filter(artist=artist, name=program).values_list("pk", flat=True).first()
    found = (
        each.left for each in find_upcoming(within=FAR_LISTENS) if (each.person, each.program) == (person.pk, wanted)
    )
    return next(found, None)
