"""Stretch and pitch a piece of a recording with Signalsmith. Nothing else here knows python-stretch.

Each call is a whole render, whose first and last tenth of a second are not usable. So a piece comes with LEAD units of
audio before and after, and loses them again.
"""

import numpy as np
from python_stretch.Signalsmith import Stretch

from ai.remix.sound.types import Audio
from ai.remix.source import SAMPLE_RATE

LEAD = 120
"""A unit is `tempo_percent` frames before the stretch and 100 after it, so that a downbeat falls on a whole frame."""
LEAD_AFTER = LEAD * 100
TONALITY_LIMIT = 8_000 / SAMPLE_RATE
"""Above this, overtones move less than the key does, so that a voice keeps its air."""


def lead_before(tempo_percent: int) -> int:
    """How many frames of the recording a piece needs before and after it."""
    return LEAD * tempo_percent


def stretch(audio: Audio, tempo_percent: int, semitones: int) -> Audio:
    """The result has len(audio) * 100 / tempo_percent frames."""
    if tempo_percent == 100 and not semitones:
        return audio
    engine = Stretch()
    engine.preset(2, SAMPLE_RATE)
    engine.setTimeFactor(tempo_percent / 100)
    if semitones:
        engine.setTransposeSemitones(semitones, TONALITY_LIMIT)
    stretched = np.asarray(engine.process(np.ascontiguousarray(audio.T)), np.float32)
    return np.ascontiguousarray(stretched.T)
