"""The corners of an envelope: want their sound, and note who heard which."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from accounts.models import Person
from ai.remix.corners import corners
from ai.remix.envelope import Envelope
from ai.remix.recipe import Recipe
from ai.remix.source import SAMPLE_RATE, Source
from artists.exceptions import InvalidRequest
from artists.models import CornerHearing, EnvelopeCorner, RemixEnvelope
from fans import renders
from fans.models import Render
from rights import clearance
from rights.clearance_result import ClearanceRefusal
from rights.models import Use

SECONDS = 20


def add(envelope: RemixEnvelope) -> None:
    """Store the corners of a new version, in its transaction."""
    found = corners(Source.parse(envelope.source.content), Envelope.parse(envelope.content))
    EnvelopeCorner.objects.bulk_create(
        EnvelopeCorner(envelope=envelope, position=position, name=corner.name, recipe=corner.recipe.to_json())
        for position, corner in enumerate(found)
    )


def want(envelope: RemixEnvelope, *, by: Person) -> ClearanceRefusal | None:
    """Want the sound of the corners that have none, for somebody of the team, in place of those of older versions.

    Returns who must say yes to remixes of the song before anything is rendered.
    """
    territory = by.country
    answer = clearance.clear(Use.REMIX, envelope.artist, [envelope.recording], territory=territory)
    if isinstance(answer, ClearanceRefusal):
        return answer
    lacking = Q(render=None) | Q(render__state__in=[Render.State.FAILED, Render.State.REPLACED])
    with transaction.atomic():
        older = EnvelopeCorner.objects.filter(envelope__recording=envelope.recording).exclude(envelope=envelope)
        renders.replace(Render.objects.filter(pk__in=older.values("render")))
        for corner in envelope.corners.select_for_update(of=("self",)).filter(lacking):
            recipe = Recipe.parse(corner.recipe)
            wanted = renders.want_part(
                Render.Kind.CORNER, envelope.source, recipe, answer, section=_find_section(envelope, recipe),
                seconds=SECONDS,
            )  # fmt: skip
            EnvelopeCorner.objects.filter(pk=corner.pk).update(render=wanted)
    return None


def _find_section(envelope: RemixEnvelope, recipe: Recipe) -> int:
    """Where the 20 seconds begin: the first chorus, where everything plays, or else the first section."""
    kinds = {section.id: section.kind for section in Source.parse(envelope.source.content).sections}
    return next((place for place, section in enumerate(recipe.sections) if kinds[section] == "chorus"), 0)


def count_unheard(envelope: RemixEnvelope, *, by: Person) -> int:
    """How many corners this person has not heard."""
    return envelope.corners.count() - _hearings(envelope, by).filter(heard_at__isnull=False).count()


def list_heard(envelope: RemixEnvelope, *, by: Person) -> set[str]:
    """The names of the corners that this person has heard."""
    heard = _hearings(envelope, by).filter(heard_at__isnull=False)
    return set(heard.values_list("corner__name", flat=True))


def note_opened(corner: EnvelopeCorner, *, by: Person) -> None:
    """Note that the sound was sent to this person. Only the first time counts."""
    CornerHearing.objects.get_or_create(corner=corner, by=by.actor)


def note_heard(corner: EnvelopeCorner, *, by: Person) -> None:
    """Note that this person heard it to its end. Raises InvalidRequest where that cannot be yet."""
    render = corner.render
    if render is None or render.state != Render.State.READY or not render.frames:
        raise InvalidRequest("This corner has no sound yet.")
    length = timedelta(seconds=render.frames / SAMPLE_RATE)
    opened = CornerHearing.objects.filter(corner=corner, by=by.actor)
    if not opened.filter(opened_at__lte=Now() - length).exists():
        raise InvalidRequest("Listen to it to its end first.")
    opened.filter(heard_at=None).update(heard_at=Now())


def _hearings(envelope: RemixEnvelope, by: Person) -> QuerySet[CornerHearing]:
    return CornerHearing.objects.filter(corner__envelope=envelope, by=by.actor)
