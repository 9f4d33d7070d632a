"""Find a copy again whose speed, tempo or key somebody changed: undo that, and look again.

Another speed changes tempo and key together, as a tape does. The watermark outlives it once it is undone to 0.2 %.
Another tempo or key alone is undone for the fingerprint, which forgives what is left of it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from ai.provenance import fingerprint, watermark
from ai.remix.sound.stretch import stretch
from ai.remix.source import SAMPLE_RATE

type Samples = NDArray[np.float32]

PIECE, SHORTER_PIECE = 60 * SAMPLE_RATE, 30 * SAMPLE_RATE
"""So much is enough, from the middle: for a watermark, and for a fingerprint."""
SPEEDS = sorted((step / 1000 for step in range(-60, 61, 4) if step), key=abs)
"""Of a whole: a watermark is found half a step away."""
CHANGES = [each for each in product((100, 91, 110, 83, 121), (0, -1, 1, -2, 2, -3, 3)) if each != (100, 0)]
"""Percent of the tempo, of which a fingerprint forgives five, and semitones."""


@dataclass(frozen=True)
class Undone:
    """The number that was found, and in words what had been done to the sound. `error` is the fingerprint's."""

    number: int
    change: str
    error: float | None = None


def read_piece(sound: Path) -> Samples:
    with soundfile.SoundFile(sound) as file:
        file.seek(max(0, (file.frames - PIECE) // 2))
        piece: Samples = file.read(PIECE, dtype="float32", always_2d=True)
    return piece


def find_watermark(piece: Samples, *, key: bytes) -> Undone | None:
    """The number in a piece that is played up to 6 % faster or slower."""
    for speed in SPEEDS:
        slowed = soxr.resample(piece, SAMPLE_RATE, SAMPLE_RATE * (1 + speed), quality="HQ")
        number = watermark.find(_blocks(slowed.astype(np.float32)), key=key)
        if number is not None:
            return Undone(number, f"about {abs(speed):.1%} {'faster' if speed > 0 else 'slower'}")
    return None


def find_fingerprint(piece: Samples, known: Sequence[tuple[int, bytes]], folder: Path) -> Undone | None:
    """The nearest of these in another tempo, up to a quarter, or key, up to three semitones."""
    for tempo, semitones in CHANGES:
        with TemporaryDirectory(dir=folder) as name:
            undone = Path(name) / "undone.flac"
            soundfile.write(undone, stretch(piece[:SHORTER_PIECE], tempo, semitones), SAMPLE_RATE, "PCM_16")
            match = fingerprint.closest(fingerprint.take(undone), known)
        if match:
            return Undone(match.number, _describe(tempo, semitones), match.error)
    return None


def _blocks(samples: Samples) -> Iterator[Samples]:
    for start in range(0, len(samples), watermark.BLOCK):
        yield samples[start : start + watermark.BLOCK]


def _describe(tempo: int, semitones: int) -> str:
    """What had been done, as far as the steps tell."""
    return ", ".join(["in another tempo"] * (tempo != 100) + [f"{-semitones:+} semitones"] * (semitones != 0))
