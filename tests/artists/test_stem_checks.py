"""Tests of the background work on stems: bad files are refused with a reason, others become FLAC, work goes on."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pytest_django import Settings

from artists.exceptions import InvalidRequest
from artists.stems import checking, outlines
from catalog import audio_uploads, sources
from catalog.models import Artist, AudioFile, AudioUpload, Recording, SourceOutline
from tests import factories
from tests.artists import stems
from tests.catalog import audio as files

pytestmark = pytest.mark.django_db
TYPED = {
    "bpm_milli": 120_000, "key": "a-minor", "first_beat_frame": 0, "beats_per_bar": 4, "last_bar": 10,
    "sections": [{"first_bar": 1, "name": "In", "kind": "intro"}, {"first_bar": 5, "name": "Verse", "kind": "verse"}],
    "no_cut": [{"first_bar": 2, "last_bar": 3}],
}  # fmt: skip


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    files.use_folder(settings, tmp_path)
    return tmp_path


@pytest.fixture
def recording(artist: Artist) -> Recording:
    return factories.create_recording(artist)


def test_a_good_file_becomes_flac_and_its_parts_go(recording: Recording, folder: Path) -> None:
    upload = stems.check(recording, stems.wav(rate=48_000))

    assert (upload.state, upload.role, upload.facts["rate"], upload.facts["bits"]) == ("checked", "drums", 48_000, 16)
    file = AudioFile.objects.get()
    assert (upload.audio_id, file.frames, file.channels) == (file.pk, stems.RATE * stems.SECONDS, 2)
    assert (len(file.peaks), max(file.peaks) > 50) == (stems.SECONDS * 20, True)
    assert not list((folder / "audio" / "uploads").rglob("0*"))
    assert SourceOutline.objects.get().is_wanted


BAD_FILES: dict[str, Callable[[], bytes]] = {
    "not-audio": lambda: b"this is a letter, and no audio" * 40,
    "channels": lambda: stems.encode(np.zeros((44_100, 8), np.float32)),
    "not-finite": lambda: stems.encode(np.full((44_100, 2), np.nan, np.float32), subtype="FLOAT"),
    "empty": lambda: stems.encode(np.zeros((0, 2), np.float32)),
    "truncated": lambda: stems.wav()[:-100_000],
    "damaged": lambda: stems.wav(kind="FLAC")[:50_000] + bytes(20_000),
    "rate": lambda: stems.wav(rate=22_050),
    "bits": lambda: stems.encode(np.zeros((44_100, 2), np.float32), subtype="PCM_U8"),
    "too-long": lambda: stems.encode(np.zeros((44_100 * 1201, 1), np.int16), kind="FLAC"),
}
"""Functions, so that a process that runs none of these tests makes none of these files."""


@pytest.mark.parametrize("code", BAD_FILES)
def test_a_bad_file_is_refused_with_its_reason_and_nothing_of_it_stays(
    recording: Recording, folder: Path, code: str
) -> None:
    upload = stems.check(recording, BAD_FILES[code]())

    assert (upload.state, upload.problem) == ("refused", code)
    assert (AudioFile.objects.count(), stems.size_below(folder / "audio")) == (0, 0)


def test_the_others_are_listened_to_when_the_last_file_is_refused(recording: Recording) -> None:
    good, bad = files.send_file(recording, stems.wav()), files.send_file(recording, BAD_FILES["empty"](), "bass.wav")
    checking.check(good)
    assert not SourceOutline.objects.get().is_wanted

    checking.check(bad)

    assert SourceOutline.objects.get().is_wanted


def test_nobody_listens_where_no_file_is_good(recording: Recording) -> None:
    stems.check(recording, BAD_FILES["empty"]())

    assert not SourceOutline.objects.get().is_wanted


def test_clipping_is_told_and_not_refused(recording: Recording) -> None:
    upload = stems.check(recording, stems.encode(np.ones((44_100, 1), np.float32)))

    assert (upload.state, upload.facts["clipped"]) == ("checked", 44_100)


def test_a_worker_that_was_killed_is_followed_by_another_and_not_for_ever(recording: Recording) -> None:
    good, bad = files.send_file(recording, stems.wav()), files.send_file(recording, stems.wav(seed=2))
    AudioUpload.objects.filter(pk=good.pk).update(attempts=checking.MAX_ATTEMPTS - 1)
    AudioUpload.objects.filter(pk=bad.pk).update(attempts=checking.MAX_ATTEMPTS)

    assert [checking.work_next(), checking.work_next()] == [True, True]

    good.refresh_from_db()
    bad.refresh_from_db()
    assert (good.state, bad.state, bad.problem) == ("checked", "refused", checking.FAILED)


def test_a_full_disk_is_not_the_files_fault_and_it_is_tried_again_later(
    recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = files.send_file(recording, stems.wav())
    with monkeypatch.context() as broken:
        broken.setattr(audio_uploads, "assemble", lambda *_: (_ for _ in ()).throw(OSError("No space left on device")))
        checking.work_next()

    upload.refresh_from_db()
    assert (upload.state, checking.work_next()) == ("waiting", False)


def test_a_removed_file_that_is_being_checked_leaves_nothing(recording: Recording) -> None:
    upload = files.send_file(recording, stems.wav())
    stale = AudioUpload.objects.get(pk=upload.pk)
    AudioUpload.objects.filter(pk=upload.pk).update(state="refused", problem="failed")

    checking.check(stale)

    assert AudioFile.objects.count() == 0


def test_files_beside_each_other_must_fit(recording: Recording) -> None:
    stems.check(recording, stems.wav(), "drums.wav")
    good = stems.check(recording, stems.wav(seed=2), "bass.wav")
    short = stems.check(recording, stems.wav(17.6), "vox.wav")
    twice = stems.check(recording, stems.wav(seed=2), "bass2.wav")
    nameless = stems.check(recording, stems.wav(seed=3), "x.wav")

    problems = outlines.find_problems(list(recording.uploads.select_related("audio").order_by("pk")))

    assert problems.keys() == {short.pk, twice.pk, nameless.pk}
    assert problems[short.pk].problem == "This one is 2.4 s shorter than the rest."
    assert problems[twice.pk].problem == "This file is here twice."
    assert (good.audio_id, AudioFile.objects.count()) == (twice.audio_id, 4)


def test_what_is_confirmed_is_a_source_that_the_renderer_reads(recording: Recording) -> None:
    by = factories.get_member(recording.artist, "editor")
    stems.check(recording, stems.wav(), "drums.wav")
    stems.check(recording, stems.wav(seed=2), "vox.wav")

    source = outlines.confirm(recording, TYPED, by=by)

    assert sources.current(recording) == source
    value = outlines.Source.parse(source.content)
    assert [(section.id, section.first_bar, section.bars) for section in value.sections] == [
        ("intro", 0, 4),
        ("verse", 4, 6),
    ]
    assert ([stem.id for stem in value.stems], value.digest) == (["drums", "vocals"], source.digest)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"last_bar": 11}, "10 whole bars"),
        ({"bpm_milli": 60_000}, "5 whole bars"),
        ({"sections": []}, "at least one section"),
        ({"last_bar": 4}, "after the end of the song"),
        ({"first_beat_frame": 44_100}, "9 whole bars"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(recording: Recording, changes: dict[str, object], words: str) -> None:
    by = factories.get_member(recording.artist, "editor")
    stems.check(recording, stems.wav(), "drums.wav")

    with pytest.raises(InvalidRequest, match=words):
        outlines.confirm(recording, {**TYPED, **changes}, by=by)
    assert sources.current(recording) is None


def test_nothing_is_confirmed_while_a_file_is_to_be_fixed(recording: Recording) -> None:
    stems.check(recording, stems.wav(), "drums.wav")
    files.send_file(recording, stems.wav(seed=2), "bass.wav")

    with pytest.raises(InvalidRequest, match="on their way"):
        outlines.confirm(recording, TYPED, by=factories.get_member(recording.artist, "editor"))


@pytest.mark.parametrize(("typed", "warned"), [(56_000, True), (224_000, True), (112_000, False), (84_000, False)])
def test_half_and_double_of_what_was_heard_are_warned_of(typed: int, *, warned: bool) -> None:
    assert (outlines.octave_off(typed, 112_000) == 112_000) is warned
    assert outlines.octave_off(typed, None) is None


def test_a_machine_fills_in_what_it_hears(recording: Recording) -> None:
    stems.check(recording, stems.wav(24), "drums.wav")

    assert (checking.work_next(), checking.work_next()) == (True, False)

    outline = SourceOutline.objects.get()
    assert not outline.is_wanted
    assert abs(outline.heard["bpm_milli"] - 120_000) < 100
    typed = outlines.from_heard(outline.heard, stems.RATE * 24)
    assert typed["last_bar"] in (11, 12)
