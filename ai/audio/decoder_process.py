"""The process that reads a file nobody has vouched for. It takes an order as JSON and answers with JSON.

It limits itself before it opens the file, so that a fault in a decoder harms this process alone.
"""

import hashlib
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from ai.audio.bit_depth import to_24_bits
from ai.audio.decode import LONGEST_SECONDS, Accepts, Decoded
from ai.audio.exceptions import DecoderFailed, Refused
from ai.audio.limited import limit_this_process
from ai.remix.source import SAMPLE_RATE

type Samples = NDArray[np.float32]

BLOCK_SECONDS = 2
BITS = {"PCM_16": 16, "PCM_24": 24, "PCM_32": 32, "FLOAT": 32}
# The largest sample of 16 bits: what reaches it was most likely cut off there.
CLIPPED_FROM = 32_767 / 32_768
OPEN_ENDED = 0xFFFFFFFF
NO_LENGTH = 1 << 62


def main() -> None:
    """Do one order and print its answer."""
    order = json.load(sys.stdin)
    limit_this_process()
    accepts = msgspec.convert(order["accepts"], Accepts)
    try:
        answer: dict[str, Any] = asdict(decode_file(Path(order["source"]), Path(order["target"]), accepts))
    except Refused as refused:
        answer = {"refused": refused.code}
    except MemoryError:
        answer = {"refused": "too-heavy"}
    except DecoderFailed as failed:
        answer = {"failed": str(failed)}
    json.dump(answer, sys.stdout)


def decode_file(source: Path, target: Path, accepts: Accepts) -> Decoded:
    """What was written to `target`. Raises Refused and DecoderFailed."""
    # By its number and not by its name: soundfile would believe the name's ending.
    number = os.open(source, os.O_RDONLY)
    try:
        file = soundfile.SoundFile(number, closefd=False)
    except soundfile.LibsndfileError:
        raise Refused("empty" if source.stat().st_size == 0 else "not-audio") from None
    with file:
        require_acceptable(file, accepts)
        if accepts.strict:
            require_whole(source)
        clipped, frames = write_flac(file, target, accepts)
    with target.open("rb") as written:
        content = hashlib.file_digest(written, "sha256").hexdigest()
    return Decoded(
        frames=frames,
        channels=file.channels,
        sha256=content,
        bytes=target.stat().st_size,
        format={"WAVEX": "WAV", "RF64": "WAV"}.get(file.format, file.format),
        original_rate=file.samplerate,
        original_bits=BITS.get(file.subtype),
        clipped=clipped,
    )


def require_acceptable(file: soundfile.SoundFile, accepts: Accepts) -> None:
    """What the header says is within bounds, or Refused. Nothing is decoded yet."""
    checks = {
        "format": file.format in accepts.formats,
        "bits": not accepts.strict or file.subtype in BITS,
        "channels": 1 <= file.channels <= 2,
        "rate": accepts.lowest_rate <= file.samplerate <= accepts.highest_rate,
        "empty": file.frames > 0,
        "no-length": file.frames < NO_LENGTH,
        "too-long": file.frames <= LONGEST_SECONDS * file.samplerate,
    }
    for code, fine in checks.items():
        if not fine:
            raise Refused(code)


def require_whole(source: Path) -> None:
    """Refuse a WAV or AIFF file that is shorter than its own header says: libsndfile plays what is there."""
    with source.open("rb") as file:
        head = file.read(8)
    if head[:4] in (b"RIFF", b"FORM"):
        stated = int.from_bytes(head[4:8], "little" if head[:4] == b"RIFF" else "big")
        if stated != OPEN_ENDED and stated + 8 > source.stat().st_size:
            raise Refused("truncated")


def write_flac(file: soundfile.SoundFile, target: Path, accepts: Accepts) -> tuple[int, int]:
    """How many samples were at full scale, and how many frames were written."""
    clipped = frames = 0
    resampler = soxr.ResampleStream(file.samplerate, SAMPLE_RATE, file.channels, dtype="float32", quality="VHQ")
    same_rate = file.samplerate == SAMPLE_RATE
    try:
        with soundfile.SoundFile(target, "w", SAMPLE_RATE, file.channels, "PCM_24", format="FLAC") as written:
            for block, last in blocks_of(file, accepts):
                clipped += int(np.count_nonzero(np.abs(block) >= CLIPPED_FROM))
                ready = block if same_rate else resampler.resample_chunk(block, last=last)
                written.write(to_24_bits(ready))
                frames += len(ready)
    except soundfile.LibsndfileError as error:
        raise DecoderFailed(str(error)) from None
    return clipped, frames


def blocks_of(file: soundfile.SoundFile, accepts: Accepts) -> Iterator[tuple[Samples, bool]]:
    """The samples of the whole file, two seconds at a time, and whether they are the last. Raises Refused."""
    wanted = file.frames
    while wanted:
        try:
            block = file.read(min(wanted, BLOCK_SECONDS * file.samplerate), dtype="float32", always_2d=True)
        except soundfile.LibsndfileError:
            raise Refused("damaged") from None
        if not len(block) and accepts.strict:
            raise Refused("truncated")
        if not np.isfinite(block).all():
            raise Refused("not-finite")
        wanted = wanted - len(block) if len(block) else 0
        yield block, not wanted


if __name__ == "__main__":
    main()
