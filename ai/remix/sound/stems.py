"""Read the stems of a source and mix them, at the levels of a recipe, into two buses."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Self

import numpy as np
import soundfile

from ai.remix.recipe import Recipe
from ai.remix.render_request import RenderFailed
from ai.remix.sound.types import Audio
from ai.remix.source import SAMPLE_RATE, Source, Stem

PERCUSSION, TONAL = "percussion", "tonal"
"""Percussion keeps its pitch when the key moves."""


def bus_of(stem: Stem) -> str:
    return PERCUSSION if stem.role == "drums" else TONAL


class StemFiles:
    """The opened files of the stems that are heard."""

    def __init__(self, source: Source, paths: Mapping[str, Path], stems: list[Stem]) -> None:
        self._source, self._paths, self._stems = source, paths, stems
        self._files: dict[str, soundfile.SoundFile] = {}

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            for stem in self._stems:
                self._files[stem.id] = stack.enter_context(self._open(stem))
            self._close = stack.pop_all().close
        return self

    def __exit__(self, *error: object) -> None:
        self._close()

    def _open(self, stem: Stem) -> soundfile.SoundFile:
        path = self._paths.get(stem.sha256)
        if path is None or not path.is_file():
            raise RenderFailed("stem_missing", stem.id)
        try:
            file = soundfile.SoundFile(path)
        except soundfile.LibsndfileError as error:
            raise RenderFailed("stem_broken", stem.id) from error
        if (file.samplerate, file.frames) != (SAMPLE_RATE, self._source.frames) or file.channels > 2:
            file.close()
            raise RenderFailed("stem_broken", stem.id)
        return file

    def read(self, stem: Stem, start: int, end: int) -> Audio:
        """Frames before the beginning and after the end of the recording are silent."""
        first, last = max(0, start), min(end, self._source.frames)
        result = np.zeros((end - start, 2), np.float32)
        if first < last:
            result[first - start : last - start] = self._read_inside(stem, first, last)
        return result

    def _read_inside(self, stem: Stem, start: int, end: int) -> Audio:
        try:
            self._files[stem.id].seek(start)
            read: Audio = self._files[stem.id].read(end - start, dtype="float32", always_2d=True)
        except soundfile.LibsndfileError as error:
            raise RenderFailed("stem_broken", stem.id) from error
        if len(read) != end - start or not np.isfinite(read).all():
            raise RenderFailed("stem_broken", stem.id)
        return read

    def blocks(self, stem: Stem, size: int) -> Iterator[Audio]:
        for start in range(0, self._source.frames, size):
            yield self.read(stem, start, min(start + size, self._source.frames))


class Buses:
    """The stems of a recipe, mixed. A bus without a stem that is heard is not there."""

    def __init__(self, source: Source, recipe: Recipe, files: StemFiles) -> None:
        self._files = files
        self._levels = {stem: level_of(recipe, stem) for stem in heard_stems(source, recipe)}
        self.names = sorted({bus_of(stem) for stem in self._levels})

    def read(self, bus: str, start: int, end: int) -> Audio:
        mixed = np.zeros((end - start, 2), np.float32)
        for stem, level in self._levels.items():
            if bus_of(stem) == bus:
                mixed += self._files.read(stem, start, end) * np.float32(level)
        return mixed


def heard_stems(source: Source, recipe: Recipe) -> list[Stem]:
    return [stem for stem in source.stems if not recipe.stems[stem.id].mute]


def level_of(recipe: Recipe, stem: Stem) -> float:
    """The factor of a stem, 0 when it is muted."""
    change = recipe.stems[stem.id]
    return 0.0 if change.mute else float(10 ** (change.gain_half_db / 40))
