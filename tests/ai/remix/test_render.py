import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.signal
import soundfile
from hypothesis import HealthCheck, given, settings

from ai.exceptions import MissingClearance
from ai.remix.check import OutOfBounds, check
from ai.remix.engine import ENGINE
from ai.remix.process import RenderProcess
from ai.remix.recipe import StemChange, frames_of, section_starts
from ai.remix.render_request import RenderFailed, RenderRequest, Window
from ai.remix.sound.render import render
from rights.clearance_result import Clearance, ClearanceRefusal
from tests.ai.remix.samples import make_envelope
from tests.ai.remix.sounds import (
    CLEARANCE,
    FIRST_BEAT,
    RATE,
    Recording,
    measure_lufs,
    measure_true_peak,
    play,
    read,
    record,
)
from tests.ai.remix.test_check import SOURCE, recipes


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    return record(tmp_path_factory.mktemp("recording"), play(11))


@pytest.fixture(scope="module")
def sine(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    time = np.arange(11 * RATE) / RATE
    return record(tmp_path_factory.mktemp("sine"), {"chords": 0.5 * np.sin(2 * np.pi * 443.7 * time)})


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"tempo_percent": 110, "pitch_semitones": 1},
        {"tempo_percent": 85, "room": "hall", "colour": "warm"},
        {"tempo_percent": 115, "pitch_semitones": -2, "colour": "echo", "sections": ("s1", "s0", "s0")},
        {"colour": "radio", "room": "kitchen"},
    ],
)
def test_a_render_has_its_length_its_loudness_and_its_highest_peak(
    recording: Recording, tmp_path: Path, changes: dict[str, Any]
) -> None:
    rendered = render(request := recording.request(**changes), tmp_path)

    audio = read(rendered.path)
    assert soundfile.info(rendered.path).subtype == "PCM_24"
    assert audio.shape == (frames_of(recording.source, request.recipe), 2)
    assert rendered.frames == len(audio)
    assert measure_lufs(audio) == pytest.approx(-14, abs=0.5)
    assert measure_lufs(audio) == pytest.approx(rendered.lufs_x100 / 100, abs=0.1)
    assert measure_true_peak(audio) <= -1.5
    assert measure_true_peak(audio) == pytest.approx(rendered.true_peak_x100 / 100, abs=0.2)
    assert [path.name for path in tmp_path.iterdir()] == ["render.flac"]


def test_the_recipe_that_changes_nothing_gives_the_recording(recording: Recording, tmp_path: Path) -> None:
    audio = read(render(recording.request(), tmp_path).path)[1000 : 9 * RATE]
    stems = sum((samples if samples.ndim == 2 else samples[:, None]) for samples in play(11).values())
    recorded = stems[FIRST_BEAT + 1000 : FIRST_BEAT + 9 * RATE]

    level = (audio * recorded).sum() / (recorded**2).sum()
    rest = 10 * np.log10(((audio - level * recorded) ** 2).sum() / (audio**2).sum())
    assert rest < -45  # the limiter took a little off the strokes


def test_a_render_is_the_same_bytes_in_every_process(recording: Recording, tmp_path: Path) -> None:
    """This process has several threads, the other one."""
    request = recording.request(tempo_percent=110, pitch_semitones=1, room="hall", sections=("s0", "s1", "s0"))
    here = render(request, tmp_path)

    with RenderProcess(tmp_path / "cache") as process:
        there = process.render(request, tmp_path)

    assert there == here


LEVELS = [-14.86, -14.92, -14.69, -14.99, -14.62, -15.04, -14.69, -14.98, -14.79, -14.77, -15.23]
HIGH_LEVELS = [-35.21, -35.12, -35.02, -35.24, -33.58, -35.14, -35.07, -35.26, -35.07, -33.56, -35.2]
"""Of each second in dB, and of what is high in it."""
GOLDEN_ENGINE = "fanfare-2 numba-0.68.1 numpy-2.5.5 python-stretch-0.3.1 scipy-1.18.1 soundfile-0.14.0 x86_64"
GOLDEN = "4cf1976246617ac645b8"
"""How the SHA-256 of the samples begins under that engine. Other versions of the libraries may round otherwise."""


def hash_samples(path: Path) -> str:
    """SHA-256 of the 24-bit samples as they are stored, without the container."""
    samples, _ = soundfile.read(path, dtype="int32", always_2d=True)
    return hashlib.sha256(np.ascontiguousarray(samples)).hexdigest()


