"""Mark the files of remixes with the site's keys, and say which render a file is."""

import logging
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.models import F
from django.db.models.lookups import IsNull

from ai.provenance import files, fingerprint, identify, keys
from ai.provenance.exceptions import FingerprintFailed
from ai.provenance.files import File, MarkedFiles
from ai.provenance.identify import Identified
from ai.provenance.keys import Keys
from ai.provenance.label import Label
from catalog import audio
from fans import renders
from fans.models import Render

MAX_ALIKE = 100

logger = logging.getLogger(__name__)


def mark_files(render: Path, label: Label, folder: Path) -> MarkedFiles:
    """Write both files of one render into `folder`. Raises NotSigned."""
    return files.mark_files(render, label, folder, keys=read_keys())


def mark_stream(render: Path, label: Label, folder: Path) -> File:
    """Write the file for listening alone, for a try-out. Raises NotSigned."""
    return files.mark_stream(render, label, folder, keys=read_keys())


def identify_file(path: Path, *, sidecar: Path | None = None, altered: bool = False) -> Identified:
    """Which render a file is. Raises what `ai.provenance.identify` raises."""
    return identify.identify(
        path, keys=read_keys(), fingerprints=list_fingerprints, sidecar=sidecar, looks_for_altered=altered
    )


def find_render(number: int) -> Render | None:
    """The render whose number was found in a file, with its recording and artist. Try-outs are soon deleted."""
    return Render.objects.select_related("recording", "artist").filter(pk=number).first()


def list_alike(render: Render) -> list[Render]:
    """The renders that have this sound: a hundred at most, this one first."""
    others = Render.objects.filter(cache_key=render.cache_key, state=Render.State.READY).exclude(pk=render.pk)
    return [render, *others.exclude(kind=Render.Kind.PREVIEW).order_by("pk")[: MAX_ALIKE - 1]]


def take_fingerprint(sound: Path) -> bytes | None:
    """The fingerprint of one of our own files; None where Chromaprint is not installed, or it failed."""
    if not fingerprint.is_available():
        return None
    try:
        return fingerprint.take(sound)
    except FingerprintFailed:
        logger.exception("No fingerprint of %s was taken", sound)
        return None


def list_fingerprints() -> Iterator[tuple[int, bytes]]:
    """The fingerprint of each stored sound, with the number of a render that has it.

    Those that were made without Chromaprint are taken now, and kept.
    """
    stored = Render.objects.filter(state=Render.State.READY).exclude(kind=Render.Kind.PREVIEW)
    one_each = stored.order_by("cache_key", IsNull(F("fingerprint"), True), "pk").distinct("cache_key")
    for number, cache_key, kept in one_each.values_list("pk", "cache_key", "fingerprint").iterator():
        if taken := kept or _keep_fingerprint(number, cache_key):
            yield number, bytes(taken)


def _keep_fingerprint(number: int, cache_key: str) -> bytes | None:
    try:
        taken = take_fingerprint(audio.local_path(renders.file_name(cache_key)))
    except FileNotFoundError:  # deleted meanwhile
        return None
    Render.objects.filter(pk=number).update(fingerprint=taken)
    return taken


def read_keys() -> Keys:
    """The site's keys. Keys for practice are made where there are none. Raises ImproperlyConfigured or InvalidKey."""
    folder: Path | None = settings.PROVENANCE_FOLDER
    if folder is None:
        raise ImproperlyConfigured("Remixes need keys: run manage.py provenance_key create, and set PROVENANCE_FOLDER.")
    if settings.PROVENANCE_PRACTICE and not folder.exists():
        with suppress(FileExistsError):  # another process was faster
            keys.create(folder, organisation="Fanfare practice")
    return _read(folder, settings.TIME_STAMP_URL)


@lru_cache(maxsize=4)
def _read(folder: Path, time_stamps: str | None) -> Keys:
    return keys.read_folder(folder, time_stamps=time_stamps)
