"""20 seconds of a remix for the fan who makes it, and never so much that a whole song could be put together."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from django.db.models.functions import Now

from accounts.models import Person
from ai.remix import canonical
from ai.remix.corners import arrangement
from ai.remix.recipe import Recipe, seconds_of, section_starts
from ai.remix.source import SAMPLE_RATE
from fans import renders
from fans.desk.state import Desk
from fans.desk_models import Choice, RemixPart
from fans.exceptions import HeardEnough, RemixClosed
from fans.remix_models import Render
from rights import clearance
from rights.clearance_result import Clearance
from rights.models import Use
from web import rate_limits

PART_SECONDS = 20
MOST_SECONDS = 60
"""Of one remix, or a third of it where that is less."""
SHORTEST_PART = 5
PARTS_PER_BATCH = 1000
PREVIEWS_A_MINUTE = 30
TEMPO_STEP, GAIN_STEP = 5, 12
"""Percent and half decibels: recipes that differ by less count as one."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What is played at the desk: the fan's remix from the beginning of a section on, and the recording for comparison.

    `original` is None where the fan has heard enough of the recording here, or where there is nothing to compare.
    """

    section: str
    yours: Render
    original: Render | None


def allow(person: Person) -> bool:
    """Count one wish of this person. False: that was too much at once. Call it outside a transaction."""
    return rate_limits.hit(f"remix-previews:{person.pk}", PREVIEWS_A_MINUTE, 60).allowed


def want_preview(desk: Desk, section: str) -> Preview:
    """Want 20 seconds of this section. Raises HeardEnough, or RemixClosed where a permission is missing."""
    cleared = clear(desk)
    with transaction.atomic():
        make_way(desk.row.person_id)
        yours = want(desk, desk.recipe, section, cleared)
        recorded = arrangement(desk.source, desk.envelope)
        original = None
        if recorded != desk.recipe and section in recorded.sections:
            with suppress(HeardEnough):
                original = want(desk, recorded, section, cleared)
    return Preview(section, yours, original)


def make_way(person_id: UUID) -> None:
    """Give up what this fan waits for. It locks the fan, so that two tabs do not hear twice as much."""
    Person.objects.select_for_update(no_key=True).get(pk=person_id)
    renders.replace(Render.objects.filter(person=person_id, kind=Render.Kind.PREVIEW))


def clear(desk: Desk) -> Clearance:
    """A preview is cleared in the fan's country, as a whole remix is."""
    offer = desk.offer
    answer = clearance.clear(Use.REMIX, offer.artist, [offer.recording], territory=desk.row.person.country)
    if not isinstance(answer, Clearance):
        raise RemixClosed
    return answer


def want(desk: Desk, recipe: Recipe, section: str, cleared: Clearance) -> Render:
    place = recipe.sections.index(section)
    seconds = _count_part(desk, recipe, section, place)
    return renders.want_part(
        Render.Kind.PREVIEW,
        desk.offer.source,
        recipe,
        cleared,
        section=place,
        seconds=seconds,
        person=desk.row.person,
        choice=desk.row.choice if recipe == desk.recipe else Choice.HAND,
    )


def _count_part(desk: Desk, recipe: Recipe, section: str, place: int) -> int:
    """How many seconds may be heard of this section: as many as before, or what is left. Raises HeardEnough."""
    family = family_of(desk, recipe)
    parts = RemixPart.objects.filter(person=desk.row.person_id, recording=desk.row.recording_id, family=family)
    if before := parts.filter(section=section).first():
        return before.seconds
    heard = parts.aggregate(sum=Sum("seconds"))["sum"] or 0
    starts = section_starts(desk.source, recipe)
    rest_of_remix = (starts[-1] - starts[place]) // SAMPLE_RATE
    allowed = min(MOST_SECONDS, int(seconds_of(desk.source, recipe) / 3)) - heard
    seconds = min(PART_SECONDS, allowed, max(rest_of_remix, SHORTEST_PART))
    if seconds < SHORTEST_PART:
        raise HeardEnough
    RemixPart.objects.create(
        person=desk.row.person,
        recording_id=desk.row.recording_id,
        family=family,
        section=section,
        seconds=seconds,
        heard_at=Now(),
    )
    return seconds


def delete_parts(before: datetime) -> int:
    """Forget a batch of what fans heard before this time. Return how many."""
    old = RemixPart.objects.filter(heard_at__lt=before).values("pk")[:PARTS_PER_BATCH]
    return RemixPart.objects.filter(pk__in=old).delete()[0]


def family_of(desk: Desk, recipe: Recipe) -> str:
    """A hash that recipes share when they sound alike, whichever sections come."""
    levels = {
        stem_id: "off" if change.mute else round(change.gain_half_db / GAIN_STEP)
        for stem_id, change in recipe.stems.items()
    }
    tempo = round(recipe.tempo_percent / TEMPO_STEP)
    alike = [tempo, recipe.pitch_semitones, sorted(levels.items()), recipe.room, recipe.colour]
    return canonical.digest(desk.source.digest, canonical.write(alike))
