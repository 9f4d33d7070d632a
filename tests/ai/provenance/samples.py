"""A song for the tests of marked files: drums, a bass and chords with many partials, made by numbers alone."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile

from ai.provenance import watermark
from ai.provenance.label import Choice, Disclosure, Kind, Label, Part

RATE = 44_100
WATERMARK_KEY = b"a watermark key for tests, of 32"


def song(seconds: int, *, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    samples = np.zeros((seconds * RATE, 2))
    beat = RATE * 60 // 112
    at = np.arange(beat) / RATE
    for start in range(0, len(samples) - beat, beat):
        kick = 0.3 * np.sin(2 * np.pi * 60 * at) * np.exp(-at * 12)
        root = 110 * 2 ** (rng.choice([0, 3, 5, 8]) / 12)
        chord = sum(0.12 / k * np.sin(2 * np.pi * root * k * at + rng.uniform(0, 6)) for k in range(1, 25))
        snare = rng.normal(0, 0.08, (beat, 2)) * np.exp(-at * 30)[:, None]
        samples[start : start + beat] = (kick + chord)[:, None] * (1, 0.8) + snare
    return (samples / 2).astype(np.float32)


def blocks(samples: np.ndarray) -> Iterator[np.ndarray]:
    for start in range(0, len(samples), watermark.BLOCK):
        yield samples[start : start + watermark.BLOCK]


def marked(samples: np.ndarray, number: int) -> np.ndarray:
    return np.concatenate(list(watermark.mark(blocks(samples), key=WATERMARK_KEY, number=number)))


def write_render(path: Path, samples: np.ndarray) -> Path:
    soundfile.write(path, samples, RATE, "PCM_24", format="FLAC")
    return path


def make_label(**changes: object) -> Label:
    processed = Disclosure(*[Part.PROCESSED] * 5, Choice.HAND)
    values = {
        "render_id": 3_735_928_559,
        "kind": Kind.FAN,
        "title": "Nächster Bus",
        "artist": "Nova",
        "source_isrc": "PTABC2600001",
        "source_sha256": "a" * 64,
        "recipe_sha256": "b" * 64,
        "envelope": "3@2",
        "engine": "fanfare-1 test",
        "disclosure": processed,
    }
    return Label(**(values | changes))
