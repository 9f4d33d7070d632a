"""A short song by code, as files of drums, bass and chords: 112 beats a minute, in A minor, with a pause before it."""

from pathlib import Path

import numpy as np
import soundfile

RATE = 44_100
BPM = 112.0
FIRST_BEAT = 0.412
BARS = 24
CHORDS = ((57, 60, 64), (53, 57, 60), (48, 52, 55), (55, 59, 62))  # A minor, F, C, G


def write_song(folder: Path, *, bpm: float = BPM, first: float = FIRST_BEAT, bars: int = BARS) -> dict[str, Path]:
    """The files by their roles. In the middle of the song, the chords are louder and the drums busier."""
    beat, count = 60 / bpm, bars * 4
    length = int((first + count * beat + 1) * RATE)
    drums, bass, chords = (np.zeros(length, np.float32) for _ in range(3))
    noise = np.random.default_rng(1).standard_normal(RATE // 10).astype(np.float32)
    for number in range(count):
        at, bar = int((first + number * beat) * RATE), number // 4
        is_loud = bars // 3 <= bar < 2 * bars // 3
        if number % 4 == 0:
            add(drums, at, kick())
        if number % 2 == 1 or is_loud:
            add(drums, at, 0.25 * noise * np.exp(-np.arange(len(noise)) / 900))
        notes = CHORDS[bar % 4]
        add(bass, at, tone(notes[0] - 12, beat * 0.9, 0.3 if number % 4 else 0.6))
        for note in notes:
            add(chords, at, tone(note, beat * 0.95, 0.12 if is_loud else 0.05))
    paths = {}
    for role, signal in (("drums", drums), ("bass", bass), ("chords", chords)):
        paths[role] = folder / f"{role}.flac"
        soundfile.write(paths[role], signal, RATE, "PCM_16")
    return paths


def kick() -> np.ndarray:
    t = np.arange(int(0.2 * RATE)) / RATE
    return (0.9 * np.sin(2 * np.pi * 60 * t) * np.exp(-t * 18)).astype(np.float32)


def tone(note: int, seconds: float, level: float) -> np.ndarray:
    t = np.arange(int(seconds * RATE)) / RATE
    pitch = 440 * 2 ** ((note - 69) / 12)
    wave = np.sin(2 * np.pi * pitch * t) + 0.4 * np.sin(4 * np.pi * pitch * t)
    return (level * wave * np.minimum(1, t * 100) * np.exp(-t * 2)).astype(np.float32)


def add(signal: np.ndarray, at: int, sound: np.ndarray) -> None:
    end = min(at + len(sound), len(signal))
    signal[at:end] += sound[: end - at]
