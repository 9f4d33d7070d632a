"""Audio files and confirmed sources for tests, whose content nobody decodes."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings as django_settings
from django.db import transaction
from django.test import override_settings
from pytest_django import Settings

from catalog import audio, audio_uploads, sources
from catalog.models import AudioFile, AudioUpload, Recording, RecordingSource, SourceOutline
from tests import factories

FRAMES = 44_100 * 8


def settings_for(folder: Path) -> dict[str, Any]:
    """The settings of a storage of audio files below this folder."""
    place = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(folder / "audio")}}
    return {"STORAGES": {**django_settings.STORAGES, "audio": place}, "AUDIO_COPIES": folder / "copies"}


@contextmanager
def keep_in(folder: Path) -> Iterator[None]:
    """Within the block the storage of audio files is below this folder: for a scene that is made once a module."""
    with override_settings(**settings_for(folder)):
        yield


def use_copy(folder: Path, settings: Settings, own: Path) -> None:
    """The storage of audio files is below the test's own folder, and has what is in this one."""
    shutil.copytree(folder, own, dirs_exist_ok=True)
    use_folder(settings, own)


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


def show_every_state(recording: Recording) -> None:
    """Rows alone, for a page: files here, on their way, waiting, refused and too short, and what a machine heard."""
    by, seconds = factories.get_member(recording.artist, "principal").actor, 64
    peaks = bytes(40 + 150 * (number % 20 < 5) for number in range(seconds * 20))
    facts = {"frames": 44_100 * seconds, "channels": 2, "size": 9, "peaks": peaks}
    long = AudioFile.objects.create(sha256="a" * 64, **facts)
    other = AudioFile.objects.create(sha256="b" * 64, **facts)
    short = AudioFile.objects.create(sha256="c" * 64, **{**facts, "frames": 44_100 * 60})
    sent = {"rate": 48_000, "bits": 24, "clipped": 0}
    for name, role, fields in (
        ("Drums.wav", "drums", {"state": "checked", "audio": long, "facts": sent, "received": 10}),
        ("Bass_final_final_with_a_long_name_2.wav", "bass", {"state": "checked", "audio": other, "received": 10,
                                                            "facts": {**sent, "clipped": 12}}),
        ("Vox.wav", "vocals", {"received": 6}),
        ("Keys.wav", "chords", {"state": "waiting", "received": 10}),
        ("Surround.wav", "", {"state": "refused", "problem": "channels", "received": 10}),
        ("Strings.aif", "other", {"state": "checked", "audio": short, "facts": sent, "received": 10}),
    ):  # fmt: skip
        AudioUpload.objects.create(recording=recording, file_name=name, size=10, role=role, uploaded_by=by, **fields)
    sections = [("intro", 0, 8), ("verse", 8, 8), ("chorus", 16, 12)]
    heard = {
        "bpm_milli": 112_000, "tempo_sure": 5, "first_beat_frame": 18_000, "beat_sure": 2, "key_sure": 3,
        "keys": ["a-minor", "c-major"],
        "sections": [{"kind": kind, "first_bar": bar, "bars": bars, "sure": 2} for kind, bar, bars in sections],
    }  # fmt: skip
    typed = {
        "bpm_milli": 56_000, "key": "a-minor", "first_beat_frame": 18_000, "beats_per_bar": 4, "last_bar": 14,
        "sections": [
            {"first_bar": 1, "name": "Intro", "kind": "intro"}, {"first_bar": 5, "name": "V", "kind": "verse"},
        ],
        "no_cut": [{"first_bar": 2, "last_bar": 3}],
    }  # fmt: skip
    SourceOutline.objects.create(recording=recording, heard=heard, typed=typed)


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
