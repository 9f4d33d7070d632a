"""A song of four stems with something of everything in it, as long as one likes, written block after block."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import soundfile
from numpy.typing import NDArray

from ai.remix.envelope import Envelope
from ai.remix.source import SAMPLE_RATE, Source

ROLES = ("drums", "bass", "chords", "vocals")
BAR_SECONDS = 2
SECTION_BARS = 8
BLOCK = 10 * SAMPLE_RATE


@dataclass(frozen=True)
class Song:
    source: Source
    stems: dict[str, Path]
    """By the digest of the file."""
    seconds: int


def write_song(folder: Path, minutes: int) -> Song:
    """120 beats a minute, in sections of 16 seconds; the last three seconds are silent."""
    bars = minutes * 60 // BAR_SECONDS
    frames = (minutes * 60 + 3) * SAMPLE_RATE
    stems, paths = [], {}
    for role in ROLES:
        path = folder / f"{role}.flac"
        with soundfile.SoundFile(path, "w", SAMPLE_RATE, 2, "PCM_24") as file:
            for block in _play(role, frames, bars * BAR_SECONDS * SAMPLE_RATE):
                file.write(block)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        stems.append({"id": role, "role": role, "sha256": digest})
        paths[digest] = path
    firsts = range(0, bars, SECTION_BARS)
    sections = [
        {"id": f"s{first}", "name": "S", "kind": "verse", "first_bar": first, "bars": min(SECTION_BARS, bars - first)}
        for first in firsts
    ]
    content = {
        "sample_rate": SAMPLE_RATE, "frames": frames, "bpm_milli": 120_000, "beats_per_bar": 4, "first_beat_frame": 0,
        "key": "a-minor", "stems": stems, "sections": sections,
    }  # fmt: skip
    return Song(Source.parse(msgspec.json.encode(content)), paths, minutes * 60)


def make_envelope(source: Source) -> Envelope:
    """A wide one."""
    content = {
        "source": source.digest, "tempo_percent": [85, 115], "pitch_semitones": [-2, 2],
        "stems": {stem.id: {"gain_half_db": [-12, 4], "may_mute": stem.role == "drums"} for stem in source.stems},
        "sections": {section.id: {"required": False, "max_times": 2} for section in source.sections},
        "order": "recorded", "begin_with": [], "max_sections": 64, "seconds": [8, 1200],
        "rooms": ["none", "kitchen", "hall"], "colours": ["none", "warm", "radio", "echo"],
        "vocals": {"max_pitch_semitones": 1}, "export": {"stream": True, "download": False, "share": False},
        "expires": "2100-01-01",
    }  # fmt: skip
    return Envelope.parse(msgspec.json.encode(content))


def _play(role: str, frames: int, sounding: int) -> Iterator[NDArray[np.float64]]:
    """One stem, in blocks."""
    random = np.random.default_rng(ROLES.index(role))
    for start in range(0, frames, BLOCK):
        time = np.arange(start, min(start + BLOCK, frames))
        block = _sound(role, time / SAMPLE_RATE, random)
        block[time >= sounding] = 0
        yield block


def _sound(role: str, time: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.float64]:
    """Noise that fades twice a second, a low tone, wide chords of six partials, or a gliding voice of eight."""
    match role:
        case "drums":
            return 0.3 * random.standard_normal((len(time), 2)) * np.exp(-30 * (time % 0.5))[:, None]
        case "bass":
            return 0.25 * np.sin(2 * np.pi * 55 * time)[:, None] * np.ones(2)
        case "chords":
            tones = [np.sin(2 * np.pi * pitch * time[:, None] + np.array([0, 0.9])) for pitch in (220, 277.2, 329.6)]
            return 0.06 * np.sum(tones, axis=0)
        case _:
            phase = 2 * np.pi * 220 * time + 4 * np.sin(2 * np.pi * 0.5 * time)
            voice = np.sum([np.sin(partial * phase) / partial for partial in range(1, 9)], axis=0)
            return 0.08 * voice[:, None] * np.ones(2)
