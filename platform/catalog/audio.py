"""Store audio files by their content, in a folder or in an S3-compatible storage, and delete what nothing uses."""

import hashlib
import os
import shutil
import tempfile
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.core.files.storage import Storage, storages
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from catalog import stored_files
from catalog.models import AudioFile, AudioUpload, SourceStem

KEPT_COPIES = 200
"""Of an S3-compatible storage, so many files lie in the folder of copies; the least recently used go first."""


def storage() -> Storage:
    return storages["audio"]


def file_name(sha256: str) -> str:
    """The name of an audio file in the storage."""
    return f"files/{sha256[:2]}/{sha256}.flac"


def store(path: Path, sha256: str, *, frames: int, channels: int, peaks: bytes) -> AudioFile:
    """Store a FLAC file that we encoded, in the transaction in which something begins to use it.

    The same file is stored once. Its row is locked first, so that `delete_unused` leaves the file alone.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("An audio file is stored in the transaction of what uses it.")
    facts = {"frames": frames, "channels": channels, "size": path.stat().st_size, "peaks": peaks}
    audio, _ = AudioFile.objects.update_or_create(
        pk=sha256, defaults={"stored_at": Now()}, create_defaults={**facts, "stored_at": Now()}
    )
    put(path, file_name(sha256))
    return audio


def put(path: Path, name: str) -> None:
    """Write a file into the storage unless it is there. One that a crash left incomplete is written again."""
    with path.open("rb") as file:
        stored_files.write_once(storage(), name, File(file))


def replace(path: Path, name: str) -> None:
    """Write a file in the place of whatever was stored by this name before. Raises OSError."""
    storage().delete(name)
    with path.open("rb") as file:
        storage().save(name, File(file))


def local_path(name: str) -> Path:
    """Where a stored file lies on this machine: itself, or a copy of what an S3-compatible storage has.

    Only for names that always have the same content. Raises FileNotFoundError.
    """
    try:
        path = Path(storage().path(name))
    except NotImplementedError:
        path = _copy(name)
    if not path.is_file():
        raise FileNotFoundError(name)
    return path


def unchanged_path(name: str, sha256: str) -> Path:
    """As `local_path`, for a file that has this digest. Raises FileNotFoundError where its bytes are others by now."""
    path = local_path(name)
    state = path.stat()
    if _digest(path, state.st_ino, state.st_size, state.st_ctime_ns) != sha256:
        raise FileNotFoundError(name)
    return path


@lru_cache(maxsize=1000)
def _digest(path: Path, inode: int, size: int, changed_ns: int) -> str:
    """Read once for each state of the file: who writes into it cannot keep the time of its change."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _copy(name: str) -> Path:
    folder = Path(settings.AUDIO_COPIES)
    copy = folder / hashlib.sha256(name.encode()).hexdigest()
    if copy.is_file():
        os.utime(copy)
        return copy
    folder.mkdir(parents=True, exist_ok=True)
    with storage().open(name) as stored, tempfile.NamedTemporaryFile(dir=folder, delete=False) as part:
        shutil.copyfileobj(stored, part)
    Path(part.name).rename(copy)
    for old in sorted(folder.iterdir(), key=_last_use, reverse=True)[KEPT_COPIES:]:
        old.unlink(missing_ok=True)  # whoever reads it still can
    return copy


def _last_use(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # another process deleted it
        return 0.0


def delete_unused(before: datetime) -> int:
    """Delete a batch of the files stored before this time that nothing uses. Return how many."""
    stems, uploads = SourceStem.objects.filter(audio=OuterRef("pk")), AudioUpload.objects.filter(audio=OuterRef("pk"))
    unused = AudioFile.objects.filter(~Exists(stems), ~Exists(uploads), stored_at__lt=before)
    return stored_files.delete_batch(unused, storage(), lambda key: [file_name(key)])
