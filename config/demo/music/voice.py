"""Sing: harmonics at the pitch of a melody, shaped by the resonances of vowels, with vibrato, glides and consonants."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, signal

from ai.remix.source import SAMPLE_RATE
from config.demo.music.instruments import Level, add_harmonics, fade, noise
from config.demo.music.score import Song, Syllable

type Samples = NDArray[np.float32]
type Curve = NDArray[np.float64]

STEP = 64
"""Samples between two points of a curve."""
RATE = SAMPLE_RATE / STEP
HIGHEST = 9_000.0
VOWELS = {
    "a": (850, 1220, 2810, 3800),
    "e": (610, 1950, 2750, 3800),
    "i": (340, 2450, 3100, 3900),
    "o": (470, 920, 2650, 3700),
    "u": (380, 850, 2600, 3600),
}
"""Resonances in hertz, of a woman's voice."""
LEVELS, WIDTHS = (1.0, 0.5, 0.28, 0.16), (110, 130, 190, 260)
NOISES = {
    "s": (0.10, 5000, 11_000, 0.9),
    "h": (0.09, 700, 5000, 0.35),
    "t": (0.04, 2500, 9000, 0.9),
    "k": (0.045, 1300, 5000, 0.8),
    "v": (0.06, 900, 6000, 0.25),
}
"""Consonants that are noise: seconds, lowest and highest frequency, and how loud."""
HUMS = {"m": 0.09, "n": 0.08, "l": 0.07, "r": 0.05, "w": 0.08, "d": 0.04}
"""Consonants that are sung: for so many seconds the mouth is closed."""
VIBRATO_HERTZ, VIBRATO_CENTS, VIBRATO_AFTER = 5.4, 32, 0.28
BREATH_SECONDS = 0.28


@dataclass(frozen=True)
class Singer:
    """`shift` is in degrees of the scale above the melody; `cents` out of tune, `late` in seconds."""

    seed: int
    shift: int = 0
    cents: float = 0.0
    late: float = 0.0
    harmonics: int = 30


def phrases(syllables: Iterable[Syllable]) -> Iterator[list[Syllable]]:
    """Groups of syllables that follow each other without a rest."""
    phrase: list[Syllable] = []
    for syllable in syllables:
        if phrase and syllable.at > phrase[-1].at + phrase[-1].beats + 0.01:
            yield phrase
            phrase = []
        phrase.append(syllable)
    if phrase:
        yield phrase


def sing(song: Song, phrase: list[Syllable], singer: Singer) -> tuple[float, Samples]:
    """When the phrase begins, in seconds, and its sound, which begins with a breath."""
    random = np.random.default_rng((song.seed, singer.seed, int(phrase[0].at * 4)))
    starts = np.array([song.seconds_at(one.at) for one in phrase])
    end = song.seconds_at(phrase[-1].at + phrase[-1].beats)
    begin = starts[0] - BREATH_SECONDS
    count = int((end - begin + 0.3) * RATE)
    clock = begin + np.arange(count) / RATE
    pitch = _pitch_curve(phrase, starts, clock, random) + singer.cents / 100
    loud = _loudness_curve(phrase, starts, end, clock)
    base = 440 * 2 ** ((pitch - 69) / 12)
    sound = _voice(base, loud, _formants(phrase, starts, clock, base), singer.harmonics)
    sound += _breath(loud, clock - begin, random)
    for syllable, start in zip(phrase, starts, strict=True):
        _add_consonant(sound, syllable, start - begin, random)
    return begin + singer.late, fade(sound, 0.02, 0.05)


def _hold(values: Curve, starts: Curve, clock: Curve) -> Curve:
    """The value of the syllable that is sung at each point."""
    return values[np.clip(np.searchsorted(starts, clock, side="right") - 1, 0, len(starts) - 1)]


def _pitch_curve(phrase: list[Syllable], starts: Curve, clock: Curve, random: np.random.Generator) -> Curve:
    """Glides from note to note, a scoop into the first one, a vibrato that grows, and a little drift."""
    target = _hold(np.array([one.pitch for one in phrase], float), starts, clock)
    glided = ndimage.gaussian_filter1d(target, 0.028 * RATE)
    since = clock - _hold(starts, starts, clock)
    depth = VIBRATO_CENTS / 100 * np.clip((since - VIBRATO_AFTER) / 0.4, 0, 1)
    depth = ndimage.gaussian_filter1d(depth, 0.02 * RATE)
    rate = VIBRATO_HERTZ * (1 + 0.05 * random.standard_normal())
    drift = 0.8 * ndimage.gaussian_filter1d(random.standard_normal(len(clock)), 0.12 * RATE, mode="nearest")
    scoop = -0.8 * np.exp(-np.clip(clock - starts[0], 0, None) / 0.05)
    return np.asarray(glided + depth * np.sin(2 * np.pi * rate * clock) + drift + scoop)


