"""Render a remix, or a window of it, into a file."""

import hashlib
import math
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ai.remix.engine import engine_version
from ai.remix.process import PART
from ai.remix.recipe import render_key
from ai.remix.render_request import Rendered, RenderRequest
from ai.remix.sound.loudness import Meter
from ai.remix.sound.master import Mastered, gain_for, master
from ai.remix.sound.mix import count_frames, mix
from ai.remix.sound.profile import profile_of
from ai.remix.sound.whole_files import publish

FILE_NAME = "render.flac"
PERCENT_OF_MIX = 75


def render(request: RenderRequest, folder: Path, on_progress: Callable[[int], None] = lambda percent: None) -> Rendered:
    """Write `render.flac` into the folder, whole or not at all. `on_progress` hears percents, up to 100.

    Raises RenderFailed, or OSError when the disk is full. The bytes depend on the request and the engine alone.
    """
    path = folder / FILE_NAME
    with tempfile.TemporaryDirectory(prefix=PART, dir=folder) as own, publish(path) as part:
        mixed = Path(own) / "mix.f32"
        lufs = _write_mix(request, mixed, on_progress)
        if request.window:
            lufs = profile_of(request).predict_lufs(request, lufs)
        seed = int(render_key(request.recipe, request.source)[:16], 16)
        mastered = master(mixed, part, gain_for(lufs), seed=seed, may_repeat=request.window is None)
        digest = _digest(part)
    on_progress(100)
    return _describe(path, mastered, digest)


def _write_mix(request: RenderRequest, path: Path, on_progress: Callable[[int], None]) -> float:
    meter, frames, done = Meter(), count_frames(request), 0
    with path.open("wb") as file:
        for block in mix(request, path.parent):
            meter.add(block)
            file.write(np.ascontiguousarray(block).data)
            done += len(block)
            on_progress(PERCENT_OF_MIX * done // frames)
    return meter.lufs


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _describe(path: Path, mastered: Mastered, digest: str) -> Rendered:
    lufs = mastered.lufs if math.isfinite(mastered.lufs) else -70.0
    return Rendered(
        path=path,
        frames=mastered.frames,
        lufs_x100=round(lufs * 100),
        true_peak_x100=round(mastered.true_peak * 100),
        sha256=digest,
        peaks=mastered.peaks,
        engine=engine_version(),
    )
