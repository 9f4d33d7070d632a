"""Set the loudness of a mix, limit it, and write it as FLAC."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from ai.remix.render_request import PEAK_COLUMNS, RenderFailed
from ai.remix.sound import kernels
from ai.remix.sound.limiter import Limiter, PeakFinder
from ai.remix.sound.loudness import Meter
from ai.remix.sound.types import Audio, Integers
from ai.remix.source import SAMPLE_RATE

TARGET_LUFS = -14.0
NEAR_ENOUGH = 0.3
MAX_PASSES = 3
MAX_GAIN_DB = 40.0
CEILING_DB = -1.7
"""-1.5 is promised. A watermark moves a peak by about 0.1."""
BLOCK = 65_536


@dataclass(frozen=True, slots=True)
class Mastered:
    frames: int
    lufs: float
    true_peak: float
    peaks: bytes


def gain_for(lufs: float) -> float:
    """The decibels that bring this loudness to the target; 0 for silence."""
    return round(min(TARGET_LUFS - lufs, MAX_GAIN_DB), 2) if math.isfinite(lufs) else 0.0


def master(mixed: Path, path: Path, gain: float, *, seed: int, may_repeat: bool) -> Mastered:
    """Write `path` from the raw mix. Limiting makes it quieter, so the gain is raised until it is near enough."""
    for _ in range(MAX_PASSES if may_repeat else 1):
        mastered = _write(mixed, path, gain, seed)
        if not math.isfinite(mastered.lufs) or abs(mastered.lufs - TARGET_LUFS) <= NEAR_ENOUGH:
            break
        gain = min(gain + TARGET_LUFS - mastered.lufs, MAX_GAIN_DB)
    return mastered


def _write(mixed: Path, path: Path, gain: float, seed: int) -> Mastered:
    meter, finder, columns = Meter(), PeakFinder(), Columns(mixed.stat().st_size // 8)
    position = 0
    with soundfile.SoundFile(path, "w", SAMPLE_RATE, 2, "PCM_24", format="FLAC") as file:
        for block in _limited(mixed, np.float32(10 ** (gain / 20))):
            meter.add(block)
            finder.keep_highest(block)
            columns.add(block, position)
            samples: Integers = np.empty(block.shape, np.int32)
            kernels.quantize(block, np.uint64(seed), position, samples)
            file.write(samples)
            position += len(block)
    if soundfile.info(path).frames != position:
        raise RenderFailed("disk_full")
    finder.keep_highest(np.zeros((PeakFinder.LATE, 2), np.float32))
    return Mastered(position, meter.lufs, 20 * math.log10(max(finder.highest, 1e-10)), columns.to_bytes())


def _limited(mixed: Path, factor: np.float32) -> Iterator[Audio]:
    """As many frames as the mix has: what the limiter is late by is dropped at the start."""
    limiter, late = Limiter(CEILING_DB), Limiter.LATE
    with mixed.open("rb") as file:
        while len(block := np.fromfile(file, np.float32, 2 * BLOCK).reshape(-1, 2)):
            limited = limiter.limit(block * factor)
            yield limited[late:]
            late = max(0, late - len(limited))
    yield limiter.limit(np.zeros((Limiter.LATE, 2), np.float32))[late:]


class Columns:
    """The highest sample in each of PEAK_COLUMNS parts, for a waveform."""

    def __init__(self, frames: int) -> None:
        self._edges = np.arange(PEAK_COLUMNS + 1) * frames // PEAK_COLUMNS
        self._highest = np.zeros(PEAK_COLUMNS, np.float32)

    def add(self, block: Audio, position: int) -> None:
        if not len(block):
            return
        columns = np.searchsorted(self._edges, position + np.arange(len(block)), side="right") - 1
        starts = np.flatnonzero(np.diff(columns, prepend=-1))
        highest = np.maximum.reduceat(np.abs(block).max(axis=1), starts)
        self._highest[columns[starts]] = np.maximum(self._highest[columns[starts]], highest)

    def to_bytes(self) -> bytes:
        return np.ceil(np.clip(self._highest, 0, 1) * 255).astype(np.uint8).tobytes()
