"""Predict the loudness of a whole remix without rendering it, so that a window of it is equally loud.

For every 100 ms of the recording we keep the weighted energy of each stem, and of each two together. The energy of any
mix of levels follows from these, and so does the gated loudness of any arrangement of the sections.
"""

import math
from collections.abc import Iterator

import numpy as np

from ai.remix import canonical
from ai.remix.arrangement import Piece, pieces_of
from ai.remix.engine import engine_version
from ai.remix.render_request import RenderRequest
from ai.remix.sound import kernels
from ai.remix.sound.loudness import STEP, integrate, weighting
from ai.remix.sound.stems import StemFiles, level_of
from ai.remix.sound.types import Floats
from ai.remix.sound.whole_files import publish

BLOCK = 10 * STEP


class Profile:
    """`energies` has the shape (steps, stems, stems)."""

    def __init__(self, request: RenderRequest, energies: Floats) -> None:
        self._source, self._recipe = request.source, request.recipe
        levels = np.array([level_of(request.recipe, stem) for stem in request.source.stems])
        self._mixed = np.einsum("tij,i,j->t", energies, levels, levels)

    def predict_lufs(self, request: RenderRequest, window_lufs: float) -> float:
        """The loudness of the whole, from what it would be dry and from how much effects changed the window."""
        whole = self._lufs_of(pieces_of(self._source, self._recipe))
        window = self._lufs_of(pieces_of(self._source, self._recipe, request.window))
        if not all(map(math.isfinite, (whole, window, window_lufs))):
            return whole
        return whole + window_lufs - window

    def _lufs_of(self, pieces: list[Piece]) -> float:
        parts = [self._mixed[piece.start // STEP : piece.end // STEP] for piece in pieces if not piece.is_silent]
        return integrate(np.concatenate(parts))


def profile_of(request: RenderRequest) -> Profile:
    """From the cache if it is there."""
    if request.cache is None:
        return Profile(request, _measure(request))
    path = request.cache / f"{canonical.digest(request.source.digest, engine_version())}.npy"
    if not path.exists():
        with publish(path) as part, part.open("wb") as file:
            np.save(file, _measure(request))
    return Profile(request, np.load(path))


def _measure(request: RenderRequest) -> Floats:
    stems = list(request.source.stems)
    with StemFiles(request.source, request.stems, stems) as files:
        return np.concatenate(list(_measure_blocks(request, files)))


def _measure_blocks(request: RenderRequest, files: StemFiles) -> Iterator[Floats]:
    stems, coefficients = request.source.stems, weighting()
    states = [np.zeros((2, 2, 2)) for _ in stems]
    for blocks in zip(*(files.blocks(stem, BLOCK) for stem in stems), strict=True):
        for block, state in zip(blocks, states, strict=True):
            kernels.filter_biquads(block, coefficients, state)
        steps = len(blocks[0]) // STEP
        energies = np.empty((steps, len(stems), len(stems)))
        for i, one in enumerate(blocks):
            for j, other in enumerate(blocks[: i + 1]):
                products = (one[: steps * STEP] * other[: steps * STEP]).reshape(steps, 2 * STEP)
                energies[:, i, j] = energies[:, j, i] = products.sum(axis=1, dtype=np.float64) / STEP
        yield energies
