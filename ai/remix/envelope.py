"""The bounds that an artist signs for remixes of one source."""

import datetime as dt
from typing import Annotated, Literal

from msgspec import Meta, Struct

from ai.remix import canonical
from ai.remix.source import Sha256, Slug, Source

type Room = Literal["none", "kitchen", "hall"]
type Colour = Literal["none", "warm", "radio", "echo"]
type Order = Literal["recorded", "free"]

# What the engine can render well. No envelope goes further.
MIN_TEMPO, MAX_TEMPO = 70, 140
MIN_GAIN, MAX_GAIN = -48, 12
"""In half decibels."""
MAX_PITCH = 5
MAX_REPEATS = 8
MAX_SECTIONS = 64
MAX_SECONDS = 20 * 60

type Tempo = Annotated[int, Meta(ge=MIN_TEMPO, le=MAX_TEMPO)]
type Pitch = Annotated[int, Meta(ge=-MAX_PITCH, le=MAX_PITCH)]
type HalfDecibels = Annotated[int, Meta(ge=MIN_GAIN, le=MAX_GAIN)]
type Seconds = Annotated[int, Meta(ge=1, le=MAX_SECONDS)]


class StemBounds(Struct, frozen=True, forbid_unknown_fields=True):
    gain_half_db: tuple[HalfDecibels, HalfDecibels]
    may_mute: bool


class SectionBounds(Struct, frozen=True, forbid_unknown_fields=True):
    required: bool
    max_times: Annotated[int, Meta(ge=0, le=MAX_REPEATS)]


class VocalBounds(Struct, frozen=True, forbid_unknown_fields=True):
    max_pitch_semitones: Annotated[int, Meta(ge=0, le=MAX_PITCH)]


class Export(Struct, frozen=True, forbid_unknown_fields=True):
    stream: bool
    download: bool
    share: bool


class Envelope(canonical.Document, frozen=True, forbid_unknown_fields=True):
    """`begin_with` names sections that may open a remix and come before earlier ones; after that the order holds."""

    source: Sha256
    """The digest of the source that it is about."""
    tempo_percent: tuple[Tempo, Tempo]
    pitch_semitones: tuple[Pitch, Pitch]
    stems: dict[Slug, StemBounds]
    sections: dict[Slug, SectionBounds]
    order: Order
    begin_with: tuple[Slug, ...]
    max_sections: Annotated[int, Meta(ge=1, le=MAX_SECTIONS)]
    seconds: tuple[Seconds, Seconds]
    rooms: Annotated[tuple[Room, ...], Meta(min_length=1)]
    colours: Annotated[tuple[Colour, ...], Meta(min_length=1)]
    vocals: VocalBounds
    export: Export
    expires: dt.date

    def __post_init__(self) -> None:
        for low, high in (self.tempo_percent, self.pitch_semitones, self.seconds, *self._gains()):
            if low > high:
                raise ValueError(f"the range {low} to {high} is upside down")
        for names in (self.rooms, self.colours, self.begin_with):
            if len(set(names)) < len(names):
                raise ValueError("a name is listed twice")
        if "none" not in self.rooms or "none" not in self.colours:
            raise ValueError("a remix may always be without a room and without a colour")
        for section in self.sections.values():
            if section.required and not section.max_times:
                raise ValueError("a required section may come once at least")

    def _gains(self) -> list[tuple[int, int]]:
        return [bounds.gain_half_db for bounds in self.stems.values()]


def problems_with(envelope: Envelope, source: Source) -> list[str]:
    """Why this envelope cannot be about this source; empty when it can."""
    problems = []
    if envelope.source != source.digest:
        problems.append("it is about another source")
    if envelope.stems.keys() != {stem.id for stem in source.stems}:
        problems.append("its stems are not those of the source")
    if envelope.sections.keys() != source.section_positions.keys():
        problems.append("its sections are not those of the source")
    if not set(envelope.begin_with) <= envelope.sections.keys():
        problems.append("a section that may begin is not one of the source")
    for stem in source.stems:
        bounds = envelope.stems.get(stem.id)
        if stem.role == "master" and bounds and (bounds.may_mute or bounds.gain_half_db != (0, 0)):
            problems.append("a master has no level of its own")
    return problems
