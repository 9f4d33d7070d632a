"""Files of stems for tests: a short song by code, sent whole or checked."""

import io
from functools import cache
from pathlib import Path

import numpy as np
import soundfile

from artists.stems import checking
from catalog.models import AudioUpload, Recording
from tests.catalog import audio as files

RATE = 44_100
SECONDS = 20


@cache
def wav(seconds: float = SECONDS, *, channels: int = 2, rate: int = RATE, seed: int = 1, kind: str = "WAV") -> bytes:
    """Two beats a second, as low drums, quietly."""
    t = np.arange(int(seconds * rate)) / rate
    beats = np.exp(-((t * 2) % 1) * 12) * np.sin(2 * np.pi * (60 + seed) * t)
    bars = np.exp(-((t / 2) % 1) * 40) * np.sin(2 * np.pi * 45 * t)
    samples = np.repeat((0.3 * beats + 0.4 * bars).astype(np.float32)[:, None], channels, axis=1)
    return encode(samples, rate=rate, kind=kind)


def encode(samples: np.ndarray, *, rate: int = RATE, subtype: str = "PCM_16", kind: str = "WAV") -> bytes:
    content = io.BytesIO()
    soundfile.write(content, samples, rate, subtype, format=kind)
    return content.getvalue()


def check(recording: Recording, content: bytes, name: str = "drums.wav") -> AudioUpload:
    """Send a file and let the worker check it."""
    upload = files.send_file(recording, content, name)
    checking.check(upload)
    upload.refresh_from_db()
    return upload


def size_below(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
