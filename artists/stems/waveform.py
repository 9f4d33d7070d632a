"""Draw a song in its sections as SVG paths, from the peaks of its files, in two widths."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ai.audio import PEAKS_A_SECOND
from ai.remix.source import SAMPLE_RATE
from web.waveform import draw_path


@dataclass(frozen=True)
class Piece:
    """One section in the picture: where it is, its words, and the path of its sound."""

    x: int
    width: int
    name: str
    bar: int
    path: str
    is_unsure: bool


@dataclass(frozen=True)
class Waveform:
    """`pieces` and `no_cut` (x, width) of a picture that is `width` wide and `height` high."""

    width: int
    height: int
    pieces: list[Piece]
    no_cut: list[tuple[int, int]]


WIDE, NARROW = (1120, 6, 172), (358, 4, 172)
"""Width, distance of the lines, and height."""


def merge_peaks(files: Sequence[bytes]) -> bytes:
    """The loudest of all files at each time."""
    if not files:
        return b""
    if len(files) == 1:
        return bytes(files[0])
    return bytes(max(column) for column in zip(*files, strict=False))


def draw(peaks: bytes, typed: dict[str, Any], size: tuple[int, int, int]) -> Waveform:
    """The song from its first beat on, as `typed` says where its sections are."""
    width, _, height = size
    seconds = max(len(peaks) / PEAKS_A_SECOND, 0.1)
    bar: float = typed["beats_per_bar"] * 60_000 / typed["bpm_milli"]
    first: float = typed["first_beat_frame"] / SAMPLE_RATE

    def place(bar_number: int) -> int:
        at = first + (bar_number - 1) * bar
        return round(min(max(at / seconds, 0), 1) * width)

    rows = typed["sections"]
    edges = [*(place(row["first_bar"]) for row in rows), place(typed["last_bar"] + 1)]
    pieces = [
        Piece(
            edges[index],
            max(edges[index + 1] - edges[index], 0),
            row["name"],
            row["first_bar"],
            _path(peaks, edges[index], edges[index + 1], size),
            0 < row.get("sure", 0) < 3,
        )
        for index, row in enumerate(rows)
    ]
    cuts = [(place(cut["first_bar"]), place(cut["last_bar"] + 1)) for cut in typed["no_cut"]]
    return Waveform(width, height, pieces, [(start, end - start) for start, end in cuts])


def _path(peaks: bytes, start: int, end: int, size: tuple[int, int, int]) -> str:
    width, step, _ = size
    middle, room = (105, 60) if size == WIDE else (105, 40)
    return draw_path(peaks, start, end, width=width, step=step, middle=middle, room=room)
