"""Compare envelopes: is one narrower than another, is it inside what the owners of rights agreed to?"""

import datetime as dt
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from ai.remix import canonical
from ai.remix.check import Violation
from ai.remix.envelope import (
    MAX_PITCH,
    MAX_REPEATS,
    Colour,
    Envelope,
    Export,
    HalfDecibels,
    Order,
    Pitch,
    Room,
    Seconds,
    StemBounds,
    Tempo,
)
from ai.remix.source import Slug

type Range = tuple[int, int]


class OuterBounds(canonical.Document, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What an agreement allows remixes of its recordings. What it does not name is not limited."""

    tempo_percent: tuple[Tempo, Tempo] | None = None
    pitch_semitones: tuple[Pitch, Pitch] | None = None
    vocals_pitch_semitones: Annotated[int, Meta(ge=0, le=MAX_PITCH)] | None = None
    seconds: tuple[Seconds, Seconds] | None = None
    max_times: Annotated[int, Meta(ge=1, le=MAX_REPEATS)] | None = None
    """How often one section may come."""
    order: Order | None = None
    """`recorded` forbids another order, also that a later section opens."""
    may_not_mute: tuple[Slug, ...] = ()
    """Ids of stems. `vocals` is the first stem of that role, and also `vocals-2` and so on."""
    gain_half_db: dict[Slug, tuple[HalfDecibels, HalfDecibels]] = {}
    """How quiet and how loud stems may be, by their ids as above."""
    rooms: tuple[Room, ...] | None = None
    colours: tuple[Colour, ...] | None = None
    export: Export | None = None
    expires: dt.date | None = None

    def __post_init__(self) -> None:
        ranges = (self.tempo_percent, self.pitch_semitones, self.seconds, *self.gain_half_db.values())
        for low, high in filter(None, ranges):
            if low > high:
                raise ValueError(f"the range {low} to {high} is upside down")


def narrower(new: Envelope, old: Envelope) -> bool:
    """True when nothing is allowed by the new one that the old one did not allow. The same one is narrower."""
    return (
        new.source == old.source
        and new.stems.keys() == old.stems.keys()
        and new.sections.keys() == old.sections.keys()
        and _is_inside(new.tempo_percent, old.tempo_percent)
        and _is_inside(new.pitch_semitones, old.pitch_semitones)
        and _is_inside(new.seconds, old.seconds)
        and all(_is_stem_narrower(bounds, old.stems[stem_id]) for stem_id, bounds in new.stems.items())
        and _are_sections_narrower(new, old)
        and set(new.rooms) <= set(old.rooms)
        and set(new.colours) <= set(old.colours)
        and new.vocals.max_pitch_semitones <= old.vocals.max_pitch_semitones
        and not _exports_beyond(new.export, old.export)
        and new.expires <= old.expires
    )


def _is_inside(inner: Range, outer: Range) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def _is_stem_narrower(new: StemBounds, old: StemBounds) -> bool:
    return _is_inside(new.gain_half_db, old.gain_half_db) and (old.may_mute or not new.may_mute)


def _are_sections_narrower(new: Envelope, old: Envelope) -> bool:
    keeps_order = old.order == "free" or (new.order == "recorded" and set(new.begin_with) <= set(old.begin_with))
    return (
        keeps_order
        and new.max_sections <= old.max_sections
        and all(
            bounds.max_times <= old.sections[section_id].max_times
            and (bounds.required or not old.sections[section_id].required)
            for section_id, bounds in new.sections.items()
        )
    )


def _exports_beyond(inner: Export, outer: Export) -> list[str]:
    allowed = msgspec.to_builtins(outer)
    return [name for name, is_wanted in msgspec.to_builtins(inner).items() if is_wanted and not allowed[name]]


def within(envelope: Envelope, outer: OuterBounds) -> list[Violation]:
    """Where the envelope goes beyond what the owners agreed to; empty when it does not."""
    return [*_ranges_beyond(envelope, outer), *_lists_beyond(envelope, outer), *_arrangement_beyond(envelope, outer)]


def _ranges_beyond(envelope: Envelope, outer: OuterBounds) -> list[Violation]:
    pairs: list[tuple[str, Range, Range | None]] = [
        ("tempo_percent", envelope.tempo_percent, outer.tempo_percent),
        ("pitch_semitones", envelope.pitch_semitones, outer.pitch_semitones),
        ("seconds", envelope.seconds, outer.seconds),
    ]
    found = [Violation(path, "beyond", bound) for path, inner, bound in pairs if bound and not _is_inside(inner, bound)]
    vocals = outer.vocals_pitch_semitones
    if vocals is not None and envelope.vocals.max_pitch_semitones > vocals:
        found.append(Violation("vocals.max_pitch_semitones", "beyond", vocals))
    if outer.expires is not None and envelope.expires > outer.expires:
        found.append(Violation("expires", "beyond", outer.expires.isoformat()))
    return found


def _lists_beyond(envelope: Envelope, outer: OuterBounds) -> list[Violation]:
    pairs: list[tuple[str, tuple[Any, ...], tuple[Any, ...] | None]] = [
        ("rooms", envelope.rooms, outer.rooms),
        ("colours", envelope.colours, outer.colours),
    ]
    found = [
        Violation(path, "beyond", ["none", *allowed])
        for path, names, allowed in pairs
        if allowed is not None and not set(names) <= {"none", *allowed}
    ]
    if outer.export is not None:
        found += [
            Violation(f"export.{name}", "beyond", False) for name in _exports_beyond(envelope.export, outer.export)
        ]
    return found


def _arrangement_beyond(envelope: Envelope, outer: OuterBounds) -> list[Violation]:
    found = [
        Violation(f"stems.{stem_id}.may_mute", "beyond", False)
        for stem_id, bounds in envelope.stems.items()
        if bounds.may_mute and any(_is_named(stem_id, name) for name in outer.may_not_mute)
    ]
    found += [
        Violation(f"stems.{stem_id}.gain_half_db", "beyond", allowed)
        for stem_id, bounds in envelope.stems.items()
        for name, allowed in outer.gain_half_db.items()
        if _is_named(stem_id, name) and not _is_inside(bounds.gain_half_db, allowed)
    ]
    if outer.order == "recorded" and (envelope.order == "free" or envelope.begin_with):
        found.append(Violation("order", "beyond", "recorded"))
    if outer.max_times is not None:
        found += [
            Violation(f"sections.{section_id}.max_times", "beyond", outer.max_times)
            for section_id, bounds in envelope.sections.items()
            if bounds.max_times > outer.max_times
        ]
    return found


def _is_named(stem_id: str, name: str) -> bool:
    return stem_id == name or stem_id.startswith(f"{name}-")
