"""Tests of uploads in parts: they go on where they stopped, nothing comes twice, and a team has a quota."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from catalog import audio_uploads
from catalog.exceptions import UploadRefused, WrongOffset
from catalog.models import Artist, AudioUpload, Recording
from tests import factories
from tests.catalog import audio as files

pytestmark = pytest.mark.django_db
PART = bytes(audio_uploads.MIN_PART)


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    files.use_folder(settings, tmp_path)
    return tmp_path


@pytest.fixture
def recording(artist: Artist) -> Recording:
    return factories.create_recording(artist)


def begin(recording: Recording, size: int, name: str = "drums.wav") -> AudioUpload:
    return audio_uploads.begin(recording, name, size, by=factories.get_member(recording.artist, "principal").actor)


def stored_files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder / "audio")) for path in (folder / "audio").rglob("*") if path.is_file())


def test_parts_follow_each_other_and_make_one_file(recording: Recording, folder: Path) -> None:
    upload = begin(recording, len(PART) + 3)
    audio_uploads.append(upload, 0, PART)

    for wrong in (0, 3, len(PART) + 1):
        with pytest.raises(WrongOffset) as refused:
            audio_uploads.append(upload, wrong, b"end")
        assert refused.value.offset == len(PART)
    done = audio_uploads.append(upload, len(PART), b"end")
    audio_uploads.assemble(done, folder / "whole")

    assert (done.state, done.received) == ("waiting", len(PART) + 3)
    assert (folder / "whole").read_bytes() == PART + b"end"
    with pytest.raises(WrongOffset):
        audio_uploads.append(done, len(PART) + 3, b"more")


def test_a_part_that_a_crash_left_is_written_anew(recording: Recording, folder: Path) -> None:
    upload = begin(recording, 5)
    (folder / "audio" / "uploads" / str(upload.pk)).mkdir(parents=True)
    (folder / "audio" / "uploads" / str(upload.pk) / "000000000000").write_bytes(b"half")

    audio_uploads.assemble(audio_uploads.append(upload, 0, b"whole"), folder / "whole")

    assert (folder / "whole").read_bytes() == b"whole"


@pytest.mark.parametrize("content", [b"crumb", bytes(audio_uploads.MAX_PART + 1)])
def test_parts_are_neither_crumbs_nor_huge(recording: Recording, content: bytes) -> None:
    with pytest.raises(UploadRefused):
        audio_uploads.append(begin(recording, audio_uploads.MAX_PART * 2), 0, content)


def test_no_more_comes_than_was_announced(recording: Recording) -> None:
    with pytest.raises(UploadRefused):
        audio_uploads.append(begin(recording, 4), 0, b"abcde")


@pytest.mark.parametrize(("size", "words"), [(0, "empty"), (1024**3 + 1, "1 GB")])
def test_a_file_has_one_byte_to_a_gigabyte(recording: Recording, size: int, words: str) -> None:
    with pytest.raises(UploadRefused, match=words):
        begin(recording, size)


def test_twenty_gigabytes_are_for_all_songs_of_an_artist_together(recording: Recording) -> None:
    other = factories.create_recording(recording.artist, "Low Tide")
    for index in range(20):
        last = begin(recording if index % 2 else other, 1024**3)
    with pytest.raises(UploadRefused, match="20 GB"):
        begin(other, 1)

    audio_uploads.remove(last, by=recording.artist.team.members.get().person.actor)

    assert audio_uploads.used_bytes(recording.artist) == 19 * 1024**3
    begin(factories.create_recording(factories.create_artist("Ove Lind")), 1)


def test_what_stopped_long_ago_goes_with_its_parts_and_what_waits_stays(recording: Recording, folder: Path) -> None:
    stopped, waiting = begin(recording, len(PART) + 1), files.send_file(recording, b"all of it")
    audio_uploads.append(stopped, 0, PART)

    assert audio_uploads.delete_abandoned(timezone.now() + timedelta(minutes=1)) == 1

    assert list(AudioUpload.objects.all()) == [waiting]
    assert stored_files(folder) == [f"uploads/{waiting.pk}/000000000000"]


@pytest.mark.parametrize(
    ("name", "role"),
    [("SaltRadio_Drums.wav", "drums"), ("bass.flac", "bass"), ("lead vox.aif", "vocals"), ("song.wav", ""),
     ("keys_gtr.wav", "chords"), ("Salt MASTER.wav", "master")],
)  # fmt: skip
def test_the_name_of_a_file_suggests_its_role(name: str, role: str) -> None:
    assert audio_uploads.guess_role(name) == role
