"""Make the files that one fan gets of a render: marked, encoded, tagged, and signed last."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

import numpy as np
import soundfile
from numpy.typing import NDArray

from ai.audio.bit_depth import to_24_bits
from ai.provenance import manifest, tags, watermark
from ai.provenance.keys import Keys
from ai.provenance.label import Label
from ai.provenance.mp3 import Mp3File
from ai.remix.source import SAMPLE_RATE

type Samples = NDArray[np.float32]

FLAC, MP3 = "audio/flac", "audio/mpeg"


class FlacFile:
    """Takes blocks of samples as `Mp3File` does, and keeps 24 bits of each."""

    def __init__(self, path: Path) -> None:
        self._file = soundfile.SoundFile(path, "w", SAMPLE_RATE, 2, "PCM_24", format="FLAC")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def write(self, block: Samples) -> None:
        self._file.write(to_24_bits(block))


@dataclass(frozen=True)
class Form:
    """How a file of one kind is called, encoded and tagged."""

    name: str
    media_type: str
    open: type[FlacFile] | type[Mp3File]
    write_tags: Callable[[Path, Path, dict[str, str]], None]


FORMS = {
    "flac": Form("master.flac", FLAC, FlacFile, tags.write_flac),
    "mp3": Form("stream.mp3", MP3, Mp3File, tags.write_mp3),
}


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
    master, stream = _mark(render, label, folder, keys, ("flac", "mp3"))
    return MarkedFiles(master, stream)


def mark_stream(render: Path, label: Label, folder: Path, *, keys: Keys) -> File:
    """Write `stream.mp3` alone, for a try-out. Raises NotSigned."""
    [stream] = _mark(render, label, folder, keys, ("mp3",))
    return stream


def _mark(render: Path, label: Label, folder: Path, keys: Keys, endings: tuple[str, ...]) -> list[File]:
    """The finished files, which appear in the folder once all of them are signed."""
    with TemporaryDirectory(dir=folder) as name:
        work = Path(name)
        encode(render, work, endings, watermark_key=keys.watermark, render_id=label.render_id)
        for ending in endings:
            form = FORMS[ending]
            form.write_tags(work / f"plain.{ending}", work / f"tagged.{ending}", tags.of(label))
            manifest.sign(work / f"tagged.{ending}", work / f"signed.{ending}", form.media_type, label, keys.signing)
        return [
            _describe((work / f"signed.{ending}").replace(folder / FORMS[ending].name), FORMS[ending].media_type)
            for ending in endings
        ]


def encode(render: Path, folder: Path, endings: tuple[str, ...], *, watermark_key: bytes, render_id: int) -> None:
    """Write `plain.flac` or `plain.mp3` with the watermark: the same bytes for the same render, key and number."""
    with ExitStack() as stack:
        sound = stack.enter_context(soundfile.SoundFile(render))
        opened = [_open(ending, folder, stack) for ending in endings]
        for block in watermark.mark(blocks_of(sound), key=watermark_key, number=render_id):
            for file in opened:
                file.write(block)


def _open(ending: str, folder: Path, stack: ExitStack) -> FlacFile | Mp3File:
    file = FORMS[ending].open(folder / f"plain.{ending}")
    stack.enter_context(file)
    return file


def blocks_of(sound: soundfile.SoundFile) -> Iterator[Samples]:
    """The samples of a file of our own, in the blocks that a watermark takes."""
    while len(block := sound.read(watermark.BLOCK, dtype="float32", always_2d=True)):
        yield block


def _describe(path: Path, media_type: str) -> File:
    with path.open("rb") as file:
        return File(path, hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size, media_type)
