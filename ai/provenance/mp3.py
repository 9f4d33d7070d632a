"""Encode MP3 with LAME, 192 kbit/s at 44.1 kHz: three times as fast as through libsndfile, which LAME is also part of.

The first frame is silent and says how long the sound is, so that players leave out what the encoder adds at both ends.
Its layout is that of Xing's and LAME's tag (http://gabriel.mp3-tech.org/mp3infotag.html).
"""

from pathlib import Path
from typing import Self

import lameenc
import numpy as np
from numpy.typing import NDArray

from ai.audio.bit_depth import to_16_bits

SAMPLE_RATE, KILOBITS = 44_100, 192
QUALITY = 3
"""Of LAME's search, from 0 (slow) to 9."""
FRAME_SAMPLES = 1152
FRAME_BYTES = 144 * KILOBITS * 1000 // SAMPLE_RATE
"""Without the byte that some frames have more."""
HEADER = bytes.fromhex("fffbb004")
"""MPEG-1 layer III, 192 kbit/s, 44.1 kHz, stereo, an original."""
SIDE_BYTES = 32
ENCODER_DELAY = 576
HAS_FRAMES_BYTES_AND_TABLE = 0b111


class Mp3File:
    """Takes blocks of samples from -1 to 1, of shape (frames, 2), and is whole once it is closed."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._file.write(bytes(FRAME_BYTES))
        self._samples = 0
        self._encoder = lameenc.Encoder()
        self._encoder.set_in_sample_rate(SAMPLE_RATE)
        self._encoder.set_channels(2)
        self._encoder.set_bit_rate(KILOBITS)
        self._encoder.set_quality(QUALITY)
        self._encoder.silence()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        with self._file:
            if kind is None:
                self._file.write(self._encoder.flush())
                size = self._file.tell()
                self._file.seek(0)
                self._file.write(describe_length(self._samples, size))

    def write(self, block: NDArray[np.float32]) -> None:
        self._samples += len(block)
        self._file.write(self._encoder.encode(to_16_bits(block).tobytes()))


def describe_length(samples: int, size: int) -> bytes:
    """The first frame of a file of `size` bytes, this frame among them, which holds this many samples."""
    frames = round((size - FRAME_BYTES) * SAMPLE_RATE / (144 * KILOBITS * 1000))
    padding = frames * FRAME_SAMPLES - ENCODER_DELAY - samples
    table = bytes(part * 256 // 100 for part in range(100))  # where each hundredth begins: the bit rate is constant
    xing = b"Info" + b"".join(number.to_bytes(4, "big") for number in (HAS_FRAMES_BYTES_AND_TABLE, frames, size))
    lame = b"LAME".ljust(9) + bytes(12) + (ENCODER_DELAY << 12 | padding).to_bytes(3, "big")
    return (HEADER + bytes(SIDE_BYTES) + xing + table + lame).ljust(FRAME_BYTES, b"\x00")
