"""The process that listens to a recording. It takes files as JSON and answers with what it heard, or null."""

import itertools
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import librosa
import msgspec
import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from ai.audio.hearing import LISTENED_SECONDS, Heard, HeardSection
from ai.audio.limited import limit_this_process
from ai.remix.source import SAMPLE_RATE, SectionKind

type Signal = NDArray[np.float32]
type Numbers = NDArray[np.float64]

RATE = 22_050
HOP = 256
MEMORY_BYTES = 3 * 1024**3
CPU_SECONDS = 200
OUTPUT_BYTES = 32 * 1024**2
"""It writes nothing but the code that Numba compiles and keeps."""
BEATS_PER_BAR = 4
SLOWEST, FASTEST = 70.0, 180.0
NOTES = ("c", "c-sharp", "d", "e-flat", "e", "f", "f-sharp", "g", "a-flat", "a", "b-flat", "b")
# How well each note fits a major and a minor key on C (Krumhansl and Kessler 1982).
MAJOR = np.array([6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88])
MINOR = np.array([6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17])


@dataclass(frozen=True)
class Grid:
    """Where the beats are: `first` and `beat` in seconds."""

    first: float
    beat: float
    sure: int

    def bars(self, seconds: float) -> int:
        return int((seconds - self.first) / (self.beat * BEATS_PER_BAR))


def main() -> None:
    """Limit this process, then listen to what the order names."""
    order = json.load(sys.stdin)
    limit_this_process(memory=MEMORY_BYTES, cpu_seconds=CPU_SECONDS, output=OUTPUT_BYTES)
    heard = hear_files([(role, Path(path)) for role, path in order])
    sys.stdout.buffer.write(msgspec.json.encode(heard))


def hear_files(files: list[tuple[str, Path]]) -> Heard | None:
    """Beats are heard in drums and bass where there are any; keys in all but the drums."""
    signals = {path: read_mono(path) for _, path in files}
    everything = mix(signals, files, lambda role: True)
    rhythm = mix(signals, files, lambda role: role in {"drums", "bass"})
    tonal = mix(signals, files, lambda role: role != "drums")
    low = mix(signals, files, lambda role: role == "bass")
    grid = find_grid(rhythm if rhythm is not None else everything)
    if grid is None or everything is None:
        return None
    first, beat_sure = find_first_beat(grid, rhythm if rhythm is not None else everything)
    grid = Grid(first, grid.beat, grid.sure)
    keys, key_sure = find_keys(tonal if tonal is not None else everything, low)
    return Heard(
        bpm_milli=round(60_000 / grid.beat),
        tempo_sure=grid.sure,
        first_beat_frame=round(grid.first * SAMPLE_RATE),
        beat_sure=beat_sure,
        keys=keys,
        key_sure=key_sure,
        sections=find_sections(everything, grid),
    )


def read_mono(path: Path) -> Signal:
    with soundfile.SoundFile(path) as file:
        samples = file.read(LISTENED_SECONDS * file.samplerate, dtype="float32", always_2d=True).mean(axis=1)
        resampled: Signal = soxr.resample(samples, file.samplerate, RATE, quality="HQ").astype(np.float32)
    return resampled


def mix(signals: dict[Path, Signal], files: list[tuple[str, Path]], is_wanted: Callable[[str], bool]) -> Signal | None:
    """The sum of the files with a wanted role. None where there is none, or only silence."""
    wanted = [signals[path] for role, path in files if is_wanted(role)]
    total: Signal | None = np.sum(wanted, axis=0, dtype=np.float32) if wanted else None
    return total if total is not None and np.abs(total).max() > 1e-4 else None


def find_grid(signal: Signal | None) -> Grid | None:
    """The steady beat that meets most onsets. A remix needs a steady one, so no other is looked for."""
    if signal is None or len(signal) < 8 * RATE:
        return None
    onsets = librosa.onset.onset_strength(y=signal, sr=RATE, hop_length=HOP).astype(np.float64)
    if onsets.max() <= 0:
        return None
    onsets -= onsets.mean()
    times = np.arange(len(onsets)) * HOP / RATE
    coarse = np.arange(SLOWEST, FASTEST, 60 / times[-1] / 4)
    strengths = np.array([abs(pulse(onsets, times, bpm)) for bpm in coarse])
    # The half and the double of a tempo have a pulse, too. People tap near 115 a minute more often than far from it.
    strengths *= np.exp(-0.5 * (np.log2(coarse / 115) / 0.7) ** 2)
    best = coarse[strengths.argmax()]
    for step in (0.05, 0.005):
        fine = best + np.arange(-40, 41) * step
        best = fine[np.argmax([abs(pulse(onsets, times, bpm)) for bpm in fine])]
    if abs(round(best, 1) - best) < 0.02:  # tempi are chosen by people
        best = round(best, 1)
    phase = np.angle(pulse(onsets, times, best))
    beat = 60 / best
    clear = strengths.max() / np.median(strengths)
    first = float(-phase / (2 * np.pi) * beat % beat)
    return Grid(first, float(beat), int(np.digitize(clear, (3, 5, 8, 12))) + 1)


