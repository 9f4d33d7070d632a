"""The number in a sound is found again after what happens to files, and never where it is not."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from ai.provenance import payload, watermark
from tests.ai.provenance.samples import RATE, WATERMARK_KEY, blocks, marked, song

NUMBER = 0xDEADBEEF


@pytest.fixture(scope="module")
def plain() -> np.ndarray:
    return song(60)[:-1234]


@pytest.fixture(scope="module")
def copy(plain: np.ndarray) -> np.ndarray:
    return marked(plain, NUMBER)


def find(samples: np.ndarray, key: bytes = WATERMARK_KEY) -> int | None:
    return watermark.find(blocks(samples), key=key)


def recoded(
    samples: np.ndarray, path: Path, rate: int, subtype: str, form: str, level: float, kbit: range
) -> np.ndarray:
    """The samples after a lossy encoder, whose bit rate is what the test says."""
    samples = soxr.resample(samples, RATE, rate)
    constant = {"bitrate_mode": "CONSTANT"} if form == "MP3" else {}
    with soundfile.SoundFile(path, "w", rate, 2, subtype, format=form, compression_level=level, **constant) as file:
        for start in range(0, len(samples), rate):
            file.write(samples[start : start + rate])
    assert round(path.stat().st_size * 8 / (len(samples) / rate) / 1000) in kbit
    decoded, _ = soundfile.read(path, dtype="float32", always_2d=True)
    return soxr.resample(decoded, rate, RATE)


@pytest.mark.parametrize("number", [0, 1, 12_345, NUMBER, 2**32 - 1])
def test_a_number_survives_its_code(number: int) -> None:
    assert payload.from_soft(payload.to_signs(number).astype(np.float32)) == number


def test_wrong_signs_are_mended_and_too_many_are_refused() -> None:
    rng = np.random.default_rng(1)
    signs = payload.to_signs(NUMBER).astype(np.float32)
    few, many = signs.copy(), signs.copy()
    few[rng.choice(len(signs), 8, replace=False)] *= -1
    many[rng.choice(len(signs), 60, replace=False)] *= -1

    assert (payload.from_soft(few), payload.from_soft(many)) == (NUMBER, None)


def test_a_number_of_more_than_32_bits_is_refused() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        payload.to_signs(2**32)


def test_a_marked_copy_is_as_long_and_thirty_decibels_from_its_render(plain: np.ndarray, copy: np.ndarray) -> None:
    change = np.square(copy - plain).mean()

    assert copy.shape == plain.shape
    assert 10 * np.log10(np.square(plain).mean() / change) > 29
    assert 20 * np.log10(np.abs(copy).max() / np.abs(plain).max()) < 0.3


@pytest.mark.parametrize(
    "frames", [watermark.BLOCK, watermark.BLOCK - 1, watermark.BLOCK + 1, 100, 3 * watermark.BLOCK]
)
def test_every_length_stays_itself(plain: np.ndarray, frames: int) -> None:
    copy = marked(plain[:frames], NUMBER)

    assert copy.shape == (frames, 2)
    assert np.abs(copy - plain[:frames]).max() < 0.1


def test_it_is_found_in_mono_and_in_a_cut_at_any_sample(copy: np.ndarray) -> None:
    cuts = [copy[start : start + 20 * RATE] for start in (0, 333, 512, 17 * RATE + 777)]

    assert [find(each) for each in [*cuts, copy.mean(axis=1, keepdims=True)]] == [NUMBER] * 5


def test_it_is_found_after_mp3_of_96_kbit_and_a_cut(copy: np.ndarray, tmp_path: Path) -> None:
    decoded = recoded(copy, tmp_path / "copy.mp3", RATE, "MPEG_LAYER_III", "MP3", 0.75, range(94, 99))

    assert [find(decoded), find(decoded[11 * RATE + 77 : 41 * RATE])] == [NUMBER, NUMBER]


def test_it_is_found_after_opus_of_64_kbit_and_a_cut(copy: np.ndarray, tmp_path: Path) -> None:
    decoded = recoded(copy, tmp_path / "copy.opus", 48_000, "OPUS", "OGG", 0.9, range(54, 76))

    assert [find(decoded), find(decoded[11 * RATE + 77 : 41 * RATE])] == [NUMBER, NUMBER]


def test_nothing_is_found_with_another_key_or_in_sound_without_a_mark(plain: np.ndarray, copy: np.ndarray) -> None:
    rng = np.random.default_rng(4)
    keys = [rng.bytes(32) for _ in range(8)]
    noise = rng.normal(0, 0.1, (30 * RATE, 2)).astype(np.float32)

    assert [find(copy, key) for key in keys] == [None] * 8
    assert [find(each) for each in (plain, noise, np.zeros_like(noise), plain[:RATE])] == [None] * 4


def test_a_key_that_is_too_short_is_refused(plain: np.ndarray) -> None:
    with pytest.raises(ValueError, match="at least 16 bytes"):
        find(plain, b"short")
