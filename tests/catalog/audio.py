"""Audio files and confirmed sources for tests, whose content nobody decodes."""

import hashlib
import json
from pathlib import Path
from typing import Any

from django.conf import settings as django_settings
from django.db import transaction
from pytest_django import Settings

from catalog import audio, audio_uploads, sources
from catalog.models import AudioFile, AudioUpload, Recording, RecordingSource
from tests import factories

FRAMES = 44_100 * 8


def settings_for(folder: Path) -> dict[str, Any]:
    """The settings of a storage of audio files below this folder."""
    place = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(folder / "audio")}}
    return {"STORAGES": {**django_settings.STORAGES, "audio": place}, "AUDIO_COPIES": folder / "copies"}


def use_folder(settings: Settings, folder: Path) -> None:
    """Let the storage of audio files be below this folder."""
    for name, value in settings_for(folder).items():
        setattr(settings, name, value)


@transaction.atomic
def store_file(folder: Path, content: bytes = b"drums", *, frames: int = FRAMES, channels: int = 2) -> AudioFile:
    path = folder / "new.flac"
    path.write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    return audio.store(path, digest, frames=frames, channels=channels, peaks=bytes(160))


def send_file(recording: Recording, content: bytes, name: str = "drums.wav") -> AudioUpload:
    """A whole upload, which waits to be checked."""
    by = factories.get_member(recording.artist, "principal").actor
    upload = audio_uploads.begin(recording, name, len(content), by=by)
    for offset in range(0, len(content), audio_uploads.MAX_PART):
        upload = audio_uploads.append(upload, offset, content[offset : offset + audio_uploads.MAX_PART])
    return upload


def source_content(*stems: tuple[str, str, AudioFile], frames: int = FRAMES) -> str:
    """The canonical JSON of a source with one section, whose stems are ids, roles and files."""
    content = {
        "sample_rate": 44_100, "frames": frames, "bpm_milli": 120_000, "beats_per_bar": 4, "first_beat_frame": 0,
        "key": "a-minor", "sections": [{"id": "all", "name": "All", "kind": "verse", "first_bar": 0, "bars": 4}],
        "no_cut": [], "stems": [{"id": stem, "role": role, "sha256": file.pk} for stem, role, file in stems],
    }  # fmt: skip
    return json.dumps(content, sort_keys=True, separators=(",", ":"))


def confirm_source(recording: Recording, folder: Path) -> RecordingSource:
    """A source with drums and a voice, confirmed by the principal."""
    drums, voice = store_file(folder), store_file(folder, b"voice")
    content = source_content(("drums", "drums", drums), ("vocals", "vocals", voice))
    stems = {"drums": ("drums", drums.pk), "vocals": ("vocals", voice.pk)}
    return sources.confirm(recording, content, stems, by=factories.get_member(recording.artist, "principal").actor)
