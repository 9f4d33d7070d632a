"""The notices box beside the feed: reports that staff answered, and experiences that were withdrawn."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import CharField, OuterRef, Subquery, UUIDField, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from accounts.models import Person
from catalog.models import Artist
from fans import experiences
from trust.models import Report

MAX_ITEMS = 3
RECENT_PERIOD = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class ActivityItem:
    """One line of the box."""

    at: datetime
    kind: str
    """What staff made of a report ("upheld" or "dismissed"), or "withdrawn" for an experience."""
    artist: Artist | None
    """None: the words of the report were erased, and the artist's name with them."""
    experience_id: UUID | None
    """None: this fan has no such experience."""
    is_on_shelf: bool = False
    """Whether the report was about a remix that another fan shared."""


def recent_activity(person: Person) -> list[ActivityItem]:
    """The newest items of the last 30 days, newest first, in two queries."""
    since = timezone.now() - RECENT_PERIOD
    items = [*_answered_reports(person, since), *_withdrawn_experiences(person, since)]
    return sorted(items, key=lambda item: item.at, reverse=True)[:MAX_ITEMS]


def _answered_reports(person: Person, since: datetime) -> list[ActivityItem]:
    # A report keeps plain ids and the artist's name as the fan read it. Its experience is looked up among the
    # experiences of this fan only.
    own = experiences.received_by(person).annotate(
        reference=Concat(Value("experience:"), Cast("pk", CharField()), output_field=CharField())
    )
    reports = Report.objects.filter(by=person, handled_at__gt=since).exclude(state=Report.State.OPEN)
    reports = reports.annotate(
        spot=Subquery(Artist.objects.filter(pk=OuterRef("artist")).values("spot")),
        experience_id=Subquery(
            own.filter(reference=OuterRef("subject")).values("pk"), output_field=UUIDField(null=True)
        ),
    )
    rows = reports.order_by("-handled_at").values_list(
        "handled_at", "state", "artist", "shown__artist", "spot", "experience_id", "program"
    )
    return [
        ActivityItem(
            at, state, Artist(pk=artist, name=name, spot=spot or "") if name else None, experience_id, program is None
        )
        for at, state, artist, name, spot, experience_id, program in rows[:MAX_ITEMS]
        if at
    ]


def _withdrawn_experiences(person: Person, since: datetime) -> list[ActivityItem]:
    withdrawn = experiences.received_by(person).filter(withdrawn_at__gt=since).select_related("artist")
    return [
        ActivityItem(experience.withdrawn_at, "withdrawn", experience.artist, experience.pk)
        for experience in withdrawn.order_by("-withdrawn_at")[:MAX_ITEMS]
        if experience.withdrawn_at
    ]
