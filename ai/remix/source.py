"""Describe a recording as remixes need it: its beat, its stems, and its sections in bars."""

from collections import Counter
from itertools import pairwise
from typing import Annotated, Literal

from msgspec import Meta, Struct

from ai.remix import canonical

SAMPLE_RATE = 44_100
MAX_FRAMES = 20 * 60 * SAMPLE_RATE
MAX_STEMS = 12

type Slug = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*\Z", max_length=40)]
type Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
type Key = Annotated[str, Meta(pattern=r"^[a-g](-flat|-sharp)?-(major|minor)\Z")]
type StemRole = Literal["drums", "bass", "chords", "vocals", "other", "master"]
type SectionKind = Literal["intro", "verse", "pre-chorus", "chorus", "bridge", "solo", "break", "outro", "other"]
type Bar = Annotated[int, Meta(ge=0, le=10_000)]
type Bars = Annotated[int, Meta(ge=1, le=10_000)]


class Stem(Struct, frozen=True, forbid_unknown_fields=True):
    id: Slug
    role: StemRole
    sha256: Sha256
    """Of the stored FLAC."""


class Section(Struct, frozen=True, forbid_unknown_fields=True):
    id: Slug
    name: Annotated[str, Meta(min_length=1, max_length=80)]
    kind: SectionKind
    first_bar: Bar
    bars: Bars

    @property
    def end_bar(self) -> int:
        return self.first_bar + self.bars


class NoCut(Struct, frozen=True, forbid_unknown_fields=True):
    """A phrase that is never cut: where a section ends inside it, the next one follows."""

    first_bar: Bar
    bars: Bars


class Source(canonical.Document, frozen=True, forbid_unknown_fields=True):
    """The stems have one length. Sections follow each other without a gap, in the recorded order."""

    sample_rate: Literal[44100]
    frames: Annotated[int, Meta(ge=1, le=MAX_FRAMES)]
    bpm_milli: Annotated[int, Meta(ge=20_000, le=400_000)]
    beats_per_bar: Annotated[int, Meta(ge=1, le=16)]
    first_beat_frame: Annotated[int, Meta(ge=0, le=MAX_FRAMES)]
    key: Key
    stems: Annotated[tuple[Stem, ...], Meta(min_length=1, max_length=MAX_STEMS)]
    sections: Annotated[tuple[Section, ...], Meta(min_length=1, max_length=64)]
    no_cut: Annotated[tuple[NoCut, ...], Meta(max_length=200)] = ()

    def __post_init__(self) -> None:
        _require_unique("stems", [stem.id for stem in self.stems])
        _require_unique("sections", [section.id for section in self.sections])
        if len(self.stems) > 1 and any(stem.role == "master" for stem in self.stems):
            raise ValueError("a master stands alone, without stems beside it")
        for before, after in pairwise(self.sections):
            if after.first_bar != before.end_bar:
                raise ValueError(f"section {after.id} does not begin where {before.id} ends")
        if self.frame_of_bar(self.sections[-1].end_bar) > self.frames:
            raise ValueError("the last section ends after the recording")

    @property
    def section_positions(self) -> dict[str, int]:
        """Section id -> its place in the recorded order, from 0."""
        return {section.id: position for position, section in enumerate(self.sections)}

    def frame_of_bar(self, bar: int) -> int:
        """The frame of a bar's downbeat in the recording, rounded once, so that bars do not drift."""
        return self.first_beat_frame + divide_rounded(bar * self.frames_of_bar_times_bpm, self.bpm_milli)

    @property
    def frames_of_bar_times_bpm(self) -> int:
        """The length of a bar is this number of frames divided by bpm_milli, which is seldom whole."""
        return self.beats_per_bar * 60 * 1000 * SAMPLE_RATE

    def is_cut_allowed_after(self, position: int) -> bool:
        """False where a phrase that is never cut runs from this section into the next."""
        end = self.sections[position].end_bar
        return not any(phrase.first_bar < end < phrase.first_bar + phrase.bars for phrase in self.no_cut)


def divide_rounded(number: int, divisor: int) -> int:
    """Halves go up. Integers alone, so that every machine gives the same."""
    return (2 * number + divisor) // (2 * divisor)


def _require_unique(what: str, ids: list[str]) -> None:
    if repeated := [one for one, times in Counter(ids).items() if times > 1]:
        raise ValueError(f"{what} share the id {repeated[0]}")
