"""A number hidden in the loudness of many small parts of the sound, which only the holder of a key finds.

The sound between 0.5 and 6 kHz is cut into cells of 46 ms and 86 Hz. A secret pattern of 128 x 64 cells, six seconds
long, makes each cell 0.8 dB louder or softer. A quarter of the cells says where the pattern begins; the others carry
the number. It outlives MP3 and Opus and a cut, and does not outlive another tempo or pitch.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from ai.provenance import payload
from ai.provenance.keys import SMALLEST_WATERMARK_KEY

type Samples = NDArray[np.float32]
type Matrix = NDArray[np.float32]

HOP = 1024
BLOCK = 64 * HOP
STRENGTH_DB = 0.8
FRAMES_PER_SLOT = 2
SLOTS = 128
BANDS = 64
BINS_PER_BAND = 4
LOWEST_BIN = 23
BINS = slice(LOWEST_BIN, LOWEST_BIN + BANDS * BINS_PER_BAND)
SYNC_CELLS = SLOTS * BANDS // 4
# Chance alone reaches this once in 10^10 places. One place of 512 is looked at a file, and the CRC lets 1 in 1.7 x 10^7
# pass: an unmarked file, or one of another key, gives a number less than once in 10^14 files.
SYNC_THRESHOLD = 6.5
WINDOW: Samples = np.sin(np.pi * (np.arange(2 * HOP) + 0.5) / (2 * HOP)).astype(np.float32)


@dataclass(frozen=True)
class Pattern:
    """The secret of a key: each cell's sign, and the coded bit that it carries, or -1 where it marks the place."""

    signs: Matrix
    bits: NDArray[np.int64]


