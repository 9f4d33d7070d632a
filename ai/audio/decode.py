"""Decode a file that somebody sent, in a process with limits on memory, processor time and output.

The result is always the same kind of file: FLAC with 24 bits, 44,100 Hz and one or two channels. Nobody hears the file
as it was sent. A small file can expand enormously, so its header is checked before a sample is decoded.
"""

import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ai.audio.exceptions import DecoderFailed, Refused

ENGINE_RATE = 44_100
LARGEST_FILE = 1024**3
LONGEST_SECONDS = 20 * 60
WALL_SECONDS = 300
LIMIT_SIGNALS = (signal.SIGXCPU, signal.SIGKILL)
PROJECT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Accepts:
    """Which files a caller takes, in words of libsndfile. `strict` refuses lossy samples and files that end early."""

    formats: tuple[str, ...]
    lowest_rate: int
    highest_rate: int
    strict: bool


UPLOADS = Accepts(("WAV", "WAVEX", "RF64", "FLAC", "AIFF"), 44_100, 96_000, strict=True)
ANY_COPY = Accepts((*UPLOADS.formats, "OGG", "MP3"), 8_000, 192_000, strict=False)


@dataclass(frozen=True)
class Decoded:
    """What was written, and what the file was. `clipped` counts the samples of the file at full scale."""

    frames: int
    channels: int
    sha256: str
    bytes: int
    format: str
    original_rate: int
    original_bits: int | None
    clipped: int


def decode(source: Path, target: Path, *, accepts: Accepts = UPLOADS) -> Decoded:
    """Write `source` anew as FLAC at `target`, whole or not at all. Raises Refused or DecoderFailed."""
    if source.stat().st_size > LARGEST_FILE:
        raise Refused("too-large")
    with TemporaryDirectory(prefix="decode-", dir=target.parent) as folder:
        written = Path(folder) / "decoded.flac"
        answer = _run({"source": str(source.resolve()), "target": str(written.resolve()), "accepts": asdict(accepts)})
        decoded = Decoded(**answer)
        written.replace(target)
    return decoded


def _run(order: dict[str, Any]) -> dict[str, Any]:
    """The answer of the decoder's process. A process that a limit ended has refused the file."""
    environment = {"PATH": os.environ.get("PATH", ""), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "ai.audio.decoder_process"],
            input=json.dumps(order),
            capture_output=True,
            text=True,
            cwd=PROJECT,
            env=environment,
            timeout=WALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Refused("too-heavy") from None
    if done.returncode < 0:
        raise Refused("too-heavy" if -done.returncode in LIMIT_SIGNALS else "damaged")
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        raise DecoderFailed(done.stderr[-500:] or f"the decoder ended with {done.returncode}") from None
    if code := answer.get("refused"):
        raise Refused(code)
    if failure := answer.get("failed"):
        raise DecoderFailed(failure)
    return answer
