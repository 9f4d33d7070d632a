"""Rooms and colours over the whole mix. Each takes a stream in blocks of any size and gives back as much."""

import math
from collections.abc import Callable
from typing import Protocol

import numpy as np

from ai.remix.envelope import Colour, Room
from ai.remix.recipe import Recipe
from ai.remix.sound import kernels
from ai.remix.sound.filters import Filter, bell, high_pass, high_shelf, low_pass, low_shelf
from ai.remix.sound.types import Audio
from ai.remix.source import SAMPLE_RATE, Source, divide_rounded


class Effect(Protocol):
    def apply(self, audio: Audio) -> Audio: ...


class Warm:
    """Fuller below, softer above."""

    def __init__(self) -> None:
        self._filter = Filter(low_shelf(220, 2.5), bell(3_200, -1.5), high_shelf(6_500, -5))

    def apply(self, audio: Audio) -> Audio:
        return self._filter.apply(audio)


class Radio:
    """As from a small speaker: narrow, and nearly in one channel."""

    def __init__(self) -> None:
        self._filter = Filter(high_pass(320), high_pass(320), bell(1_600, 4), low_pass(3_600), low_pass(3_600))

    def apply(self, audio: Audio) -> Audio:
        middle = audio.mean(axis=1, keepdims=True, dtype=np.float32)
        return self._filter.apply(middle + np.float32(0.2) * (audio - middle))


class Echo:
    """Repeats after three quarters of a beat, from side to side and duller each time."""

    FEEDBACK, LEVEL = 0.38, 0.3

    def __init__(self, delay: int) -> None:
        self._line = np.zeros((delay, 2), np.float32)
        self._position = np.zeros(1, np.int64)
        self._filter = Filter(high_pass(250), low_pass(4_500))

    def apply(self, audio: Audio) -> Audio:
        dull = self._filter.apply(audio.copy())
        wet = dull.copy()
        kernels.add_echo(wet, self._line, self._position, self.FEEDBACK, self.LEVEL)
        audio += wet - dull
        return audio


class Reverb:
    """Convolution with a response of seeded noise that fades, overlap-added."""

    BLOCK = 65_536

    def __init__(self, room: "RoomShape") -> None:
        response = _response(room)
        self._size = _next_smooth(self.BLOCK + len(response) - 1)
        self._spectrum = np.fft.rfft(response, self._size, axis=0)
        self._ringing = np.zeros((self._size, 2), np.float32)

    def apply(self, audio: Audio) -> Audio:
        return np.concatenate([self._apply(block) for block in _split(audio, self.BLOCK)])

    def _apply(self, block: Audio) -> Audio:
        wet = np.fft.irfft(np.fft.rfft(block, self._size, axis=0) * self._spectrum, self._size, axis=0)
        self._ringing += wet
        result = block + self._ringing[: len(block)]
        self._ringing = np.concatenate([self._ringing[len(block) :], np.zeros((len(block), 2), np.float32)])
        return result


class RoomShape:
    def __init__(self, *, seconds: float, before: float, decibels: float, dull: float, seed: int) -> None:
        self.frames = int(seconds * SAMPLE_RATE)
        """Until it has faded by 60 dB."""
        self.frames_before = int(before * SAMPLE_RATE)
        """Until the first reflection."""
        self.level = 10 ** (decibels / 20)
        self.dull = dull
        """Above this frequency it fades sooner."""
        self.seed = seed


def _response(room: RoomShape) -> Audio:
    noise = np.random.Generator(np.random.PCG64(room.seed)).standard_normal((room.frames, 2))
    fading = 10 ** (-3 * np.arange(room.frames) / room.frames)
    bright = (noise * (fading**2)[:, None]).astype(np.float32)
    dark = (noise * fading[:, None]).astype(np.float32)
    low = Filter(high_pass(180), low_pass(room.dull)).apply(dark)
    high = Filter(high_pass(room.dull), low_pass(9_000)).apply(bright)
    joined = low + high
    joined *= np.float32(room.level / math.sqrt(float((joined.astype(np.float64) ** 2).sum()) / 2))
    return np.concatenate([np.zeros((room.frames_before, 2), np.float32), joined])


def _split(audio: Audio, size: int) -> list[Audio]:
    return [audio[start : start + size] for start in range(0, len(audio), size)]


def _next_smooth(number: int) -> int:
    """The next length of 2 * 2^a * 3^b, which is fast to transform."""
    lengths = (2 * (1 << a) * (1, 3, 9, 27, 81)[b] for b in range(5) for a in range(30))
    return min(length for length in lengths if length >= number)


def _hall() -> Effect:
    return Reverb(RoomShape(seconds=2.2, before=0.022, decibels=-9, dull=2_600, seed=71))


def _kitchen() -> Effect:
    return Reverb(RoomShape(seconds=0.45, before=0.006, decibels=-9.5, dull=5_200, seed=72))


ROOMS: dict[Room, Callable[[], Effect]] = {"hall": _hall, "kitchen": _kitchen}
COLOURS: dict[Colour, Callable[[], Effect]] = {"warm": Warm, "radio": Radio}


def effects_of(source: Source, recipe: Recipe) -> list[Effect]:
    """The colour first: a radio plays in the room."""
    found: list[Effect] = []
    if recipe.colour == "echo":
        beat_times_three = 3 * source.frames_of_bar_times_bpm * 100
        found.append(
            Echo(divide_rounded(beat_times_three, 4 * source.beats_per_bar * source.bpm_milli * recipe.tempo_percent))
        )
    elif recipe.colour != "none":
        found.append(COLOURS[recipe.colour]())
    if recipe.room != "none":
        found.append(ROOMS[recipe.room]())
    return found
