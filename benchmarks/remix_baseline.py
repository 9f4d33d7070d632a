"""The same chain as others would build it: librosa in memory, and the command line program of Rubber Band.

Each stem is stretched and shifted whole, then mixed, brought to one loudness by a plain gain, and written as FLAC and
MP3. Rubber Band is measured where its program is installed (on Debian: rubberband-cli). Nothing of it is linked here.
"""

import resource
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import librosa
import numpy as np
import soundfile
from numpy.typing import NDArray
from remix_dataset import Song

from ai.remix.source import SAMPLE_RATE

TEMPO, SEMITONES = 1.1, 1
GAIN = 0.9
type Samples = NDArray[np.float32]


def measure(song: Song, folder: Path) -> dict[str, float]:
    """CPU seconds by the name of the side."""
    sides: dict[str, Callable[[], None]] = {"librosa": lambda: _master(_by_librosa(song), folder)}
    if shutil.which("rubberband"):
        sides["rubberband"] = lambda: _master(_by_rubberband(song, folder), folder)
    else:
        print("  the same on rubberband: not measured, its program is not installed")
    return {name: _timed(side) for name, side in sides.items()}


def _by_librosa(song: Song) -> Iterator[Samples]:
    for role, audio in _read_stems(song):
        stretched = librosa.effects.time_stretch(audio.T, rate=TEMPO)
        if role != "drums":
            stretched = librosa.effects.pitch_shift(stretched, sr=SAMPLE_RATE, n_steps=SEMITONES)
        yield stretched.T


def _by_rubberband(song: Song, folder: Path) -> Iterator[Samples]:
    for role, audio in _read_stems(song):
        before, after = folder / "before.wav", folder / "after.wav"
        soundfile.write(before, audio, SAMPLE_RATE, "FLOAT")
        shift = ["--pitch", str(SEMITONES)] if role != "drums" else []
        command = ["rubberband", "--quiet", "--tempo", str(TEMPO), *shift, str(before), str(after)]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own words
        yield soundfile.read(after, dtype="float32", always_2d=True)[0]


def _read_stems(song: Song) -> Iterator[tuple[str, Samples]]:
    for stem in song.source.stems:
        yield stem.role, soundfile.read(song.stems[stem.sha256], dtype="float32", always_2d=True)[0]


def _master(stems: Iterator[Samples], folder: Path) -> None:
    mixed = next(stems)
    for stem in stems:
        length = min(len(mixed), len(stem))
        mixed = mixed[:length] + stem[:length]
    mixed *= GAIN / np.abs(mixed).max()
    soundfile.write(folder / "theirs.flac", mixed, SAMPLE_RATE, "PCM_24")
    soundfile.write(folder / "theirs.mp3", mixed, SAMPLE_RATE, "MPEG_LAYER_III", format="MP3")


def _timed(side: Callable[[], None]) -> float:
    """Of this process and of the programs that it starts."""
    before = _cpu_seconds()
    side()
    return _cpu_seconds() - before


def _cpu_seconds() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime
