"""Want the sound of a remix, give up what nobody has begun, and delete what is old."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now

from accounts.models import Person
from ai.remix import canonical
from ai.remix.recipe import Recipe, original, render_key
from ai.remix.source import Source
from catalog import audio
from catalog.models import RecordingSource
from fans.models import RemixOffer, Render, RenderFile, StoredSound
from rights.clearance_result import Clearance
from worker.wake import notify

CHANNEL = "renders"
KEPT = timedelta(days=30)
PREVIEWS_KEPT = timedelta(hours=1)
BATCH_SIZE = 100
FILES = {
    Render.Kind.PREVIEW: (RenderFile.Name.STREAM,),
    Render.Kind.SHELF: (RenderFile.Name.STREAM,),
    Render.Kind.FULL: (RenderFile.Name.MASTER, RenderFile.Name.STREAM),
}
FOLDERS = {Render.Kind.PREVIEW: "previews", Render.Kind.SHELF: "shelf", Render.Kind.FULL: "remixes"}
MEASURED = ("sha256", "frames", "lufs_x100", "true_peak_x100", "peaks")
SOUND = (*MEASURED, "fingerprint")
"""What is known of a sound that was made; its engine measures all but the last."""


def want_part(
    kind: str,
    source: RecordingSource,
    recipe: Recipe,
    cleared: Clearance,
    *,
    section: int,
    seconds: int,
    person: Person | None = None,
    choice: str = "",
) -> Render:
    """Want some seconds of a recipe, from the beginning of one of its sections on. In the caller's transaction.

    `person` is the fan whose try-out it is, and `choice` says who chose the recipe.
    """
    return _want(
        kind,
        source,
        recipe,
        cleared,
        section=section,
        seconds=seconds,
        person=person,
        choice=choice,
        is_awaited=kind == Render.Kind.PREVIEW,
        cache_key=canonical.digest(render_key(recipe, Source.parse(source.content)), str(section), str(seconds)),
        expires_at=Now() + (PREVIEWS_KEPT if kind == Render.Kind.PREVIEW else KEPT),
    )


def want_whole(
    source: RecordingSource,
    recipe: Recipe,
    cleared: Clearance,
    *,
    person: Person,
    choice: str,
    is_awaited: bool = False,
) -> Render:
    """Want a whole remix, with its files for this fan. It is kept until somebody says otherwise.

    `is_awaited`: the fan asked for it, and is told how far it is. What nobody asked for is not announced.
    """
    return _want(
        Render.Kind.FULL,
        source,
        recipe,
        cleared,
        person=person,
        choice=choice,
        is_awaited=is_awaited,
        cache_key=render_key(recipe, Source.parse(source.content)),
        expires_at=None,
    )


def want_copy(whole: Render, cleared: Clearance) -> Render:
    """Want a copy of a whole remix for the shelf of its artist: the same sound, with a watermark of its own."""
    recipe = Recipe.parse(whole.recipe)
    return _want(
        Render.Kind.SHELF,
        whole.source,
        recipe,
        cleared,
        person=whole.person,
        choice=whole.choice,
        cache_key=whole.cache_key,
        expires_at=None,
    )


def _want(kind: str, source: RecordingSource, recipe: Recipe, cleared: Clearance, **columns: Any) -> Render:
    render = Render.objects.create(
        kind=kind,
        artist_id=cleared.artist_id,
        recording_id=source.recording_id,
        source=source,
        recipe=recipe.to_json(),
        clearance_id=cleared.id,
        **columns,
    )
    notify(CHANNEL)
    return render


def want_original(source: RecordingSource, cleared: Clearance) -> None:
    """Want the recording as it is, as loud as remixes are, for who compares. In the caller's transaction."""
    key, kept = original_key(source), Now() + KEPT
    alive = Render.objects.filter(kind=Render.Kind.ORIGINAL, cache_key=key).exclude(state=Render.State.FAILED)
    if not alive.update(expires_at=kept):
        recipe = original(Source.parse(source.content))
        _want(Render.Kind.ORIGINAL, source, recipe, cleared, cache_key=key, expires_at=kept)


def find_original(source: RecordingSource) -> Render | None:
    """The recording as it is, where its sound is ready."""
    ready = Render.objects.filter(kind=Render.Kind.ORIGINAL, state=Render.State.READY)
    return ready.filter(cache_key=original_key(source)).first()


