"""The number in a watermark, as the signs that are hidden in the sound, and back.

A number of 32 bits and 24 bits of its CRC go through a convolutional code of rate 1/2 (133, 171), which a Viterbi
decoder with soft values reads back. The CRC refuses what was read wrongly.
"""

import zlib

import numpy as np
from numpy.typing import NDArray

type Signs = NDArray[np.int8]
type Soft = NDArray[np.float32]

ID_BITS = 32
CRC_BITS = 24
MEMORY = 6
STATES = 1 << MEMORY
STEPS = ID_BITS + CRC_BITS + MEMORY
CODED_BITS = 2 * STEPS
POLYNOMIALS = (0o133, 0o171)


def _crc(number: int) -> int:
    return zlib.crc32(number.to_bytes(4, "big")) >> (32 - CRC_BITS)


def _output_signs() -> NDArray[np.float32]:
    """The two signs that each state and next bit send, as [state, bit, 2]."""
    signs = np.empty((STATES, 2, 2), np.float32)
    for state in range(STATES):
        for bit in (0, 1):
            register = bit << MEMORY | state
            signs[state, bit] = [1 - 2 * ((register & each).bit_count() & 1) for each in POLYNOMIALS]
    return signs


OUTPUT = _output_signs()


def to_signs(number: int) -> Signs:
    """The coded bits of a number, each 1 or -1."""
    if not 0 <= number < 1 << ID_BITS:
        raise ValueError(f"{number} does not fit in {ID_BITS} bits")
    word = (number << CRC_BITS | _crc(number)) << MEMORY
    state, signs = 0, []
    for step in reversed(range(STEPS)):
        bit = word >> step & 1
        signs.append(OUTPUT[state, bit])
        state = (bit << MEMORY | state) >> 1
    return np.concatenate(signs).astype(np.int8)


def from_soft(soft: Soft) -> int | None:
    """The number that these values most likely stand for, or None where its CRC is wrong."""
    gains = np.einsum("sbk,tk->tsb", OUTPUT, soft.reshape(STEPS, 2))
    states = np.arange(STATES)
    # A state is its last six bits, the newest highest: it came from two states that differ in the bit that fell out.
    newest, sources = states >> (MEMORY - 1), np.stack([states << 1 & STATES - 1, (states << 1 & STATES - 1) | 1])
    score = np.where(states == 0, 0.0, -np.inf)
    choices = np.empty((STEPS, STATES), np.int64)
    for step in range(STEPS):
        reached = score[sources] + gains[step, sources, newest]
        best = reached.argmax(axis=0)
        choices[step], score = sources[best, states], reached[best, states]
    state, word = 0, 0
    for step in reversed(range(STEPS)):
        word |= (state >> (MEMORY - 1)) << (STEPS - 1 - step)
        state = int(choices[step, state])
    number, crc = divmod(word >> MEMORY, 1 << CRC_BITS)
    return number if crc == _crc(number) else None
