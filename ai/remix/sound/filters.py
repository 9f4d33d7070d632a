"""Biquads by the Audio EQ Cookbook, each a row (b0, b1, b2, a1, a2) for the kernels."""

import math

import numpy as np

from ai.remix.sound import kernels
from ai.remix.sound.types import Audio
from ai.remix.source import SAMPLE_RATE

type Biquad = tuple[float, float, float, float, float]


def high_pass(frequency: float, q: float = math.sqrt(0.5)) -> Biquad:
    cosine, alpha = _angle(frequency, q)
    return _scaled(((1 + cosine) / 2, -1 - cosine, (1 + cosine) / 2), (1 + alpha, -2 * cosine, 1 - alpha))


def low_pass(frequency: float, q: float = math.sqrt(0.5)) -> Biquad:
    cosine, alpha = _angle(frequency, q)
    return _scaled(((1 - cosine) / 2, 1 - cosine, (1 - cosine) / 2), (1 + alpha, -2 * cosine, 1 - alpha))


def bell(frequency: float, decibels: float, q: float = 0.8) -> Biquad:
    cosine, alpha = _angle(frequency, q)
    height = 10 ** (decibels / 40)
    return _scaled(
        (1 + alpha * height, -2 * cosine, 1 - alpha * height), (1 + alpha / height, -2 * cosine, 1 - alpha / height)
    )


def low_shelf(frequency: float, decibels: float) -> Biquad:
    return _shelf(frequency, decibels, 1)


def high_shelf(frequency: float, decibels: float) -> Biquad:
    return _shelf(frequency, decibels, -1)


def _shelf(frequency: float, decibels: float, side: int) -> Biquad:
    cosine, alpha = _angle(frequency, math.sqrt(0.5))
    cosine *= side
    height = 10 ** (decibels / 40)
    root = 2 * math.sqrt(height) * alpha
    above, below = height + 1, height - 1
    return _scaled(
        (
            height * (above - below * cosine + root),
            side * 2 * height * (below - above * cosine),
            height * (above - below * cosine - root),
        ),
        (above + below * cosine + root, side * -2 * (below + above * cosine), above + below * cosine - root),
    )


def _angle(frequency: float, q: float) -> tuple[float, float]:
    angle = 2 * math.pi * frequency / SAMPLE_RATE
    return math.cos(angle), math.sin(angle) / (2 * q)


def _scaled(b: tuple[float, float, float], a: tuple[float, float, float]) -> Biquad:
    return (b[0] / a[0], b[1] / a[0], b[2] / a[0], a[1] / a[0], a[2] / a[0])


class Filter:
    """Biquads one after the other, over a stream."""

    def __init__(self, *biquads: Biquad) -> None:
        self._coefficients = np.array(biquads)
        self._state = np.zeros((len(biquads), 2, 2))

    def apply(self, audio: Audio) -> Audio:
        kernels.filter_biquads(audio, self._coefficients, self._state)
        return audio