def original_key(source: RecordingSource) -> str:
    recorded = Source.parse(source.content)
    return render_key(original(recorded), recorded)


def replace(waiting: QuerySet[Render]) -> None:
    """Give up those of these that nobody has begun: a newer wish came."""
    waiting.filter(state=Render.State.WANTED).update(state=Render.State.REPLACED)


def let_go(ids: Iterable[int | None], kept: timedelta = KEPT) -> None:
    """Let whole remixes be deleted that nobody can get any more. Those that nobody has begun are not made."""
    whole = Render.objects.filter(pk__in=list(ids), kind__in=[Render.Kind.FULL, Render.Kind.SHELF])
    replace(whole)
    whole.update(expires_at=Now() + kept)
    notify(CHANNEL)


def file_name(cache_key: str) -> str:
    """The name of a rendered file in the storage of audio. Renders of the same key share it."""
    return f"renders/{cache_key[:2]}/{cache_key}.flac"


def list_files(kind: str) -> tuple[str, ...]:
    """The marked copies of a render of this kind, by `RenderFile.Name`: both, a stream alone, or none."""
    return FILES.get(Render.Kind(kind), ())


def fan_file_name(render: Render, name: str) -> str:
    """The name of a marked copy in the storage of audio. `name` is one of `list_files`."""
    folder = FOLDERS[Render.Kind(render.kind)]
    if render.kind != Render.Kind.FULL:
        return f"{folder}/{render.pk}.mp3"
    return f"{folder}/{render.pk}/{'master.flac' if name == RenderFile.Name.MASTER else 'stream.mp3'}"


def find_offer(render: Render) -> RemixOffer:
    """What was open when this was wanted: the envelope inside which it was made."""
    return RemixOffer.objects.filter(recording=render.recording_id, since__lte=render.created_at).latest("since")


def delete_expired() -> int:
    """Delete a batch of renders that are old enough, and their files. Return how many.

    The sound of a whole remix stays without any fan, so that the next one who wants the same need not wait for it. Its
    time begins anew with each render of it that goes.
    """
    with transaction.atomic():
        old = Render.objects.select_for_update(skip_locked=True).filter(expires_at__lt=Now())
        rows = list(old.only("kind", "state", "cache_key", *SOUND)[:BATCH_SIZE])
        whole = [row for row in rows if (row.kind, row.state) == (Render.Kind.FULL, Render.State.READY)]
        sounds = {row.cache_key: {name: getattr(row, name) for name in SOUND} for row in whole}  # many have the same
        StoredSound.objects.bulk_create(
            [StoredSound(cache_key=key, **sound, stored_at=Now()) for key, sound in sorted(sounds.items())],
            update_conflicts=True,
            unique_fields=["cache_key"],
            update_fields=["stored_at"],
        )
        Render.objects.filter(pk__in=[row.pk for row in rows]).delete()
        keys = {row.cache_key for row in rows}
        tables = (Render.objects.all(), StoredSound.objects.all())
        kept = {key for each in tables for key in each.filter(cache_key__in=keys).values_list("cache_key", flat=True)}
        names = [file_name(key) for key in keys - kept]
        names += [fan_file_name(row, name) for row in rows for name in list_files(row.kind)]
        for name in names:
            audio.storage().delete(name)
    return len(rows)


def delete_sounds(before: datetime) -> int:
    """Delete a batch of sounds that nobody has or wants since this time, and their files. Return how many."""
    with transaction.atomic():
        of_somebody = Render.objects.filter(cache_key=OuterRef("cache_key"))
        old = StoredSound.objects.filter(~Exists(of_somebody), stored_at__lt=before).select_for_update(skip_locked=True)
        keys = list(old.values_list("cache_key", flat=True)[:BATCH_SIZE])
        StoredSound.objects.filter(cache_key__in=keys).delete()
        for key in keys:
            audio.storage().delete(file_name(key))
    return len(keys)


def find_made(cache_key: str) -> dict[str, Any] | None:
    """What is known of the same sound, where it was made before and is still stored."""
    ready = Render.objects.filter(cache_key=cache_key, state=Render.State.READY).values(*SOUND).first()
    made = ready or StoredSound.objects.filter(cache_key=cache_key).values(*SOUND).first()
    return made if made and audio.storage().exists(file_name(cache_key)) else None