def _loudness_curve(phrase: list[Syllable], starts: Curve, end: float, clock: Curve) -> Curve:
    """From 0 to 1: each syllable swells a little, a closed mouth is soft, and the phrase ends gently."""
    loud = ((clock >= starts[0]) & (clock < end - 0.06)).astype(float)
    for syllable, start in zip(phrase, starts, strict=True):
        if syllable.consonant in HUMS:
            loud[(clock >= start - HUMS[syllable.consonant] / 2) & (clock < start + HUMS[syllable.consonant] / 2)] = 0.3
        elif syllable.consonant:
            length = NOISES[syllable.consonant][0]
            loud[(clock >= start - length) & (clock < start)] = 0
        else:
            loud[(clock >= start - 0.02) & (clock < start + 0.01)] *= 0.75
    since = clock - _hold(starts, starts, clock)
    swell = 0.82 + 0.18 * np.clip(since / 0.25, 0, 1) - 0.1 * np.clip((since - 0.8) / 1.5, 0, 1)
    return np.asarray(ndimage.gaussian_filter1d(loud * swell, 0.014 * RATE))


def _formants(phrase: list[Syllable], starts: Curve, clock: Curve, base: Curve) -> list[Curve]:
    """The four resonances at each point. The lowest never lies below the sung note, as singers open their mouth."""
    curves = []
    for number in range(4):
        vowels = np.array([VOWELS[one.vowel][number] for one in phrase], float)
        curves.append(ndimage.gaussian_filter1d(_hold(vowels, starts, clock), 0.03 * RATE))
    curves[0] = np.maximum(curves[0], base * 1.02)
    return curves


def _voice(base: Curve, loud: Curve, formants: list[Curve], most: int) -> Samples:
    """The sum of harmonics, each as loud as the resonances let it through."""
    turn = np.cumsum(_stretch(2 * np.pi * base / SAMPLE_RATE), dtype=np.float64) % (2 * np.pi)
    count = int(min(most, HIGHEST / np.median(base)))
    bright = 0.6 + 0.4 * loud
    levels: list[Level] = []
    for k in range(1, count + 1):
        at = k * base
        heard = sum(
            level / np.sqrt(1 + ((at - formant) / width) ** 2)
            for level, width, formant in zip(LEVELS, WIDTHS, formants, strict=True)
        )
        slope = k ** (-0.75 / bright)
        levels.append(_stretch(loud * heard * slope * (at < HIGHEST)))
    return add_harmonics(turn.astype(np.float32), levels)


def _stretch(curve: Curve) -> Samples:
    """A point for each sample, on straight lines between those of the curve."""
    points = curve.astype(np.float32)[:, None]
    steps = np.diff(points, axis=0, append=points[-1:])
    ramp = np.arange(STEP, dtype=np.float32) / np.float32(STEP)
    return np.asarray((points + steps * ramp).ravel(), np.float32)


def _breath(loud: Curve, since: Curve, random: np.random.Generator) -> Samples:
    """Air: drawn in before the phrase, and a little of it all the time."""
    drawn = 0.05 * np.exp(-(((since - 0.12) / 0.06) ** 2))
    air = noise(int(random.integers(1 << 30)), (len(loud) * STEP + 1) / SAMPLE_RATE, 1200, 7000)
    return air[: len(loud) * STEP] * _stretch(drawn + 0.012 * loud)


def _add_consonant(sound: Samples, syllable: Syllable, at: float, random: np.random.Generator) -> None:
    """The noise of a consonant, which ends where its vowel begins."""
    if syllable.consonant not in NOISES:
        return
    seconds, low, high, level = NOISES[syllable.consonant]
    burst = 0.22 * level * noise(int(random.integers(1 << 30)), seconds, low, high)
    hard = syllable.consonant in "tk"
    burst = fade(burst, 0.004 if hard else seconds * 0.4, seconds * 0.5)
    start = max(int((at - seconds * 0.8) * SAMPLE_RATE), 0)
    sound[start : start + len(burst)] += burst[: len(sound) - start]


def space(seconds: float, seed: int) -> NDArray[np.float32]:
    """The echo of a room as an impulse response of two channels."""
    random = np.random.default_rng(seed)
    time = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    tail = random.standard_normal((len(time), 2)) * np.exp(-6.9 * time / seconds)[:, None]
    low = signal.butter(1, 4500, fs=SAMPLE_RATE, output="sos")
    heard = signal.sosfilt(low, tail, axis=0)
    heard[: int(0.012 * SAMPLE_RATE)] = 0
    return np.asarray(heard / np.sqrt((heard**2).sum(axis=0)), np.float32)
