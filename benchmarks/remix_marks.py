"""How fast a finished render is marked for one more fan, in CPU seconds, and which step takes how much of it."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import soundfile

from ai.provenance import files, keys, manifest, tags, watermark
from ai.provenance.label import Label

TARGET = 40
WANTED = 55


@dataclass
class Measured:
    """CPU seconds for a render of `seconds`: of the whole, and of each step alone."""

    seconds: float
    cpu_seconds: float
    steps: dict[str, float] = field(default_factory=dict)

    @property
    def times_real_time(self) -> float:
        return self.seconds / self.cpu_seconds

    def lines(self) -> Iterator[str]:
        yield f"marked for one more fan: {self.times_real_time:.1f} x real time (at least {TARGET}, aim {WANTED})"
        for name, cpu_seconds in self.steps.items():
            yield f"  {name}: {1000 * cpu_seconds / self.seconds:.2f} ms of CPU for each second"


def measure(render: Path, label: Label) -> Measured:
    """Mark a render twice, the first time to warm up, then take its steps apart."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        keys.create(folder / "keys", organisation="Benchmark")
        kept = keys.read_folder(folder / "keys")
        files.mark_files(render, label, folder, keys=kept)
        cpu = _timed(lambda: files.mark_files(render, label, folder, keys=kept))
        return Measured(soundfile.info(render).duration, cpu, _steps(render, label, folder, kept))


def _steps(render: Path, label: Label, folder: Path, kept: keys.Keys) -> dict[str, float]:
    """Each step over the whole render, without the others."""
    with soundfile.SoundFile(render) as sound:
        blocks: list[np.ndarray] = []
        steps = {"read the render": _timed(lambda: blocks.extend(files.blocks_of(sound)))}

    def write(ending: str) -> None:
        with files.FORMS[ending].open(folder / f"a.{ending}") as file:
            for block in blocks:
                file.write(block)

    def tag_and_sign() -> None:
        tags.write_flac(folder / "a.flac", folder / "b.flac", tags.of(label))
        tags.write_mp3(folder / "a.mp3", folder / "b.mp3", tags.of(label))
        manifest.sign(folder / "b.flac", folder / "c.flac", files.FLAC, label, kept.signing)
        manifest.sign(folder / "b.mp3", folder / "c.mp3", files.MP3, label, kept.signing)

    mark = watermark.mark(iter(blocks), key=kept.watermark, number=label.render_id)
    steps["watermark"] = _timed(lambda: list(mark))
    steps["FLAC"] = _timed(lambda: write("flac"))
    steps["MP3"] = _timed(lambda: write("mp3"))
    steps["tags and signatures"] = _timed(tag_and_sign)
    return steps


def _timed(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start
