"""Make the sound of one note or one stroke: samples that begin and end at zero, so that no edge clicks."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from ai.remix.source import SAMPLE_RATE

type Samples = NDArray[np.float32]
type Level = NDArray[Any] | float

HIGHEST = 15_000.0
KEPT_NOTES = 400


def hertz(pitch: float) -> float:
    return float(440 * 2 ** ((pitch - 69) / 12))


def times(seconds: float) -> Samples:
    return (np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE).astype(np.float32)


def fade(samples: Samples, rise: float, fall: float) -> Samples:
    """Raise the beginning from zero and let the end fall to zero, each within this many seconds."""
    up, down = (min(int(part * SAMPLE_RATE), len(samples) // 2) for part in (rise, fall))
    samples[:up] *= 0.5 - 0.5 * np.cos(np.pi * np.arange(up, dtype=np.float32) / up)
    samples[len(samples) - down :] *= 0.5 + 0.5 * np.cos(np.pi * np.arange(1, down + 1, dtype=np.float32) / down)
    return samples


def add_harmonics(turn: Samples, levels: list[Level]) -> Samples:
    """The sum of sin(k * turn) times the k-th level. Each sine follows from the two before it."""
    twice, before, now = 2 * np.cos(turn), np.zeros_like(turn), np.sin(turn)
    total = now * levels[0]
    for level in levels[1:]:
        before, now = now, twice * now - before
        total += now * level
    return total.astype(np.float32)


@lru_cache(KEPT_NOTES)
def bass(pitch: int, seconds: float) -> Samples:
    """A plucked string: its higher harmonics fade sooner."""
    time = times(seconds + 0.05)
    levels: list[Level] = [np.exp(-time * (0.9 + 0.8 * k)) / k**1.15 for k in range(1, 13)]
    return fade(add_harmonics(2 * np.pi * hertz(pitch) * time, levels), 0.006, 0.05)


@lru_cache(KEPT_NOTES)
def keys(pitch: int, seconds: float) -> Samples:
    """An electric piano: one sine bends another, and a bell sounds at the stroke."""
    time, base = times(seconds + 0.25), hertz(pitch)
    bend = 1.1 * np.exp(-2.2 * time) * np.sin(2 * np.pi * base * time)
    bell = 0.12 * np.exp(-9 * time) * np.sin(2 * np.pi * base * 7 * time) if base * 7 < HIGHEST else 0
    tone = np.sin(2 * np.pi * base * time + bend) * np.exp(-0.9 * time) + bell
    return fade(tone.astype(np.float32), 0.004, 0.25)


@lru_cache(KEPT_NOTES)
def pad(pitch: int, seconds: float, cents: float) -> Samples:
    """A slow string sound, a little out of tune: two of them, left and right, sound wide."""
    time, base = times(seconds + 0.5), hertz(pitch + cents / 100)
    breath = 1 + 0.15 * np.sin(2 * np.pi * 0.31 * time + cents)
    levels: list[Level] = [
        breath ** (1 + k / 4) / (k**1.5 * (1 + (k * base / 1800) ** 2)) for k in range(1, min(16, int(5000 / base)) + 1)
    ]
    return fade(add_harmonics(2 * np.pi * base * time, levels), 0.28, 0.5)


@lru_cache(KEPT_NOTES)
def pluck(pitch: int, seconds: float) -> Samples:
    """A short bright string."""
    time, base = times(seconds + 0.3), hertz(pitch)
    count = min(14, int(HIGHEST / base))
    levels: list[Level] = [np.exp(-time * np.float32(2.5 + 1.7 * k)) / np.float32(k) for k in range(1, count + 1)]
    return fade(add_harmonics(2 * np.pi * base * time, levels), 0.003, 0.2)


def noise(number: int, seconds: float, low: float, high: float) -> Samples:
    """White noise between two frequencies; the same number gives the same noise."""
    white = np.random.default_rng(number).standard_normal(int(seconds * SAMPLE_RATE))
    band = signal.butter(2, (low, high), "bandpass", fs=SAMPLE_RATE, output="sos")
    return np.asarray(signal.sosfilt(band, white), np.float32)


def decay(seconds: float, half: float) -> Samples:
    return np.exp2(-times(seconds) / np.float32(half))


def _kick(take: int) -> Samples:
    time = times(0.4)
    turn = 2 * np.pi * (48 * time + 2.6 * (1 - np.exp(-time * 32)))
    return np.sin(turn) * decay(0.4, 0.07) + 0.08 * noise(take, 0.4, 1500, 6000) * decay(0.4, 0.004)


def _snare(take: int) -> Samples:
    time = times(0.3)
    drum = np.sin(2 * np.pi * 187 * time) + 0.6 * np.sin(2 * np.pi * 331 * time)
    return 0.5 * drum * decay(0.3, 0.03) + 0.55 * noise(take, 0.3, 900, 9000) * decay(0.3, 0.045)


def _tom(take: int) -> Samples:
    time = times(0.45)
    turn = 2 * np.pi * ((92 + 9 * take) * time + 1.2 * (1 - np.exp(-time * 20)))
    return np.sin(turn) * decay(0.45, 0.08) + 0.1 * noise(take, 0.45, 500, 4000) * decay(0.45, 0.01)


def _rim(take: int) -> Samples:
    time = times(0.12)
    wood = np.sin(2 * np.pi * 810 * time) + 0.5 * np.sin(2 * np.pi * 1730 * time)
    return 0.6 * wood * decay(0.12, 0.012) + 0.2 * noise(take, 0.12, 1500, 8000) * decay(0.12, 0.008)


def _brush(take: int) -> Samples:
    return 0.7 * noise(take, 0.35, 1200, 8000) * decay(0.35, 0.06)


def _shaker(take: int) -> Samples:
    return 0.35 * noise(take, 0.11, 4500, 12_000) * decay(0.11, 0.022)


def _hat(take: int) -> Samples:
    return 0.45 * noise(take, 0.12, 6500, 15_000) * decay(0.12, 0.016)


def _open(take: int) -> Samples:
    return 0.4 * noise(take, 0.5, 6000, 15_000) * decay(0.5, 0.09)


def _crash(take: int) -> Samples:
    return 0.5 * noise(take, 2.4, 2500, 14_000) * decay(2.4, 0.4)


STROKES: dict[str, tuple[Callable[[int], Samples], float, float]] = {
    "kick": (_kick, 0.0, 1.0),
    "snare": (_snare, 0.05, 0.75),
    "tom": (_tom, -0.35, 0.7),
    "rim": (_rim, -0.2, 0.45),
    "brush": (_brush, 0.15, 0.5),
    "shaker": (_shaker, 0.45, 0.4),
    "hat": (_hat, 0.35, 0.4),
    "open": (_open, 0.35, 0.4),
    "crash": (_crash, -0.4, 0.45),
}
"""What plays it, where it stands (-1 is left, 1 is right), and how loud it is."""


@lru_cache(KEPT_NOTES)
def stroke(name: str, take: int) -> Samples:
    """One stroke; takes differ a little, as those of a drummer do."""
    played = STROKES[name][0](take)
    return fade(np.asarray(played, np.float32), 0.0015, 0.03)
