"""Make the sound that is wanted, in a process of its own, and store it. `work renders` does."""

import logging
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.db.models import Case, QuerySet, Value, When
from django.db.models.functions import Now

from ai.provenance.exceptions import InvalidKey, NotSigned
from ai.provenance.label import Choice, Kind, Label, disclosure
from ai.remix.canonical import InvalidValue
from ai.remix.engine import engine_version
from ai.remix.process import RenderProcess
from ai.remix.recipe import Recipe
from ai.remix.render_request import RenderFailed, RenderRequest, Window
from ai.remix.source import Source
from catalog import audio
from fans import remix_paper, renders, shelf
from fans.models import Render, RenderFile
from live import notices
from rights import clearance
from rights.clearance_result import Clearance
from worker import due

if TYPE_CHECKING:
    from ai.provenance.files import File

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=20)
"""A render that was begun so long ago is begun again: its worker is dead. Longer than the limits of one render."""
MAX_ATTEMPTS = 3
CHANGED = "render.changed"  # the kind of the notice to a fan who waits for a sound
TOLD_EVERY = 1.0
"""Seconds between two notices of how far it is."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=2)
ORDER = Case(*(When(kind=kind, then=Value(place)) for place, kind in enumerate(Render.Kind.values)))
OPEN = (Render.State.WANTED, Render.State.RENDERING)
KINDS = {Render.Kind.PREVIEW: Kind.PREVIEW, Render.Kind.FULL: Kind.FAN, Render.Kind.SHELF: Kind.SHELF}
"""What a marked file says who may hear it."""


def render_next() -> bool:
    """Make the next sound that is wanted: try-outs first, then corners, then whole remixes, the oldest first."""
    render = _claim()
    if render is None:
        return bool(renders.delete_expired())
    try:
        sound = renders.find_made(render.cache_key) or _make(render)
        with tempfile.TemporaryDirectory(prefix="render-") as folder:
            _finish(render, sound, _mark(render, Path(folder)))
    except RenderFailed as failure:
        logger.warning("%s failed: %s", render, failure)
        _fail(render, failure.code, is_final=failure.is_final)
    except OSError:
        logger.exception("%s was not stored", render)
        _fail(render, "not_stored")
    except (ImproperlyConfigured, NotSigned, InvalidKey):
        logger.exception("%s was not marked", render)
        _fail(render, "not_marked")
    return True


def seconds_until_due() -> float | None:
    """Seconds until a render is due, or is taken over from a worker that died."""
    return due.seconds_until(Render.objects.filter(state__in=OPEN))


def _claim() -> Render | None:
    """Take the next one. A worker that dies keeps it until its lease is over; another one then tries it again."""
    with transaction.atomic():
        waiting = Render.objects.filter(state__in=OPEN, due_at__lte=Now()).order_by(ORDER, "pk")
        related = waiting.select_related("source", "artist", "recording", "clearance")
        render = related.select_for_update(skip_locked=True, of=("self",)).first()
        if render is None:
            return None
        render.attempts += 1
        Render.objects.filter(pk=render.pk).update(
            state=Render.State.RENDERING, attempts=render.attempts, due_at=Now() + LEASE, percent=0
        )
    if render.attempts > MAX_ATTEMPTS:
        _fail(render, "died", is_final=True)
        return _claim()
    return render


def _make(render: Render) -> dict[str, Any]:
    """Render and store it. Raises RenderFailed, or OSError where it cannot be stored."""
    territory = render.clearance.territory
    cleared = clearance.clear(render.clearance.use, render.artist, [render.recording], territory=territory)
    if not isinstance(cleared, Clearance):
        raise RenderFailed("clearance", "; ".join(cleared.missing))
    with tempfile.TemporaryDirectory(prefix="render-") as folder:
        made = _get_process().render(_write_request(render, cleared), Path(folder), _follow(render))
        fingerprint = _take_fingerprint(render, made.path)
        audio.put(made.path, renders.file_name(render.cache_key))
    return {name: getattr(made, name) for name in renders.MEASURED} | {"fingerprint": fingerprint}


def _take_fingerprint(render: Render, sound: Path) -> bytes | None:
    """None for a try-out, which somebody waits for and which is gone in an hour."""
    from fans import provenance  # as below

    return None if render.kind == Render.Kind.PREVIEW else provenance.take_fingerprint(sound)


def _follow(render: Render) -> Callable[[int], None]:
    """What stores how far it is and tells the fan who waits for it, once a second at most."""
    told_at = time.monotonic()

    def store(percent: int) -> None:
        nonlocal told_at
        if not render.is_awaited or time.monotonic() - told_at < TOLD_EVERY:
            return
        told_at = time.monotonic()
        with transaction.atomic():
            if _own(render).update(percent=percent):
                _tell(render)

    return store


def _tell(render: Render) -> None:
    """Tell the fan who waits for it that it changed, in the caller's transaction."""
    if render.is_awaited and render.person_id:
        notices.post([notices.NewNotice(render.person_id, CHANGED, str(render))])


