"""Say which render a file is, from its manifest, its watermark or its fingerprint, in this order."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import soundfile

from ai.audio.decode import ANY_COPY, decode
from ai.audio.limited import run_module
from ai.provenance import altered, fingerprint, watermark
from ai.provenance.files import blocks_of
from ai.provenance.keys import Keys

type Fingerprints = Callable[[], Iterable[tuple[int, bytes]]]


@dataclass(frozen=True)
class Identified:
    """`manifest` is its state: Trusted, Valid, Invalid, or None where there is none. `error` is the fingerprint's.

    `altered` says in words how the sound was changed since, where that had to be undone.
    """

    render_id: int | None
    by: Literal["manifest", "watermark", "fingerprint"] | None
    manifest: str | None
    error: float | None = None
    compared_fingerprints: bool = False
    altered: str = ""


def identify(
    path: Path, *, keys: Keys, fingerprints: Fingerprints, sidecar: Path | None = None, looks_for_altered: bool = False
) -> Identified:
    """Raises Refused where the file is no audio that is read here, DecoderFailed where the disk is full.

    A manifest is believed only where we signed it and it fits the file. `looks_for_altered` takes minutes: speeds,
    tempi and keys are tried one after the other.
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
        known = list(fingerprints()) if fingerprint.is_available() else None
        found = Identified(None, None, state, compared_fingerprints=known is not None)
        if known and (match := fingerprint.closest(fingerprint.take(sound), known)):
            return replace(found, render_id=match.number, by="fingerprint", error=match.error)
        return _undo(sound, keys.watermark, known or [], found) if looks_for_altered else found


def _undo(sound: Path, key: bytes, known: Sequence[tuple[int, bytes]], found: Identified) -> Identified:
    """What is found at another speed, tempo or key."""
    piece = altered.read_piece(sound)
    if marked := altered.find_watermark(piece, key=key):
        return replace(found, render_id=marked.number, by="watermark", altered=marked.change)
    if known and (match := altered.find_fingerprint(piece, known, sound.parent)):
        return replace(found, render_id=match.number, by="fingerprint", error=match.error, altered=match.change)
    return found


def _read_manifest(path: Path, sidecar: Path | None, anchors: bytes) -> tuple[str | None, int | None]:
    """The state of the file's manifest and the render it names."""
    order = {"path": str(path.resolve()), "sidecar": sidecar and str(sidecar.resolve()), "anchors": anchors.decode()}
    reading = run_module("ai.provenance.manifest_process", order)["reading"]
    return (reading["state"], reading["render_id"]) if reading else (None, None)
