"""Join pieces at a downbeat: 12 ms of cross-fade that end on it, without a dip in a tone that goes on.

Two pieces that were stretched apart have their tones in different phases, and would cancel each other in the fade. So
the last 60 ms of the piece that ends turn, tone by tone, into the phase of the piece that begins.
"""

import numpy as np

from ai.remix.sound.types import Audio, Floats

MARGIN = 4096
"""Frames that a piece has before its start and after its end, for the fade and for looking at phases."""
FADE = 529
"""Frames, 12 ms."""
TURN = 2646
"""Frames, 60 ms."""
WINDOW = 2048
HOP = 512


class Joiner:
    """Takes the pieces of one bus in order, each with MARGIN frames on both sides, and gives the joined audio."""

    def __init__(self, *, turns: bool) -> None:
        self._turns = turns
        """False for percussion, whose strokes would smear."""
        self._open: Audio | None = None

    def add(self, piece: Audio) -> Audio:
        """What is finished: all but the last MARGIN frames before the end of the piece."""
        body = piece[MARGIN : -2 * MARGIN]
        finished = body if self._open is None else np.concatenate([self._join(piece[: 2 * MARGIN]), body[MARGIN:]])
        self._open = piece[-2 * MARGIN :].copy()
        return finished

    def finish(self) -> Audio:
        """The last frames before the end, and MARGIN of what the recording does after it."""
        assert self._open is not None
        return self._open

    def _join(self, beginning: Audio) -> Audio:
        """Both are 2 * MARGIN frames with the seam in the middle."""
        assert self._open is not None
        ending = self._open
        if np.array_equal(ending, beginning):
            return beginning
        if self._turns:
            ending = turn_phases(ending, beginning)
        fade = slice(MARGIN - FADE, MARGIN)
        joined = np.concatenate([ending[:MARGIN], beginning[MARGIN:]])
        joined[fade] = cross_fade(ending[fade], beginning[fade])
        return joined


def cross_fade(ending: Audio, beginning: Audio) -> Audio:
    """Equal power, where the two differ; less where they are alike, so that a tone in phase does not swell."""
    angle = (np.arange(len(ending)) + 0.5) / len(ending) * (np.pi / 2)
    down, up = np.cos(angle), np.sin(angle)
    alike = _correlation(ending, beginning)
    scale = 1 / np.sqrt(1 + 2 * down * up * alike)
    faded = ending * (down * scale)[:, None] + beginning * (up * scale)[:, None]
    return np.asarray(faded, np.float32)


def _correlation(one: Audio, other: Audio) -> float:
    """From 0 to 1. Opposites count as unlike: nothing can be done about them here."""
    first, second = one.astype(np.float64), other.astype(np.float64)
    power = np.sqrt((first**2).sum() * (second**2).sum())
    return float(np.clip((first * second).sum() / power, 0, 1)) if power > 1e-12 else 0.0


def turn_phases(ending: Audio, beginning: Audio) -> Audio:
    """Lead the phases of the ending to those of the beginning, in the TURN frames before the fade."""
    middle = MARGIN - FADE // 2
    window = np.hanning(WINDOW + 1)[:WINDOW]
    angles = _angles_between(_spectrum(ending, middle, window), _spectrum(beginning, middle, window))
    change = np.zeros(ending.shape)
    for centre in range(middle - (TURN // HOP) * HOP, MARGIN + WINDOW // 2 + 1, HOP):
        part = min(1.0, 1 - (middle - centre) / TURN)
        turned = _spectrum(ending, centre, window) * (np.exp(1j * angles * part) - 1)[:, None]
        span = slice(centre - WINDOW // 2, centre + WINDOW // 2)
        change[span] += np.fft.irfft(turned, axis=0) * window[:, None]
    return np.asarray(ending + change / (1.5 * WINDOW / HOP / 4), np.float32)


def _spectrum(audio: Audio, centre: int, window: Floats) -> np.ndarray[tuple[int, int], np.dtype[np.complex128]]:
    return np.fft.rfft(audio[centre - WINDOW // 2 : centre + WINDOW // 2] * window[:, None], axis=0)


def _angles_between(
    ending: np.ndarray[tuple[int, int], np.dtype[np.complex128]],
    beginning: np.ndarray[tuple[int, int], np.dtype[np.complex128]],
) -> Floats:
    """One angle a tone: every bin takes that of the nearest peak of both, in both channels."""
    cross = (beginning * ending.conj()).sum(axis=1)
    height = np.abs(cross)
    inner = height[1:-1]
    peaks = np.flatnonzero((inner >= height[:-2]) & (inner > height[2:])) + 1
    if not len(peaks):
        return np.zeros(len(cross))
    borders = (peaks[1:] + peaks[:-1] + 1) // 2
    nearest = peaks[np.searchsorted(borders, np.arange(len(cross)), side="right")]
    return np.angle(cross[nearest])
