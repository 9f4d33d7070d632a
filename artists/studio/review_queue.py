"""Line up: what comes next, earliest deadline first, and what this person passed over for now."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from accounts.requests import AuthenticatedHttpRequest
from artists import holds
from artists.exceptions import AlreadyHeld
from artists.models import Draft
from artists.studio.access import Studio
from artists.studio.review_context import moment_words, sleeve_shape

MAX_NEXT_DRAFTS = 5
MAX_SKIPPED = 200
"""How many skips a session remembers, and how far back it is counted what was decided today."""
DECISION_ACTIONS = ("draft.approved", "draft.declined")
MAX_DOTS = 40
NEXT_DRAFTS_SQL = f"""
SELECT draft.id, draft.deadline, person.name, version.nth, recording.title
FROM artists_draft draft JOIN accounts_person person ON person.id = draft.person_id
JOIN artists_programversion version ON version.id = draft.version_id
LEFT JOIN catalog_recording recording ON recording.id = version.recording_id
WHERE draft.id IN ({holds.FREE_DRAFTS_SQL}) ORDER BY draft.deadline, draft.id
"""  # noqa: S608 - our own constants
COUNT_DECISIONS_SQL = """
SELECT count(*) FROM (SELECT * FROM audit_entry WHERE actor = %s ORDER BY id DESC LIMIT %s) own
WHERE action = ANY(%s) AND at >= %s AND NOT EXISTS (
    SELECT FROM audit_entry later
    WHERE later.subject = own.subject AND later.id > own.id AND later.action = 'draft.undone'
)
"""


@dataclass(frozen=True, slots=True)
class QueuedDraft:
    """One of the line, as its sleeve says it; its words are not read. `title` is of the recording it is about."""

    pk: int
    deadline: datetime
    fan: str
    nth: int
    title: str | None

    @property
    def moment(self) -> str:
        return moment_words(self.nth, self.title)

    @property
    def shape(self) -> str:
        return sleeve_shape(self.nth)


def skipped_draft_ids(request: AuthenticatedHttpRequest, studio: Studio) -> list[int]:
    found: list[int] = request.session.get(_session_key(studio), [])
    return found


def skip(request: AuthenticatedHttpRequest, studio: Studio, draft: int) -> None:
    request.session[_session_key(studio)] = [*skipped_draft_ids(request, studio), draft][-MAX_SKIPPED:]


def take_next_draft(request: AuthenticatedHttpRequest, studio: Studio) -> int | None:
    """The earliest that nobody else looks at; what was skipped comes again when nothing else is left."""
    passed = skipped_draft_ids(request, studio)
    found = holds.hold_next(studio.artist, by=studio.person, skipped=passed)
    if found is None and passed:
        del request.session[_session_key(studio)]
        found = holds.hold_next(studio.artist, by=studio.person)
    return found


def list_next_drafts(request: AuthenticatedHttpRequest, studio: Studio, current: int | None) -> list[QueuedDraft]:
    """Those that this person would be handed after the current one."""
    passed = [*skipped_draft_ids(request, studio), *([current] if current else [])]
    with connection.cursor() as cursor:
        cursor.execute(NEXT_DRAFTS_SQL, holds.free_drafts_params(studio.artist, studio.person, passed, MAX_NEXT_DRAFTS))
        return [QueuedDraft(*row) for row in cursor.fetchall()]


def describe_held_drafts(studio: Studio) -> list[str]:
    """Who else has a draft in front of them, when nothing else is left."""
    held = _pending_drafts(studio).exclude(holds.free_for(studio.person)).order_by("deadline", "pk")
    return [str(AlreadyHeld(*each)) for each in holds.list_holders(held[:MAX_NEXT_DRAFTS])]


def count_decided_today(studio: Studio) -> int:
    """By this person, anywhere in their last steps, without what somebody has taken back since."""
    today = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(COUNT_DECISIONS_SQL, [studio.person.actor, MAX_SKIPPED, list(DECISION_ACTIONS), today])
        return int(cursor.fetchone()[0])


@dataclass(frozen=True, slots=True)
class DailyProgress:
    """A dot for each: full for what is decided, dotted for what is to go. None where they would not fit."""

    decided: int
    to_go: int

    @property
    def dots(self) -> list[tuple[int, bool]]:
        together = self.decided + self.to_go
        return [(6 + 13 * n, n < self.decided) for n in range(together)] if together <= MAX_DOTS else []

    @property
    def width(self) -> int:
        return 13 * (self.decided + self.to_go)


def _pending_drafts(studio: Studio) -> QuerySet[Draft]:
    return Draft.objects.filter(artist=studio.artist, state=Draft.State.PENDING, deadline__gt=Now())


def _session_key(studio: Studio) -> str:
    return f"skipped:{studio.artist.pk}"