def test_the_engine_sounds_as_its_number_says(recording: Recording, tmp_path: Path) -> None:
    """Whoever changes the sound raises ENGINE, so that no stored render is taken for a new one, and writes it here."""
    changes = {"tempo_percent": 110, "pitch_semitones": 1, "room": "hall", "colour": "warm"}

    made = render(recording.request(sections=("s0", "s1", "s0"), **changes), tmp_path)

    audio = read(made.path)
    found = [
        [10 * np.log10((each[start : start + RATE] ** 2).mean()) for start in range(0, 11 * RATE, RATE)]
        for each in (audio, np.diff(audio, axis=0))
    ]
    assert ENGINE == 2
    assert found == [pytest.approx(LEVELS, abs=0.02), pytest.approx(HIGH_LEVELS, abs=0.02)]
    assert hash_samples(made.path).startswith(GOLDEN) or made.engine != GOLDEN_ENGINE


def test_another_recipe_has_other_dither(recording: Recording, tmp_path: Path) -> None:
    assert render(recording.request(), tmp_path).sha256 != render(recording.request(tempo_percent=101), tmp_path).sha256


@pytest.mark.parametrize(("tempo", "pitch"), [(100, 0), (110, 1), (85, 0), (115, -2)])
def test_a_tone_goes_through_every_seam_without_a_dip(sine: Recording, tmp_path: Path, tempo: int, pitch: int) -> None:
    request = sine.request(tempo_percent=tempo, pitch_semitones=pitch, sections=("s0", "s1", "s1", "s0", "s2"))

    audio = read(render(request, tmp_path).path)[:, 0]

    end = section_starts(sine.source, request.recipe)[-1]
    power = np.convolve(audio[2000 : end - 2000] ** 2, np.ones(441) / 441, "valid")
    assert 10 * np.log10(power.min() / np.median(power)) > -1


@pytest.mark.parametrize(("tempo", "pitch"), [(100, 0), (110, 1)])
def test_a_tone_that_begins_with_the_first_sample_is_repeated_without_a_dip(
    tmp_path: Path, tempo: int, pitch: int
) -> None:
    tone = 0.5 * np.sin(2 * np.pi * 443.7 * np.arange(11 * RATE) / RATE)
    recording = record(tmp_path, {"chords": tone}, first_beat_frame=0)
    request = recording.request(tempo_percent=tempo, pitch_semitones=pitch, sections=("s0", "s0", "s1", "s0"))

    audio = read(render(request, tmp_path).path)[:, 0]

    seams = section_starts(recording.source, request.recipe)[1:-1]
    power = np.convolve(audio**2, np.ones(441) / 441, "valid")
    usual = np.median(power)
    assert [10 * np.log10(power[seam - 3000 : seam + 3000].min() / usual) > -1 for seam in seams] == [True] * 3


