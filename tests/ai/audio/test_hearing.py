"""Tests of what a machine hears in a song whose tempo, beat, key and sections are known."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from ai.audio.exceptions import DecoderFailed
from ai.audio.hearing import Heard, hear
from ai.audio.hearing_process import OUTPUT_BYTES
from ai.audio.limited import PROJECT
from ai.audio.peaks import measure_peaks
from tests.ai.audio import songs


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Heard:
    answer = hear(list(songs.write_song(tmp_path_factory.mktemp("song")).items()))
    assert answer is not None
    return answer


def test_the_tempo_is_right_to_a_twentieth_of_a_beat(heard: Heard) -> None:
    assert abs(heard.bpm_milli - 112_000) <= 50
    assert heard.tempo_sure >= 3


def test_the_first_beat_is_the_one_on_which_the_bass_drum_falls(heard: Heard) -> None:
    assert abs(heard.first_beat_frame / songs.RATE - songs.FIRST_BEAT) < 0.03
    assert heard.beat_sure >= 2


def test_the_key_comes_with_its_relative(heard: Heard) -> None:
    assert (sorted(heard.keys), heard.key_sure <= 3) == (["a-minor", "c-major"], True)


def test_sections_follow_each_other_from_the_first_bar_to_the_last(heard: Heard) -> None:
    ends = [section.first_bar + section.bars for section in heard.sections]

    assert [section.first_bar for section in heard.sections] == [0, *ends[:-1]]
    assert ends[-1] == songs.BARS


def test_silence_has_no_beat(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "silence.flac", np.zeros(songs.RATE * 12, np.float32), songs.RATE, "PCM_16")

    assert hear([("master", tmp_path / "silence.flac")]) is None


def test_the_process_that_listens_writes_no_large_file(tmp_path: Path) -> None:
    script = f"""
from ai.audio import hearing_process
hearing_process.hear_files = lambda files: open({str(tmp_path / "large")!r}, "wb").write(bytes(64 * 1024**2))
hearing_process.main()
"""

    done = subprocess.run(
        [sys.executable, "-c", script], input="[]", capture_output=True, text=True, cwd=PROJECT, check=False
    )

    assert (done.returncode != 0, (tmp_path / "large").stat().st_size) == (True, OUTPUT_BYTES)


def test_a_file_that_is_not_there_is_a_failure_and_no_answer(tmp_path: Path) -> None:
    with pytest.raises(DecoderFailed):
        hear([("master", tmp_path / "nothing.flac")])


def test_peaks_are_the_loudest_samples_of_each_twentieth_of_a_second(tmp_path: Path) -> None:
    signal = np.zeros((songs.RATE, 2), np.float32)
    signal[2205 * 3 + 7, 1] = -0.5
    soundfile.write(tmp_path / "one.flac", signal, songs.RATE, "PCM_24")

    assert list(measure_peaks(tmp_path / "one.flac")) == [0, 0, 0, 128, *[0] * 16]
