"""Decode a file that somebody sent, in a process with limits on memory, processor time and output.

The result is always the same kind of file: FLAC with 24 bits, 44,100 Hz and one or two channels. Nobody hears the file
as it was sent. A small file can expand enormously, so its header is checked before a sample is decoded.
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from ai.audio.exceptions import Refused
from ai.audio.limited import run_module
from ai.remix.source import MAX_FRAMES, SAMPLE_RATE

LARGEST_FILE = 1024**3
LONGEST_SECONDS = MAX_FRAMES // SAMPLE_RATE


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
        order = {"source": str(source.resolve()), "target": str(written.resolve()), "accepts": asdict(accepts)}
        answer = run_module("ai.audio.decoder_process", order)
        decoded = Decoded(**answer)
        written.replace(target)
    return decoded
