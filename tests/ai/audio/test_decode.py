"""Files that people send are decoded to one form, or refused with one code."""

import os
import resource
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from ai.audio import decode as decoding
from ai.audio import decoder_process, limited
from ai.audio.decode import ANY_COPY, UPLOADS, decode
from ai.audio.exceptions import SENTENCES, DecoderFailed, Refused

RATE = 44_100


def tone(seconds: float = 1.0, *, rate: int = RATE, channels: int = 2) -> np.ndarray:
    at = np.arange(int(seconds * rate)) / rate
    return np.stack([0.5 * np.sin(2 * np.pi * (440 + 110 * number) * at) for number in range(channels)], axis=1)


def write(path: Path, samples: np.ndarray, rate: int = RATE, subtype: str = "PCM_24", **options: str) -> Path:
    soundfile.write(path, samples, rate, subtype, **options)
    return path


def refusal(source: Path, **options: decoding.Accepts) -> str:
    with pytest.raises(Refused) as caught:
        decode(source, source.parent / "target.flac", **options)
    assert caught.value.sentence == SENTENCES[caught.value.code]
    assert [path.name for path in source.parent.iterdir()] == [source.name]
    return caught.value.code


@pytest.mark.parametrize("name", ["song.wav", "song.flac", "song.aiff"])
def test_samples_of_24_bits_stay_as_they_are(tmp_path: Path, name: str) -> None:
    write(tmp_path / name, tone())

    decoded = decode(tmp_path / name, tmp_path / "target.flac")

    before, after = (soundfile.read(tmp_path / each, dtype="int32")[0] for each in (name, "target.flac"))
    assert np.array_equal(before, after)
    assert (decoded.frames, decoded.channels, decoded.original_rate, decoded.original_bits) == (RATE, 2, RATE, 24)
    assert decoded.format == name.split(".")[1].upper()


def test_another_rate_becomes_44100_and_keeps_its_length_and_pitch(tmp_path: Path) -> None:
    write(tmp_path / "song.wav", tone(3, rate=96_000, channels=1), 96_000, "FLOAT")

    decoded = decode(tmp_path / "song.wav", tmp_path / "target.flac")

    samples, rate = soundfile.read(tmp_path / "target.flac")
    assert (decoded.frames, rate, soundfile.info(tmp_path / "target.flac").subtype) == (3 * RATE, RATE, "PCM_24")
    middle = slice(RATE, 2 * RATE)
    assert np.abs(samples[middle] - tone(3, channels=1)[middle, 0]).max() < 1e-4


def test_samples_at_full_scale_are_counted(tmp_path: Path) -> None:
    samples = tone()
    samples[100:150] = 1.5

    write(tmp_path / "song.wav", samples, subtype="FLOAT")

    assert decode(tmp_path / "song.wav", tmp_path / "target.flac").clipped == 100


def test_a_file_that_cannot_be_used_is_refused_with_its_code(tmp_path: Path) -> None:
    wrong = tone()
    wrong[500, 1] = np.nan
    endless = tone()
    endless[500, 1] = np.inf
    second = tone()
    files = {
        "channels": lambda path: write(path, tone(0.1, channels=8)),
        "rate": lambda path: write(path, tone(0.1, rate=22_050), 22_050),
        "bits": lambda path: write(path, second, subtype="PCM_U8"),
        "format": lambda path: write(path, second, subtype="VORBIS", format="OGG"),
        "empty": lambda path: write(path, second[:0]),
        "not-finite": lambda path: write(path, wrong, subtype="FLOAT"),
        "too-long": lambda path: write(path, np.zeros((1201 * RATE, 1), "int16"), subtype="PCM_16", format="FLAC"),
        "not-audio": lambda path: path.write_bytes(os.urandom(5000)),
    }

    found = {}
    for code, make in files.items():
        folder = tmp_path / code
        folder.mkdir()
        make(folder / "song.wav")
        found[code] = refusal(folder / "song.wav")
    write(tmp_path / "endless.wav", endless, subtype="FLOAT")

    assert found == {code: code for code in files}
    with pytest.raises(Refused, match="not-finite"):
        decode(tmp_path / "endless.wav", tmp_path / "target.flac")


@pytest.mark.parametrize("name", ["song.wav", "song.aiff", "song.flac"])
def test_a_file_that_was_cut_off_is_refused(tmp_path: Path, name: str) -> None:
    rng = np.random.default_rng(1)
    whole = write(tmp_path / name, rng.uniform(-0.5, 0.5, (3 * RATE, 2))).read_bytes()
    (tmp_path / name).write_bytes(whole[: len(whole) // 2])

    assert refusal(tmp_path / name) in {"truncated", "damaged"}


def test_a_header_that_promises_hours_is_refused_before_anything_is_decoded(tmp_path: Path) -> None:
    """A FLAC header holds the number of frames in 36 bits: here it says five hours, and the file has one second."""
    content = bytearray(write(tmp_path / "song.flac", tone()).read_bytes())
    frames = struct.unpack(">I", content[22:26])[0]
    assert frames == RATE
    content[22:26] = struct.pack(">I", 5 * 3600 * RATE)
    (tmp_path / "song.flac").write_bytes(content)

    assert refusal(tmp_path / "song.flac") == "too-long"


def test_a_name_does_not_decide_what_a_file_is(tmp_path: Path) -> None:
    write(tmp_path / "song.wav", tone())
    (tmp_path / "song.wav").rename(tmp_path / "song.raw")

    assert decode(tmp_path / "song.raw", tmp_path / "target.flac").format == "WAV"


def test_a_lossy_copy_at_a_low_rate_is_read_where_the_caller_takes_any_copy(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "song.mp3", tone(2, rate=22_050), 22_050, format="MP3")

    decoded = decode(tmp_path / "song.mp3", tmp_path / "target.flac", accepts=ANY_COPY)

    assert (decoded.format, decoded.original_bits, decoded.channels) == ("MP3", None, 2)
    assert abs(decoded.frames - 2 * RATE) < 5000


def test_a_limit_that_is_reached_refuses_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "song.wav", tone())
    monkeypatch.setattr(limited, "WALL_SECONDS", 0.01)

    assert refusal(tmp_path / "song.wav") == "too-heavy"


def test_a_disk_that_is_full_is_not_the_fault_of_the_file(tmp_path: Path) -> None:
    """A limit of written bytes stands for the full disk: both end in a write that the system refuses."""
    source = write(tmp_path / "song.wav", np.random.default_rng(2).uniform(-0.5, 0.5, (3 * RATE, 2)))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, before[1]))
    try:
        with soundfile.SoundFile(source) as file, pytest.raises(DecoderFailed):
            decoder_process.write_flac(file, tmp_path / "target.flac", UPLOADS)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
