"""Turn samples into whole numbers: of 24 bits, as the FLAC files here hold them, and of 16 bits."""

import numpy as np
from numpy.typing import NDArray

FULL_SCALE_16, FULL_SCALE_24 = 1 << 15, 1 << 23


def to_24_bits(block: NDArray[np.float32]) -> NDArray[np.int32]:
    """Whole numbers as libsndfile takes them. Its own scale for floats would change samples that need no change."""
    whole = np.rint(block * np.float32(FULL_SCALE_24))
    return np.clip(whole, -FULL_SCALE_24, FULL_SCALE_24 - 1).astype(np.int32) << 8


def to_16_bits(block: NDArray[np.float32]) -> NDArray[np.int16]:
    """As LAME takes them, on a machine with the low byte first. MP3 adds more noise than the rounding."""
    whole = np.rint(block * np.float32(FULL_SCALE_16))
    return np.clip(whole, -FULL_SCALE_16, FULL_SCALE_16 - 1).astype("<i2")