def pulse(onsets: Numbers, times: Numbers, bpm: float) -> complex:
    """How strong the onsets beat at this tempo, and when. Its double counts: a beat has it, a sway has not."""
    turn = np.exp(-2j * np.pi * times * bpm / 60)
    return complex((onsets * turn).sum() * (1 + abs((onsets * turn**2).sum()) / (np.abs(onsets).sum() + 1e-9)))


def find_first_beat(grid: Grid, signal: Signal) -> tuple[float, int]:
    """The first downbeat in seconds, and how sure: of the four beats, the one on which the low notes fall."""
    spectrum = np.abs(librosa.stft(signal, n_fft=2048, hop_length=HOP))
    low = spectrum[: int(160 / (RATE / 2048)) + 1].sum(axis=0)
    rises = np.maximum(np.diff(low, prepend=low[0]), 0)
    beats = np.arange(grid.first, len(signal) / RATE - 0.1, grid.beat)
    # An onset is seen about half a window after the beat began.
    frames = np.clip(np.rint(beats * RATE / HOP).astype(int), 2, len(rises) - 4)
    weights = np.array([rises[frame - 2 : frame + 4].max() for frame in frames])
    sums = np.array([weights[phase::BEATS_PER_BAR].mean() for phase in range(BEATS_PER_BAR)])
    order = np.argsort(sums)[::-1]
    contrast = sums[order[0]] / (sums[order[1]] + 1e-9)
    sure = int(np.digitize(contrast, (1.1, 1.3, 1.8, 3)))
    return float(beats[order[0]]), max(sure, 1)


def find_keys(signal: Signal, low: Signal | None) -> tuple[tuple[str, str], int]:
    """The likeliest key and its relative, which has the same notes. The bass says which of the two it is, if at all."""
    chroma = librosa.feature.chroma_stft(y=signal, sr=RATE, n_fft=8192, hop_length=4096).mean(axis=1)
    fits = np.array([np.corrcoef(np.roll(MAJOR, tonic), chroma)[0, 1] for tonic in range(12)])
    minor_fits = np.array([np.corrcoef(np.roll(MINOR, tonic), chroma)[0, 1] for tonic in range(12)])
    together = fits + np.roll(minor_fits, 3)  # C major stands with A minor
    tonic = int(together.argmax())
    minor_tonic = (tonic - 3) % 12
    deep = chroma if low is None else librosa.feature.chroma_stft(y=low, sr=RATE, n_fft=8192).mean(axis=1)
    is_minor = deep[minor_tonic] > deep[tonic]
    major, minor = f"{NOTES[tonic]}-major", f"{NOTES[minor_tonic]}-minor"
    second = np.sort(together)[-2]
    sure = int(np.digitize(together.max() - second, (0.05, 0.15, 0.3))) + 1
    return ((minor, major) if is_minor else (major, minor)), min(sure, 3)


def find_sections(signal: Signal, grid: Grid) -> tuple[HeardSection, ...]:
    """Groups of four bars that sound alike. Names are guesses: the loudest groups are called chorus."""
    seconds = len(signal) / RATE
    bars = grid.bars(seconds)
    if bars < 8:
        return (HeardSection("other", 0, max(bars, 1), 1),)
    edges = np.rint((grid.first + np.arange(0, bars + 1, 4) * grid.beat * BEATS_PER_BAR) * RATE / 1024).astype(int)
    features = np.vstack(
        [
            librosa.feature.mfcc(y=signal, sr=RATE, n_mfcc=13, hop_length=1024),
            20 * librosa.feature.chroma_stft(y=signal, sr=RATE, n_fft=4096, hop_length=1024),
        ]
    )
    groups = np.array([features[:, a:b].mean(axis=1) for a, b in itertools.pairwise(edges) if b > a]).T
    wanted = int(np.clip(round(bars / 12), 2, min(10, groups.shape[1])))
    starts = [int(start) for start in librosa.segment.agglomerative(groups, wanted)]
    loudness = [float(groups[0, a:b].mean()) for a, b in zip(starts, [*starts[1:], groups.shape[1]], strict=True)]
    ends = [*(start * 4 for start in starts[1:]), bars]
    return tuple(
        HeardSection(guess_kind(index, loudness), start * 4, end - start * 4, 2)
        for index, (start, end) in enumerate(zip(starts, ends, strict=True))
    )


def guess_kind(index: int, loudness: list[float]) -> SectionKind:
    if index in {0, len(loudness) - 1} and loudness[index] < float(np.median(loudness)):
        return "intro" if index == 0 else "outro"
    return "chorus" if loudness[index] > float(np.median(loudness)) else "verse"


if __name__ == "__main__":
    main()
