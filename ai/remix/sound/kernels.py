"""The inner loops of a render, compiled by Numba for one signature each, when this is imported.

Audio is float32 of shape (frames, 2). Every loop carries its state in arrays that the caller owns, so that the size
of a block changes no sample.
"""

import numba
import numpy as np

from ai.remix.sound.types import Audio, Floats, Integers

LOOK_AHEAD = 220
"""Frames, 5 ms: how early the limiter knows of a peak."""


@numba.njit("void(float32[:, ::1], float64[:, ::1], float64[:, :, ::1])", cache=True)
def filter_biquads(audio: Audio, coefficients: Floats, state: Floats) -> None:
    """Filter in place. One row of coefficients (b0, b1, b2, a1, a2) a biquad; state is (biquads, 2 channels, 2)."""
    for channel in range(audio.shape[1]):
        for stage in range(coefficients.shape[0]):
            b0, b1, b2, a1, a2 = coefficients[stage]
            first, second = state[stage, channel]
            for frame in range(audio.shape[0]):
                value = np.float64(audio[frame, channel])
                result = b0 * value + first
                first = b1 * value - a1 * result + second
                second = b2 * value - a2 * result
                audio[frame, channel] = result
            state[stage, channel, 0] = first
            state[stage, channel, 1] = second


@numba.njit("void(float32[:, ::1], float64[:, ::1], float64[:, ::1], float64[::1], int64, int64)", cache=True)
def add_energies(audio: Audio, coefficients: Floats, state: Floats, energies: Floats, filled: int, step: int) -> None:
    """Add the weighted energy of each frame to the step it is in; `filled` frames came before this block.

    Two biquads in one go: state is (channels, 4).
    """
    b0, b1, b2, a1, a2 = coefficients[0]
    c0, c1, c2, d1, d2 = coefficients[1]
    for channel in range(audio.shape[1]):
        s1, s2, s3, s4 = state[channel]
        for frame in range(audio.shape[0]):
            value = np.float64(audio[frame, channel])
            shelved = b0 * value + s1
            s1 = b1 * value - a1 * shelved + s2
            s2 = b2 * value - a2 * shelved
            result = c0 * shelved + s3
            s3 = c1 * shelved - d1 * result + s4
            s4 = c2 * shelved - d2 * result
            energies[(filled + frame) // step] += result * result
        state[channel, 0] = s1
        state[channel, 1] = s2
        state[channel, 2] = s3
        state[channel, 3] = s4


@numba.njit("void(float32[:, ::1], float32[:, ::1], int64[::1], float64, float64)", cache=True)
def add_echo(audio: Audio, line: Audio, positions: Integers, feedback: float, level: float) -> None:
    """Add an echo that changes sides, in place. `line` is as long as the delay; positions[0] is where it stands."""
    at = positions[0]
    for frame in range(audio.shape[0]):
        left, right = line[at, 0], line[at, 1]
        line[at, 0] = audio[frame, 0] + feedback * right
        line[at, 1] = audio[frame, 1] + feedback * left
        audio[frame, 0] += level * right
        audio[frame, 1] += level * left
        at += 1
        if at == line.shape[0]:
            at = 0
    positions[0] = at


@numba.njit("void(float32[::1], float32[:, ::1], float32[::1], float64[::1])", cache=True)
def _raise_to_phases(column: Audio, phases: Audio, between: Audio, peaks: Floats) -> None:
    for phase in range(phases.shape[0]):
        between[:] = 0
        for tap in range(phases.shape[1]):
            weight = phases[phase, tap]
            for offset in range(peaks.shape[0]):
                between[offset] += weight * column[offset + tap]
        for offset in range(peaks.shape[0]):
            peaks[offset] = max(peaks[offset], abs(between[offset]))


@numba.njit("void(float32[:, ::1], float32[:, ::1], float64, float64, float64[::1])", cache=True)
def find_true_peaks(audio: Audio, phases: Audio, reach: float, floor: float, peaks: Floats) -> None:
    """For every frame the highest of both channels, between the samples too.

    `audio` has len(taps) - 1 frames more than `peaks`. A run of frames that cannot exceed `floor` keeps its sample
    peaks, because a phase raises a peak by the factor `reach` at most.
    """
    taps = phases.shape[1]
    run = 64
    between = np.empty(run, np.float32)
    half = taps // 2
    for start in range(0, peaks.shape[0], run):
        length = min(run, peaks.shape[0] - start)
        for offset in range(length):
            frame = start + offset + half - 1
            peaks[start + offset] = max(abs(audio[frame, 0]), abs(audio[frame, 1]))
        highest = np.float32(0)
        for frame in range(start, start + length + taps - 1):
            highest = max(highest, abs(audio[frame, 0]), abs(audio[frame, 1]))
        if highest * reach > floor:
            for channel in range(2):
                column = audio[start : start + length + taps - 1, channel].copy()
                _raise_to_phases(column, phases, between, peaks[start : start + length])


@numba.njit("void(float32[:, ::1], float64[::1], float64, float64, float64[:, ::1], float64[::1])", cache=True)
def limit(audio: Audio, peaks: Floats, ceiling: float, recovery: float, memory: Floats, state: Floats) -> None:
    """Lower in place what exceeds the ceiling. What comes out is LOOK_AHEAD - 1 frames late.

    `memory` holds four rings of LOOK_AHEAD: the two channels, the gains that are needed and the held gains. `state` is
    (position, held gain, sum of the held gains, lowest needed gain, its age in frames).
    """
    at, age = int(state[0]), int(state[4])
    held, total, lowest = state[1], state[2], state[3]
    for frame in range(audio.shape[0]):
        needed = 1.0 if peaks[frame] <= ceiling else ceiling / peaks[frame]
        memory[2, at] = needed
        age += 1
        if needed <= lowest:
            lowest, age = needed, 0
        elif age >= LOOK_AHEAD:
            lowest, age = needed, 0
            for back in range(1, LOOK_AHEAD):
                if memory[2, at - back] < lowest:
                    lowest, age = memory[2, at - back], back
        held = min(lowest, held + (1.0 - held) * recovery)
        if lowest == 1.0 and held > 0.99999:
            held = 1.0
        total += held - memory[3, at]
        memory[3, at] = held
        memory[0, at] = audio[frame, 0]
        memory[1, at] = audio[frame, 1]
        at = at + 1 if at + 1 < LOOK_AHEAD else 0
        gain = total / LOOK_AHEAD
        audio[frame, 0] = memory[0, at] * gain
        audio[frame, 1] = memory[1, at] * gain
    state[0], state[1], state[2], state[3], state[4] = at, held, total, lowest, age


@numba.njit("uint64(uint64)", cache=True)
def _scramble(number: np.uint64) -> np.uint64:
    """The mixing step of SplitMix64."""
    number = (number ^ (number >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    number = (number ^ (number >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return number ^ (number >> np.uint64(31))


@numba.njit("void(float32[:, ::1], uint64, int64, int32[:, ::1])", cache=True)
def quantize(audio: Audio, seed: np.uint64, first_frame: int, result: Integers) -> None:
    """Write 24-bit samples, in the upper bits of 32, with triangular dither that depends on seed and frame alone."""
    scale = np.float64(2**23)
    for frame in range(audio.shape[0]):
        for channel in range(2):
            count = np.uint64(2 * (first_frame + frame) + channel + 1)
            noise = _scramble(seed + count * np.uint64(0x9E3779B97F4A7C15))
            one = np.float64(noise >> np.uint64(40)) / 2**24
            other = np.float64((noise >> np.uint64(8)) & np.uint64(0xFFFFFF)) / 2**24
            value = np.floor(audio[frame, channel] * scale + one + other - 0.5)
            result[frame, channel] = np.int32(min(max(value, -scale), scale - 1)) * np.int32(256)
