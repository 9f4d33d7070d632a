"""Mark the files of remixes with the site's keys, and say which render a file is."""

from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from ai.provenance import files, fingerprint, identify, keys
from ai.provenance.files import File, MarkedFiles
from ai.provenance.identify import Identified
from ai.provenance.keys import Keys
from ai.provenance.label import Label
from catalog import audio
from fans import renders
from fans.models import Render


def mark_files(render: Path, label: Label, folder: Path) -> MarkedFiles:
    """Write both files of one render into `folder`. Raises NotSigned."""
    return files.mark_files(render, label, folder, keys=read_keys())


def mark_stream(render: Path, label: Label, folder: Path) -> File:
    """Write the file for listening alone, for a try-out. Raises NotSigned."""
    return files.mark_stream(render, label, folder, keys=read_keys())


def identify_file(path: Path, *, sidecar: Path | None = None) -> Identified:
    """Which render a file is. Raises what `ai.provenance.identify` raises."""
    return identify.identify(path, keys=read_keys(), fingerprints=take_fingerprints, sidecar=sidecar)


def find_render(number: int) -> Render | None:
    """The render whose number was found in a file, with its recording and artist. Try-outs are soon deleted."""
    return Render.objects.select_related("recording", "artist").filter(pk=number).first()


def take_fingerprints() -> Iterator[tuple[int, bytes]]:
    """A fingerprint of each stored sound, with the number of a render that has it. They are taken anew each time."""
    ready = Render.objects.filter(state=Render.State.READY).order_by("cache_key", "pk").distinct("cache_key")
    for number, cache_key in ready.values_list("pk", "cache_key").iterator():
        try:
            yield number, fingerprint.take(audio.local_path(renders.file_name(cache_key)))
        except FileNotFoundError:
            continue  # deleted meanwhile


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
