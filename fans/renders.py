"""Want the sound of a remix, and give up what nobody has begun."""

from datetime import timedelta

from django.db.models import QuerySet
from django.db.models.functions import Now

from accounts.models import Person
from ai.remix import canonical
from ai.remix.recipe import Recipe, render_key
from ai.remix.source import Source
from catalog.models import RecordingSource
from fans.models import Render
from rights.clearance_result import Clearance
from worker.wake import notify

CHANNEL = "renders"
KEPT = timedelta(days=30)


def want_part(
    kind: str,
    source: RecordingSource,
    recipe: Recipe,
    cleared: Clearance,
    *,
    section: int,
    seconds: int,
    person: Person | None = None,
) -> Render:
    """Want some seconds of a recipe, from the beginning of one of its sections on. In the caller's transaction.

    `person` is the fan whose try-out it is.
    """
    key = canonical.digest(render_key(recipe, Source.parse(source.content)), str(section), str(seconds))
    render = Render.objects.create(
        kind=kind,
        person=person,
        artist_id=cleared.artist_id,
        recording_id=source.recording_id,
        source=source,
        recipe=recipe.to_json(),
        section=section,
        seconds=seconds,
        cache_key=key,
        clearance_id=cleared.id,
        expires_at=Now() + KEPT,
    )
    notify(CHANNEL)
    return render


def replace(waiting: QuerySet[Render]) -> None:
    """Give up those of these that nobody has begun: a newer wish came."""
    waiting.filter(state=Render.State.WANTED).update(state=Render.State.REPLACED)


def file_name(cache_key: str) -> str:
    """The name of a rendered file in the storage of audio. Renders of the same key share it."""
    return f"renders/{cache_key[:2]}/{cache_key}.flac"
