"""Hold the true peak under a ceiling: four times oversampled, looking ahead, without a jump in the gain."""

import numpy as np

from ai.remix.sound import kernels
from ai.remix.sound.types import Audio
from ai.remix.source import SAMPLE_RATE

OVERSAMPLING = 4
TAPS = 24
RECOVERY_SECONDS = 0.06
MARGIN_DB = 0.25
"""A gain that changes between two samples can raise a peak again, and filters this short miss a little."""


def _phases() -> Audio:
    """The three filters that find the values a quarter, a half and three quarters of a frame later."""
    distance = np.arange(TAPS) - (TAPS // 2 - 1)
    rows = []
    for phase in range(1, OVERSAMPLING):
        at = distance - phase / OVERSAMPLING
        window = np.i0(9.0 * np.sqrt(np.maximum(0, 1 - (at / (TAPS / 2)) ** 2))) / np.i0(9.0)
        row = np.sinc(at) * window
        rows.append(row / row.sum())
    return np.array(rows, np.float32)


PHASES = _phases()
REACH = float(np.abs(PHASES).sum(axis=1).max())


class PeakFinder:
    """Finds true peaks of a stream. What it tells is TAPS // 2 frames late."""

    LATE = TAPS // 2

    def __init__(self) -> None:
        self._before = np.zeros((TAPS - 1, 2), np.float32)
        self.highest = 0.0

    def find(self, audio: Audio, floor: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """The peaks, exact where they exceed the floor."""
        joined = np.concatenate([self._before, audio])
        self._before = joined[len(joined) - TAPS + 1 :].copy()
        peaks = np.empty(len(audio))
        kernels.find_true_peaks(joined, PHASES, REACH, floor, peaks)
        return peaks

    def keep_highest(self, audio: Audio) -> None:
        self.highest = max(self.highest, float(self.find(audio, self.highest).max(initial=0)))


class Limiter:
    """What comes out is `LATE` frames late, so a caller drops as many at the start and adds silence at the end."""

    LATE = kernels.LOOK_AHEAD - 1 + PeakFinder.LATE

    def __init__(self, ceiling_db: float) -> None:
        self._ceiling = 10 ** ((ceiling_db - MARGIN_DB) / 20)
        self._finder = PeakFinder()
        self._late = np.zeros((PeakFinder.LATE, 2), np.float32)
        self._memory = np.ones((4, kernels.LOOK_AHEAD))
        self._memory[:2] = 0
        self._state = np.array([0.0, 1.0, kernels.LOOK_AHEAD, 1.0, 0.0])
        self._recovery = 1 - np.exp(-1 / (RECOVERY_SECONDS * SAMPLE_RATE))

    def limit(self, audio: Audio) -> Audio:
        peaks = self._finder.find(audio, self._ceiling)
        joined = np.concatenate([self._late, audio])
        self._late = joined[len(audio) :].copy()
        result = joined[: len(audio)]
        kernels.limit(result, peaks, self._ceiling, self._recovery, self._memory, self._state)
        return result