@lru_cache(maxsize=4)
def pattern_of(key: bytes) -> Pattern:
    """Drawn by SHAKE-256, whose output no version of a library will ever change."""
    if len(key) < SMALLEST_WATERMARK_KEY:
        raise ValueError(f"a watermark key has at least {SMALLEST_WATERMARK_KEY} bytes")
    cells = SLOTS * BANDS
    drawn = hashlib.shake_256(b"fanfare watermark 1" + key).digest(cells // 8 + cells * 8)
    signs = np.unpackbits(np.frombuffer(drawn[: cells // 8], np.uint8)).astype(np.float32) * 2 - 1
    order = np.argsort(np.frombuffer(drawn[cells // 8 :], ">u8"), kind="stable")
    bits = np.full(cells, -1, np.int64)
    bits[order[SYNC_CELLS:]] = np.arange(cells - SYNC_CELLS) % payload.CODED_BITS
    return Pattern(signs.reshape(SLOTS, BANDS), bits.reshape(SLOTS, BANDS))


def mark(blocks: Iterable[Samples], *, key: bytes, number: int) -> Iterator[Samples]:
    """The same sound with the number in it. Each block but the last has BLOCK frames; as many frames come out."""
    gains = _gains(pattern_of(key), number)
    held, tail, done, total, first = None, np.zeros(HOP, np.float32), 0, 0, True
    for block in _with_end(blocks):
        total += len(block)
        if held is None:
            held = np.zeros((HOP, block.shape[1]), np.float32)
        silence = -len(block) % HOP + HOP if len(block) < BLOCK else 0
        sound = np.concatenate([held, block, np.zeros((silence, block.shape[1]), np.float32)])
        added, tail = _change(_middle(sound), gains, done, tail)
        hops = len(added) // HOP
        marked = sound[: len(added)] + added[:, None]
        held, done = sound[len(added) :], done + hops
        # The first hop is the silence in front, and the last may be longer than the sound.
        yield marked[HOP if first else 0 : total - (done - hops - 1) * HOP]
        first = False


def _with_end(blocks: Iterable[Samples]) -> Iterator[Samples]:
    """The blocks, with an empty one at the end where the last is full."""
    block = None
    for block in blocks:
        yield block
    if block is not None and len(block) == BLOCK:
        yield block[:0]


def _gains(pattern: Pattern, number: int) -> Matrix:
    """By how much each bin of each slot is changed, as a factor of itself."""
    coded = payload.to_signs(number).astype(np.float32)
    chips = pattern.signs * np.where(pattern.bits < 0, np.float32(1), coded[pattern.bits])
    return np.repeat(10 ** (chips * STRENGTH_DB / 20) - 1, BINS_PER_BAND, axis=1).astype(np.float32)


def _change(middle: Samples, gains: Matrix, first_frame: int, tail: Samples) -> tuple[Samples, Samples]:
    """What is added to both channels, for all but the last hop of `middle`, and the overlap into the next block."""
    spectra = _spectra(middle)
    slots = (first_frame + np.arange(len(spectra))) // FRAMES_PER_SLOT % SLOTS
    changed = np.zeros_like(spectra)
    changed[:, BINS] = spectra[:, BINS] * gains[slots]
    halves = (scipy.fft.irfft(changed, axis=1) * WINDOW).reshape(-1, 2, HOP)
    added = halves[:, 0].copy()
    added[0] += tail
    added[1:] += halves[:-1, 1]
    return added.reshape(-1), halves[-1, 1]


def _middle(block: Samples) -> Samples:
    """What both channels have in common."""
    middle: Samples = block.mean(axis=1, dtype=np.float32)
    return middle


def _spectra(middle: Samples) -> NDArray[np.complex64]:
    frames = np.lib.stride_tricks.sliding_window_view(middle, 2 * HOP)[::HOP]
    spectra: NDArray[np.complex64] = scipy.fft.rfft(frames * WINDOW, axis=1)
    return spectra


def find(blocks: Iterable[Samples], *, key: bytes) -> int | None:
    """The number in this sound, or None. Blocks have BLOCK frames but the last; the sound may begin anywhere."""
    pattern = pattern_of(key)
    levels = _levels(blocks)
    folded = [_fold(frames[start:]) for frames in levels for start in range(FRAMES_PER_SLOT)]
    places = [np.roll(matrix, -shift, axis=0) for matrix in folded if matrix is not None for shift in range(SLOTS)]
    if not places:
        return None
    scores = [_sync_score(place, pattern) for place in places]
    best = int(np.argmax(scores))
    if scores[best] < SYNC_THRESHOLD:
        return None
    carriers = pattern.bits >= 0
    soft = np.bincount(pattern.bits[carriers], (places[best] * pattern.signs)[carriers], payload.CODED_BITS)
    return payload.from_soft(soft.astype(np.float32))


def _levels(blocks: Iterable[Samples]) -> list[Matrix]:
    """The loudness of each band in each frame, once for frames from the start and once from half a hop later."""
    found: tuple[list[Matrix], list[Matrix]] = ([], [])
    held = np.zeros(0, np.float32)
    for block in blocks:
        middle = np.concatenate([held, _middle(block)])
        hops = (len(middle) - HOP // 2) // HOP - 1
        if hops < 1:
            held = middle
            continue
        for levels, offset in zip(found, (0, HOP // 2), strict=True):
            magnitudes = np.abs(_spectra(middle[offset : offset + (hops + 1) * HOP])[:, BINS])
            power = np.square(magnitudes).reshape(hops, BANDS, BINS_PER_BAND).sum(axis=2)
            levels.append((np.log(power + 1e-7) / 2).astype(np.float32))
        held = middle[hops * HOP :]
    return [np.concatenate(levels) for levels in found if levels]


def _fold(frames: Matrix) -> Matrix | None:
    """All repetitions of the pattern in one: what is left of each cell without what the music does around it."""
    slots = frames[: len(frames) // FRAMES_PER_SLOT * FRAMES_PER_SLOT].reshape(-1, FRAMES_PER_SLOT, BANDS).mean(axis=1)
    if len(slots) < SLOTS + 2:
        return None
    rest = slots[1:-1] - (slots[:-2] + slots[2:]) / 2
    rest -= np.median(rest, axis=1, keepdims=True)
    # Where much happens in the music at once, little is to be learned.
    rest = np.tanh(rest / (np.abs(rest).mean(axis=1, keepdims=True) + 0.03))
    rest = np.pad(rest, ((0, -len(rest) % SLOTS), (0, 0)))
    folded: Matrix = rest.reshape(-1, SLOTS, BANDS).sum(axis=0, dtype=np.float32)
    return folded


def _sync_score(place: Matrix, pattern: Pattern) -> float:
    """How many standard deviations the sync cells are from chance."""
    sync = pattern.bits < 0
    return float((place * pattern.signs)[sync].sum() / (np.sqrt(np.square(place[sync]).sum()) + 1e-9))
