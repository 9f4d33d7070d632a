"""What is asked of a render, and what it answers."""

from dataclasses import dataclass
from pathlib import Path

import msgspec

from ai.exceptions import AIError, MissingClearance
from ai.remix.recipe import Recipe
from ai.remix.source import Source
from rights.clearance_result import Clearance

REQUIRED_USE = "remix"
"""The use that a clearance for the sound of a recording must name."""


class Window(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of a remix: from the beginning of its nth section, counted from 0."""

    section: int
    seconds: int


class RenderRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`recipe` has passed `check`. `stems` says where the stored FLAC of each digest is."""

    clearance: Clearance
    source: Source
    recipe: Recipe
    stems: dict[str, Path]
    window: Window | None = None
    """Without one the whole remix is rendered."""
    cache: Path | None = None
    """A folder that keeps what was measured of a source, which makes windows of it quicker."""

    def __post_init__(self) -> None:
        require_clearance(self.clearance)
        if self.window and not 0 <= self.window.section < len(self.recipe.sections):
            raise ValueError("the window begins in a section that the recipe does not have")
        if self.window and not 1 <= self.window.seconds <= 60:
            raise ValueError("a window lasts 1 to 60 seconds")
        if self.recipe.stems.keys() != {stem.id for stem in self.source.stems}:
            raise ValueError("the recipe is about other stems than the source has")
        if not set(self.recipe.sections) <= self.source.section_positions.keys():
            raise ValueError("the recipe is about other sections than the source has")


def require_clearance(clearance: Clearance) -> None:
    """The types already forbid a refusal here. This also holds where no type checker looks."""
    if not isinstance(clearance, Clearance):
        raise MissingClearance(f"{REQUIRED_USE} needs a Clearance, not {type(clearance).__name__}")
    if clearance.use != REQUIRED_USE or not clearance.recordings:
        raise MissingClearance(f"{REQUIRED_USE} needs a clearance for {REQUIRED_USE} of a recording")


@dataclass(frozen=True, slots=True)
class Rendered:
    path: Path
    """`render.flac` in the folder that was given: 24 bit, 44.1 kHz, two channels, not marked."""
    frames: int
    lufs_x100: int
    true_peak_x100: int
    """Both in hundredths of a decibel. A silent render has -7000 and -20000."""
    sha256: str
    peaks: bytes
    """One byte for each of PEAK_COLUMNS equal parts: its highest sample, 255 for full scale."""
    engine: str


PEAK_COLUMNS = 1000


class RenderFailed(AIError):
    """There is no render. `code` is one of the keys of FAILURES, and `is_final` whether another try would fail too."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{FAILURES[code][0]} {detail}".strip())
        self.code, self.is_final = code, FAILURES[code][1]


FAILURES = {
    "request": ("The request is not one.", True),
    "clearance": ("There is no clearance for this.", True),
    "stem_missing": ("The file of a stem is not there.", False),
    "stem_broken": ("The file of a stem does not fit its source.", True),
    "disk_full": ("The disk is full.", False),
    "memory": ("The render needed more memory than it may have.", True),
    "time": ("The render took longer than it may.", False),
    "killed": ("The process that renders ended.", False),
    "fault": ("The render met a fault in our own code.", True),
}