def _write_request(render: Render, cleared: Clearance) -> RenderRequest:
    keys = render.source.stems.values_list("audio", flat=True)
    try:
        stems = {key: audio.local_path(audio.file_name(key)) for key in keys}
    except FileNotFoundError as error:
        raise RenderFailed("stem_missing") from error
    window = None
    if render.section is not None and render.seconds is not None:
        window = Window(render.section, render.seconds)
    return RenderRequest(
        clearance=cleared,
        source=Source.parse(render.source.content),
        recipe=Recipe.parse(render.recipe),
        stems=stems,
        window=window,
    )


@cache
def _get_process() -> RenderProcess:
    """The one of this worker. It ends with the worker, and starts again after a fault."""
    return RenderProcess(Path(settings.RENDER_CACHE))


def _mark(render: Render, folder: Path) -> "dict[str, File]":
    """The fan's own files of it, which say in themselves what they are, by `RenderFile.Name`."""
    names = renders.list_files(render.kind)
    if not names:
        return {}
    from fans import provenance  # c2pa and NumPy take a second to load, which other jobs do without

    shared, label = audio.local_path(renders.file_name(render.cache_key)), _label(render)
    if RenderFile.Name.MASTER not in names:
        return {RenderFile.Name.STREAM: provenance.mark_stream(shared, label, folder)}
    marked = provenance.mark_files(shared, label, folder)
    return {RenderFile.Name.MASTER: marked.master, RenderFile.Name.STREAM: marked.stream}


@transaction.atomic
def _finish(render: Render, sound: Mapping[str, Any], files: "Mapping[str, File]") -> None:
    """Store the fan's files, and that it is ready, unless another worker has taken it over. Raises OSError."""
    if _own(render).select_for_update().first() is None:
        return
    for name, file in files.items():
        audio.replace(file.path, renders.fan_file_name(render, name))
    _own(render).update(state=Render.State.READY, done_at=Now(), **sound)
    _tell(render)
    shelf.tell_copy(render)
    if render.kind in (Render.Kind.FULL, Render.Kind.SHELF):
        RenderFile.objects.bulk_create(
            RenderFile(render=render, name=name, sha256=file.sha256, bytes=file.bytes, media_type=file.media_type)
            for name, file in files.items()
        )


def _label(render: Render) -> Label:
    """What the file says about itself."""
    source, recipe = Source.parse(render.source.content), Recipe.parse(render.recipe)
    return Label(
        render_id=render.pk,
        kind=KINDS[Render.Kind(render.kind)],
        title=render.recording.title,
        artist=render.artist.name,
        source_isrc=render.recording.isrc,
        source_sha256=source.digest,
        recipe_sha256=recipe.digest,
        envelope=_name_envelope(render),
        engine=engine_version(),
        disclosure=disclosure(source, recipe, Choice(render.choice)),
    )


def _name_envelope(render: Render) -> str:
    """The envelope inside which the sound was made, as "id@version". A copy for the shelf is of an older sound."""
    if render.kind != Render.Kind.SHELF:
        offer = renders.find_offer(render)
        return f"{offer.envelope}@{offer.version}"
    try:
        paper = remix_paper.read(render.shelf_entry.experience.text or "")
    except InvalidValue as error:  # erased meanwhile
        raise RenderFailed("clearance", "its remix was erased") from error
    return f"{paper.envelope}@{paper.version}"


def _own(render: Render) -> QuerySet[Render]:
    """The row, unless another worker has taken it over."""
    return Render.objects.filter(pk=render.pk, state=Render.State.RENDERING, attempts=render.attempts)


@transaction.atomic
def _fail(render: Render, problem: str, *, is_final: bool = False) -> None:
    """Try it again later, or give it up after the last attempt."""
    if is_final or render.attempts >= MAX_ATTEMPTS:
        _own(render).update(state=Render.State.FAILED, problem=problem, done_at=Now())
        _tell(render)
        shelf.tell_copy(render)
    else:
        _own(render).update(due_at=Now() + due.pause_after(render.attempts, FIRST_PAUSE, LONGEST_PAUSE))
