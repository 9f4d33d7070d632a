"""Measure loudness as ITU-R BS.1770 does: weighted, in steps of 100 ms, gated."""

import math

import numpy as np

from ai.remix.sound import kernels
from ai.remix.sound.types import Audio, Floats
from ai.remix.source import SAMPLE_RATE

STEP = SAMPLE_RATE // 10
STEPS_OF_BLOCK = 4
SILENCE = -70.0
"""LUFS. Blocks that are quieter do not count, and a recording without louder ones is silent."""
OFFSET = -0.691


def weighting() -> Floats:
    """The two biquads of K-weighting at our sample rate: a shelf for the head, a high-pass."""
    # The analogue prototypes behind the tables of BS.1770, which are written for 48 kHz.
    shelf_gain, shelf_q, shelf_frequency = 3.999843853973347, 0.7071752369554196, 1681.974450955533
    ratio, height = math.tan(math.pi * shelf_frequency / SAMPLE_RATE), 10 ** (shelf_gain / 20)
    middle = height**0.4996667741545416
    scale = 1 + ratio / shelf_q + ratio**2
    shelf = [
        (height + middle * ratio / shelf_q + ratio**2) / scale,
        2 * (ratio**2 - height) / scale,
        (height - middle * ratio / shelf_q + ratio**2) / scale,
        2 * (ratio**2 - 1) / scale,
        (1 - ratio / shelf_q + ratio**2) / scale,
    ]
    pass_q, pass_frequency = 0.5003270373238773, 38.13547087602444
    ratio = math.tan(math.pi * pass_frequency / SAMPLE_RATE)
    scale = 1 + ratio / pass_q + ratio**2
    high_pass = [1.0, -2.0, 1.0, 2 * (ratio**2 - 1) / scale, (1 - ratio / pass_q + ratio**2) / scale]
    return np.array([shelf, high_pass])


class Meter:
    """Takes audio in blocks of any size."""

    def __init__(self) -> None:
        self._weighting = weighting()
        self._state = np.zeros((2, 4))
        self._energies = np.zeros(1024)
        self._frames = 0

    def add(self, audio: Audio) -> None:
        steps = (self._frames + len(audio)) // STEP + 1
        if steps > len(self._energies):
            self._energies = np.concatenate([self._energies, np.zeros(steps)])
        kernels.add_energies(audio, self._weighting, self._state, self._energies, self._frames, STEP)
        self._frames += len(audio)

    @property
    def energies(self) -> Floats:
        """The mean weighted energy of both channels together, one for each whole step."""
        return self._energies[: self._frames // STEP] / STEP

    @property
    def lufs(self) -> float:
        return integrate(self.energies)


def integrate(energies: Floats) -> float:
    """The gated loudness of steps, in LUFS; -inf for silence and for less than a block."""
    if len(energies) < STEPS_OF_BLOCK:
        return -math.inf
    sums = np.cumsum(np.concatenate([[0.0], energies]))
    blocks = (sums[STEPS_OF_BLOCK:] - sums[:-STEPS_OF_BLOCK]) / STEPS_OF_BLOCK
    blocks = blocks[blocks > _energy_of(SILENCE)]
    if not len(blocks):
        return -math.inf
    return _loudness_of(float(blocks[blocks > blocks.mean() / 10].mean()))


def _energy_of(lufs: float) -> float:
    return float(10 ** ((lufs - OFFSET) / 10))


def _loudness_of(energy: float) -> float:
    return OFFSET + 10 * math.log10(energy)
