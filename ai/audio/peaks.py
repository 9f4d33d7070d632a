"""How loud a file is, twenty times a second, for the picture of its waveform."""

from pathlib import Path

import numpy as np
import soundfile

from ai.audio import PEAKS_A_SECOND

BLOCK_PEAKS = 200


def measure_peaks(path: Path) -> bytes:
    """A byte for each twentieth of a second of a FLAC file that we encoded: its loudest sample, 255 at full scale."""
    measured: list[bytes] = []
    with soundfile.SoundFile(path) as file:
        width = file.samplerate // PEAKS_A_SECOND
        for block in file.blocks(width * BLOCK_PEAKS, dtype="float32", always_2d=True):
            loudest = np.abs(block).max(axis=1)
            padded = np.pad(loudest, (0, -len(loudest) % width)).reshape(-1, width).max(axis=1)
            measured.append(np.rint(np.minimum(padded, 1) * 255).astype(np.uint8).tobytes())
    return b"".join(measured)
