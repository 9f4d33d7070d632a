"""Say which render a file is, from its manifest, its watermark or its fingerprint, in this order."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import soundfile

from ai.audio.decode import ANY_COPY, decode
from ai.audio.limited import run_module
from ai.provenance import fingerprint, watermark
from ai.provenance.files import blocks_of
from ai.provenance.keys import Keys

type Fingerprints = Callable[[], Iterable[tuple[int, bytes]]]


@dataclass(frozen=True)
class Identified:
    """`manifest` is its state: Trusted, Valid, Invalid, or None where there is none. `error` is the fingerprint's."""

    render_id: int | None
    by: Literal["manifest", "watermark", "fingerprint"] | None
    manifest: str | None
    error: float | None = None
    compared_fingerprints: bool = False


def identify(path: Path, *, keys: Keys, fingerprints: Fingerprints, sidecar: Path | None = None) -> Identified:
    """Raises Refused where the file is no audio that is read here, DecoderFailed where the disk is full.

    A manifest is believed only where we signed it and it fits the file.
    """
    state, render_id = _read_manifest(path, sidecar, keys.anchors)
    if state == "Trusted" and render_id is not None:
        return Identified(render_id, "manifest", state)
    with TemporaryDirectory(prefix="identify-") as folder:
        sound = Path(folder) / "sound.flac"
        decode(path, sound, accepts=ANY_COPY)
        with soundfile.SoundFile(sound) as file:
            number = watermark.find(blocks_of(file), key=keys.watermark)
        if number is not None:
            return Identified(number, "watermark", state)
        if not fingerprint.is_available():
            return Identified(None, None, state)
        match = fingerprint.closest(fingerprint.take(sound), fingerprints())
    if match is None:
        return Identified(None, None, state, compared_fingerprints=True)
    return Identified(match.number, "fingerprint", state, match.error, compared_fingerprints=True)


def _read_manifest(path: Path, sidecar: Path | None, anchors: bytes) -> tuple[str | None, int | None]:
    """The state of the file's manifest and the render it names."""
    order = {"path": str(path.resolve()), "sidecar": sidecar and str(sidecar.resolve()), "anchors": anchors.decode()}
    reading = run_module("ai.provenance.manifest_process", order)["reading"]
    return (reading["state"], reading["render_id"]) if reading else (None, None)
