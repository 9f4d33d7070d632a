"""Recordings of a few seconds for the tests, and measurements that share no code with what they measure."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import scipy.signal
import soundfile

from ai.remix.recipe import Recipe, original
from ai.remix.render_request import RenderRequest, Window
from ai.remix.source import Source
from rights.clearance_result import Clearance
from tests.ai.remix.samples import make_source

RATE = 44_100
FIRST_BEAT = 4_410
"""A recording has something before its first downbeat, as most have."""
CLEARANCE = Clearance(id=1, use="remix", artist_id=1, grants=(), until=None, recordings=(1,))


@dataclass(frozen=True)
class Recording:
    source: Source
    stems: dict[str, Path]

    def request(self, window: Window | None = None, cache: Path | None = None, **changes: Any) -> RenderRequest:
        return RenderRequest(CLEARANCE, self.source, self.recipe(**changes), self.stems, window, cache)

    def recipe(self, **changes: Any) -> Recipe:
        return msgspec.structs.replace(original(self.source), **changes)


def record(
    folder: Path, audio: Mapping[str, np.ndarray], *, bars: tuple[int, ...] = (2, 2, 1), **changes: Any
) -> Recording:
    """Write one FLAC a role, and describe them: bars of two seconds, in sections called s0, s1 and so on."""
    stems, paths = [], {}
    for role, samples in audio.items():
        path = folder / f"{role}.flac"
        soundfile.write(path, samples, RATE, "PCM_24")
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        stems.append({"id": role, "role": role, "sha256": digest})
        paths[digest] = path
    sections = [
        {"id": f"s{number}", "name": "S", "kind": "verse", "first_bar": sum(bars[:number]), "bars": length}
        for number, length in enumerate(bars)
    ]
    frames = max(len(samples) for samples in audio.values())
    content = {"frames": frames, "stems": stems, "sections": sections, "first_beat_frame": FIRST_BEAT}
    return Recording(make_source(**(content | changes)), paths)


def play(seconds: float) -> dict[str, np.ndarray]:
    """Four stems with something of everything: strokes, a bass, wide chords and a gliding voice."""
    time = np.arange(int(seconds * RATE)) / RATE
    random = np.random.default_rng(7)
    stroke = random.standard_normal(6000) * np.exp(-np.arange(6000) / 900)
    drums = np.zeros((len(time), 2))
    for start in range(0, len(time) - 6000, RATE // 2):
        drums[start : start + 6000] += 0.25 * stroke[:, None]
    chords = np.stack(
        [sum(np.sin(2 * np.pi * pitch * time + side) for pitch in (220, 277.2, 329.6)) for side in (0, 0.9)], axis=1
    )
    voice = np.sin(2 * np.pi * 440 * time + 4 * np.sin(2 * np.pi * 0.5 * time))
    return {
        "drums": drums,
        "bass": 0.25 * np.sin(2 * np.pi * 55 * time),
        "chords": 0.08 * chords,
        "vocals": 0.15 * voice,
    }


def read(path: Path) -> np.ndarray:
    audio, rate = soundfile.read(path, always_2d=True)
    assert rate == RATE
    return audio


def measure_true_peak(audio: np.ndarray) -> float:
    """In dBTP, eight times oversampled."""
    return float(20 * np.log10(np.abs(scipy.signal.resample_poly(audio, 8, 1, axis=0)).max()))


def measure_lufs(audio: np.ndarray) -> float:
    """With the tables of BS.1770-4, which are for 48 kHz."""
    weighted = scipy.signal.resample_poly(audio, 160, 147, axis=0)
    shelf = [1.53512485958697, -2.69169618940638, 1.19839281085285], [1, -1.69065929318241, 0.73248077421585]
    high_pass = [1.0, -2.0, 1.0], [1, -1.99004745483398, 0.99007225036621]
    for numerator, denominator in (shelf, high_pass):
        weighted = scipy.signal.lfilter(numerator, denominator, weighted, axis=0)
    blocks = np.array(
        [
            (weighted[start : start + 19_200] ** 2).mean(axis=0).sum()
            for start in range(0, len(weighted) - 19_199, 4_800)
        ]
    )
    blocks = blocks[-0.691 + 10 * np.log10(blocks + 1e-20) > -70]
    return float(-0.691 + 10 * np.log10(blocks[blocks > blocks.mean() / 10].mean()))