@pytest.mark.parametrize("changes", [{}, {"tempo_percent": 110, "pitch_semitones": 1}])
def test_a_seam_does_not_click(recording: Recording, tmp_path: Path, changes: dict[str, Any]) -> None:
    stems = {stem.id: StemChange(mute=stem.role == "drums") for stem in recording.source.stems}
    request = recording.request(sections=("s0", "s1", "s0", "s1"), stems=stems, **changes)

    audio = read(render(request, tmp_path).path)[:, 0]

    high = scipy.signal.sosfilt(scipy.signal.butter(6, 8000, "high", fs=RATE, output="sos"), audio)
    energy = np.add.reduceat(high**2, np.arange(0, len(high), 220))
    for start in section_starts(recording.source, request.recipe)[1:-1]:
        around = energy[(start - 1000) // 220 : (start + 400) // 220]
        floor = max(float(np.median(energy)), 220 * 1e-10)
        assert 10 * np.log10(around.max() / floor) <= 12


@pytest.mark.parametrize("tempo", [85, 93, 110, 115])
def test_strokes_stay_on_the_beat(tmp_path: Path, tempo: int) -> None:
    clicks = np.zeros(11 * RATE)
    for start in range(FIRST_BEAT, 10 * RATE, RATE // 2):
        clicks[start : start + 60] = np.hanning(60) * np.sign(np.sin(np.arange(60)))
    hum = 0.28 * np.sin(2 * np.pi * 110 * np.arange(11 * RATE) / RATE)  # so that the strokes need no limiting
    recording = record(tmp_path, {"drums": 0.4 * clicks, "bass": hum})
    request = recording.request(tempo_percent=tempo, sections=("s0", "s1", "s0"))

    high = scipy.signal.butter(4, 2000, "high", fs=RATE, output="sos")
    audio = scipy.signal.sosfiltfilt(high, read(render(request, tmp_path).path)[:, 0])

    beat = RATE / 2 * 100 / tempo
    for number in range(1, 24):
        expected = round(number * beat) + 30
        near = np.cumsum(audio[expected - 2000 : expected + 2000] ** 2)
        middle = int(np.searchsorted(near, near[-1] / 2)) - 2000
        assert abs(middle) <= RATE / 1000


def test_a_stretch_keeps_the_stereo_image(recording: Recording, tmp_path: Path) -> None:
    def correlation(**changes: Any) -> float:
        audio = read(render(recording.request(**changes), tmp_path).path)[: 8 * RATE]
        return float(np.corrcoef(audio.T)[0, 1])

    assert correlation(tempo_percent=110, pitch_semitones=1) == pytest.approx(correlation(), abs=0.05)


def test_percussion_keeps_its_pitch_when_the_key_moves(tmp_path: Path) -> None:
    time = np.arange(11 * RATE) / RATE
    tones = {"drums": 0.3 * np.sin(2 * np.pi * 1000 * time), "chords": 0.3 * np.sin(2 * np.pi * 300 * time)}
    recording = record(tmp_path, tones)

    audio = read(render(recording.request(pitch_semitones=2), tmp_path).path)[RATE : 3 * RATE, 0]

    spectrum = np.abs(np.fft.rfft(audio * np.hanning(len(audio))))
    found = sorted(int(peak) / 2 for peak in scipy.signal.find_peaks(spectrum, height=spectrum.max() / 4)[0])
    assert found == pytest.approx([300 * 2 ** (2 / 12), 1000], abs=1)


def test_a_window_is_that_part_of_the_remix_as_loud_as_there(recording: Recording, tmp_path: Path) -> None:
    quiet = {stem.id: StemChange(gain_half_db=-6 if stem.role == "bass" else 0) for stem in recording.source.stems}
    changes = {"tempo_percent": 110, "pitch_semitones": 1, "colour": "radio", "stems": quiet}
    whole = read(render(recording.request(**changes), tmp_path).path)

    rendered = render(recording.request(Window(1, 3), tmp_path, **changes), tmp_path)
    window = read(rendered.path)

    start = section_starts(recording.source, recording.recipe(**changes))[1]
    part = whole[start : start + 3 * RATE]
    assert len(window) == 3 * RATE
    assert measure_lufs(window) == pytest.approx(measure_lufs(part), abs=0.5)
    assert np.corrcoef(window[2000:-2000, 0], part[2000:-2000, 0])[0, 1] > 0.95
    assert render(recording.request(Window(1, 3), tmp_path, **changes), tmp_path).sha256 == rendered.sha256


def test_silence_stays_silent(tmp_path: Path) -> None:
    recording = record(tmp_path, {"bass": np.zeros(11 * RATE)})

    rendered = render(recording.request(tempo_percent=110), tmp_path)

    assert np.abs(read(rendered.path)).max() < 2e-7
    assert rendered.lufs_x100 == -7000
    assert max(rendered.peaks) <= 1


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(recipes)
def test_whatever_passes_the_check_renders(
    tmp_path_factory: pytest.TempPathFactory, recording: Recording, recipe: dict[str, Any]
) -> None:
    names = dict(zip((section.id for section in SOURCE.sections), ("s0", "s1", "s2", "s0", "s2"), strict=True))
    recipe = recipe | {"sections": [names[one] for one in recipe["sections"]]}
    bounds = {f"s{number}": {"required": False, "max_times": 3} for number in range(3)}
    envelope = make_envelope(recording.source, sections=bounds, order="free", seconds=[2, 40])
    try:
        checked = check(envelope, recording.source, recipe)
    except OutOfBounds:
        return
    folder = tmp_path_factory.mktemp("any")

    rendered = render(RenderRequest(CLEARANCE, recording.source, checked, recording.stems), folder)

    assert rendered.frames == frames_of(recording.source, checked)
    assert rendered.true_peak_x100 <= -150


@pytest.mark.parametrize(
    "clearance",
    [
        ClearanceRefusal("remix", 1, ("Mara Veil (artist): remixes are off",)),
        Clearance(id=1, use="personal_message", artist_id=1, grants=(), until=None, recordings=(1,)),
        Clearance(id=1, use="remix", artist_id=1, grants=(), until=None),
    ],
)
def test_nothing_is_rendered_without_a_clearance_of_the_recording(recording: Recording, clearance: Any) -> None:
    with pytest.raises(MissingClearance):
        RenderRequest(clearance, recording.source, recording.recipe(), recording.stems)


def test_stems_that_do_not_fit_their_source_are_refused(recording: Recording, tmp_path: Path) -> None:
    path = tmp_path / "short.flac"
    soundfile.write(path, np.zeros(RATE), RATE)
    broken = tmp_path / "broken.flac"
    broken.write_bytes(next(iter(recording.stems.values())).read_bytes()[:20_000])
    for stems, code in (
        ({}, "stem_missing"),
        (dict.fromkeys(recording.stems, path), "stem_broken"),
        (dict.fromkeys(recording.stems, broken), "stem_broken"),
    ):
        with pytest.raises(RenderFailed) as caught:
            render(RenderRequest(CLEARANCE, recording.source, recording.recipe(), stems), tmp_path)
        assert caught.value.code == code
    assert not (tmp_path / "render.flac").exists()
