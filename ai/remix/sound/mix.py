"""Arrange, stretch and colour a remix, block after block, before its loudness is set."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ai.remix.arrangement import Piece, pieces_of
from ai.remix.render_request import RenderRequest
from ai.remix.sound.effects import effects_of
from ai.remix.sound.seams import FADE, MARGIN, Joiner
from ai.remix.sound.stems import PERCUSSION, Buses, StemFiles, heard_stems
from ai.remix.sound.stretch import LEAD_AFTER, lead_before, stretch
from ai.remix.sound.types import Audio
from ai.remix.source import SAMPLE_RATE

BLOCK = 65_536
FADE_IN = 64
FADE_OUT, FADE_OUT_OF_WINDOW = SAMPLE_RATE // 2, SAMPLE_RATE // 50


class Pieces:
    """Stretched pieces. One that comes again is kept in a file of the folder until then."""

    def __init__(self, request: RenderRequest, buses: Buses, pieces: list[Piece], folder: Path) -> None:
        self._recipe, self._buses, self._folder = request.recipe, buses, folder
        self._uses_left = Counter(piece.key for piece in pieces)
        self._joined = {piece.key for piece in pieces[1:]}

    def get(self, piece: Piece, bus: str) -> Audio:
        """With MARGIN frames before and after it."""
        length = piece.frames_after + 2 * MARGIN
        if piece.is_silent:
            return np.zeros((length, 2), np.float32)
        path = self._folder / f"{bus}-{piece.start}-{piece.end}.npy"
        if path.exists():
            stretched: Audio = np.load(path, mmap_mode="r")
        else:
            stretched = self._stretch(piece, bus)
            if self._uses_left[piece.key] > 1:
                np.save(path, stretched)
        return stretched[:length]

    def finish(self, piece: Piece) -> None:
        self._uses_left[piece.key] -= 1
        if not self._uses_left[piece.key]:
            for bus in self._buses.names:
                (self._folder / f"{bus}-{piece.start}-{piece.end}.npy").unlink(missing_ok=True)

    def _stretch(self, piece: Piece, bus: str) -> Audio:
        """One frame more than is asked for, as the same bars can be a frame longer elsewhere."""
        lead = lead_before(self._recipe.tempo_percent)
        audio = self._buses.read(bus, piece.start - lead, piece.end + lead)
        if piece.start < FADE and piece.key in self._joined:
            continue_backwards(audio, lead - piece.start)
        semitones = 0 if bus == PERCUSSION else self._recipe.pitch_semitones
        stretched = stretch(audio, self._recipe.tempo_percent, semitones)
        return stretched[LEAD_AFTER - MARGIN : LEAD_AFTER + piece.frames_after + MARGIN + 1]


def continue_backwards(audio: Audio, silent: int) -> None:
    """Fill the silent frames before the beginning of a recording, for the fade of a seam, with its beginning backwards.

    Turned upside down where it begins near zero, so that a tone goes on through the first frame.
    """
    loud = np.abs(audio[silent : silent + FADE]).max(axis=0)
    sign = np.where(np.abs(audio[silent]) > loud / 2, 1, -1).astype(np.float32)
    audio[:silent] = sign * audio[silent + 1 : 2 * silent + 1][::-1]


def mix(request: RenderRequest, folder: Path) -> Iterator[Audio]:
    """The remix or its window, in blocks of BLOCK frames at most. `folder` is for its own files."""
    source, recipe = request.source, request.recipe
    pieces = pieces_of(source, recipe, request.window)
    with StemFiles(source, request.stems, heard_stems(source, recipe)) as files:
        joined = _join(Pieces(request, buses := Buses(source, recipe, files), pieces, folder), pieces, buses.names)
        yield from _shape(request, joined, count_frames(request))


def count_frames(request: RenderRequest) -> int:
    pieces = pieces_of(request.source, request.recipe, request.window)
    frames = pieces[-1].end_after - pieces[0].start_after
    return min(frames, request.window.seconds * SAMPLE_RATE) if request.window else frames


def _join(stretched: Pieces, pieces: list[Piece], buses: list[str]) -> Iterator[Audio]:
    joiners = {bus: Joiner(turns=bus != PERCUSSION) for bus in buses}
    for piece in pieces:
        yield _sum([joiners[bus].add(stretched.get(piece, bus)) for bus in buses])
        stretched.finish(piece)
    yield _sum([joiner.finish()[:MARGIN] for joiner in joiners.values()])


def _sum(buses: list[Audio]) -> Audio:
    total = buses[0].copy()
    for bus in buses[1:]:
        total += bus
    return total


def _shape(request: RenderRequest, joined: Iterator[Audio], frames: int) -> Iterator[Audio]:
    """Cut into blocks, colour, and fade both ends."""
    effects = effects_of(request.source, request.recipe)
    fade_out = FADE_OUT_OF_WINDOW if request.window else FADE_OUT
    position = 0
    for part in joined:
        for start in range(0, len(part), BLOCK):
            block = part[start : start + BLOCK][: frames - position]
            if not len(block):
                return
            if position == 0:
                block[:FADE_IN] *= np.linspace(0, 1, FADE_IN, dtype=np.float32)[:, None]
            for effect in effects:
                block = effect.apply(block)
            yield _fade_out(block, frames - position, fade_out)
            position += len(block)


def _fade_out(block: Audio, left: int, length: int) -> Audio:
    """`left` frames are to come, with this block. The last `length` of them become silent along a cosine."""
    if left - len(block) >= length:
        return block
    place = np.clip((left - np.arange(len(block)) - 1) / length, 0, 1)
    return block * (np.sin(place * np.pi / 2) ** 2)[:, None].astype(np.float32)
