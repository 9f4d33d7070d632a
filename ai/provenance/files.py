"""Make the files that one fan gets of a render: marked, encoded, tagged, and signed last."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import soundfile
from numpy.typing import NDArray

from ai.audio.decoder_process import to_24_bits
from ai.provenance import manifest, tags, watermark
from ai.provenance.keys import Keys
from ai.provenance.label import Label

type Samples = NDArray[np.float32]

FLAC, MP3 = "audio/flac", "audio/mpeg"
# LAME's scale from best (0) to smallest (1): about 165 kbit/s for a full mix.
MP3_LEVEL = 0.4


@dataclass(frozen=True)
class File:
    path: Path
    sha256: str
    bytes: int
    media_type: str


@dataclass(frozen=True)
class MarkedFiles:
    """The lossless copy and the one for listening."""

    master: File
    stream: File


def mark_files(render: Path, label: Label, folder: Path, *, keys: Keys) -> MarkedFiles:
    """Write `master.flac` and `stream.mp3` of a render into `folder`. Raises NotSigned."""
    with TemporaryDirectory(dir=folder) as name:
        work = Path(name)
        encode(render, work, watermark_key=keys.watermark, render_id=label.render_id)
        tags.write_flac(work / "plain.flac", work / "tagged.flac", tags.of(label))
        tags.write_mp3(work / "plain.mp3", work / "tagged.mp3", tags.of(label))
        for ending, media_type in (("flac", FLAC), ("mp3", MP3)):
            manifest.sign(work / f"tagged.{ending}", work / f"signed.{ending}", media_type, label, keys.signing)
        master = (work / "signed.flac").replace(folder / "master.flac")
        stream = (work / "signed.mp3").replace(folder / "stream.mp3")
    return MarkedFiles(_describe(master, FLAC), _describe(stream, MP3))


def encode(render: Path, folder: Path, *, watermark_key: bytes, render_id: int) -> None:
    """Write `plain.flac` and `plain.mp3` with the watermark: the same bytes for the same render, key and number."""
    with soundfile.SoundFile(render) as sound:
        rate, channels = sound.samplerate, sound.channels
        with (
            soundfile.SoundFile(folder / "plain.flac", "w", rate, channels, "PCM_24", format="FLAC") as flac,
            soundfile.SoundFile(
                folder / "plain.mp3",
                "w",
                rate,
                channels,
                "MPEG_LAYER_III",
                format="MP3",
                compression_level=MP3_LEVEL,
                bitrate_mode="VARIABLE",
            ) as mp3,
        ):
            for block in watermark.mark(blocks_of(sound), key=watermark_key, number=render_id):
                flac.write(to_24_bits(block))
                mp3.write(block)


def blocks_of(sound: soundfile.SoundFile) -> Iterator[Samples]:
    """The samples of a file of our own, in the blocks that a watermark takes."""
    while len(block := sound.read(watermark.BLOCK, dtype="float32", always_2d=True)):
        yield block


def _describe(path: Path, media_type: str) -> File:
    with path.open("rb") as file:
        return File(path, hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size, media_type)
