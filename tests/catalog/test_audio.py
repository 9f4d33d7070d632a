"""Tests of stored audio files: the same one is stored once, what nothing uses goes, and copies of a remote storage."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.utils import timezone
from pytest_django import Settings

from catalog import audio, sources
from catalog.models import Artist, AudioFile
from tests import factories
from tests.catalog import audio as files

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    files.use_folder(settings, tmp_path)
    return tmp_path


class RemoteStorage(FileSystemStorage):
    """A storage whose files are not on this machine, as those in a bucket."""

    def path(self, name: str) -> Any:
        raise NotImplementedError

    def exists(self, name: str) -> bool:
        return Path(super().path(name)).exists()

    def _open(self, name: str, mode: str = "rb") -> Any:
        from django.core.files import File

        return File(Path(super().path(name)).open(mode))


def test_the_same_file_is_stored_once(folder: Path) -> None:
    first, second = files.store_file(folder), files.store_file(folder)

    assert (first.pk, AudioFile.objects.count()) == (second.pk, 1)
    assert audio.local_path(audio.file_name(first.pk)).read_bytes() == b"drums"
    assert len([path for path in (folder / "audio").rglob("*") if path.is_file()]) == 1


def test_a_file_that_a_crash_left_incomplete_is_written_again(folder: Path) -> None:
    stored = files.store_file(folder)
    (folder / "audio" / audio.file_name(stored.pk)).write_bytes(b"dr")

    files.store_file(folder)

    assert audio.local_path(audio.file_name(stored.pk)).read_bytes() == b"drums"


def test_what_nothing_uses_is_deleted_with_its_file_and_what_a_source_uses_stays(artist: Artist, folder: Path) -> None:
    source = files.confirm_source(factories.create_recording(artist), folder)
    unused = files.store_file(folder, b"unused")

    assert audio.delete_unused(timezone.now() + timedelta(minutes=1)) == 1

    assert {stem.audio_id for stem in source.stems.all()} == set(AudioFile.objects.values_list("pk", flat=True))
    with pytest.raises(FileNotFoundError):
        audio.local_path(audio.file_name(unused.pk))


def test_a_file_of_a_remote_storage_is_copied_once(folder: Path, settings: Settings) -> None:
    stored = files.store_file(folder)
    remote = {"BACKEND": f"{__name__}.RemoteStorage", "OPTIONS": {"location": str(folder / "audio")}}
    settings.STORAGES = {**settings.STORAGES, "audio": remote}

    first, second = (audio.local_path(audio.file_name(stored.pk)) for _ in range(2))

    assert (first, first.parent, first.read_bytes()) == (second, folder / "copies", b"drums")
    with pytest.raises(FileNotFoundError):
        audio.local_path("files/00/unknown.flac")


def test_each_confirmation_is_a_version_and_the_same_one_is_not_another(artist: Artist, folder: Path) -> None:
    recording = factories.create_recording(artist)
    by = factories.get_member(artist, "principal").actor
    assert sources.current(recording) is None

    first, again = files.confirm_source(recording, folder), files.confirm_source(recording, folder)
    master = files.store_file(folder, b"master")
    content = files.source_content(("song", "master", master))
    newest = sources.confirm(recording, content, {"song": ("master", master.pk)}, by=by)

    assert (first.pk, first.version, newest.version, sources.current(recording)) == (again.pk, 1, 2, newest)
    assert len(first.digest) == 64
