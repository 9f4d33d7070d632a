"""What one remix does to its source: integers and enums alone, never a word that somebody typed."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from ai.remix import canonical
from ai.remix.engine import engine_version
from ai.remix.envelope import MAX_SECTIONS, Colour, Envelope, HalfDecibels, Pitch, Room, Tempo
from ai.remix.source import SAMPLE_RATE, Slug, Source, divide_rounded

TAIL_FRAMES = 2 * SAMPLE_RATE
"""After the last bar, in which rooms, echoes and the recording's own last notes ring out."""


class StemChange(Struct, frozen=True, forbid_unknown_fields=True):
    gain_half_db: HalfDecibels = 0
    mute: bool = False


class Recipe(canonical.Document, frozen=True, forbid_unknown_fields=True):
    """It knows no envelope: `check` does."""

    tempo_percent: Tempo
    pitch_semitones: Pitch
    stems: dict[Slug, StemChange]
    """Every stem of the source has an entry."""
    sections: Annotated[tuple[Slug, ...], Meta(min_length=1, max_length=MAX_SECTIONS)]
    room: Room
    colour: Colour


def original(source: Source) -> Recipe:
    """The recipe that changes nothing."""
    return Recipe(
        tempo_percent=100,
        pitch_semitones=0,
        stems={stem.id: StemChange() for stem in source.stems},
        sections=tuple(section.id for section in source.sections),
        room="none",
        colour="none",
    )


def render_key(recipe: Recipe, source: Source) -> str:
    """The same key means the same bytes: recipe, stems and engine are in it."""
    return canonical.digest(recipe.to_json(), source.digest, engine_version())


def section_starts(source: Source, recipe: Recipe) -> list[int]:
    """The frame of the remix at which each section begins, and last the one at which the last section ends."""
    bars_by_id = {section.id: section.bars for section in source.sections}
    starts, bars = [0], 0
    for section_id in recipe.sections:
        bars += bars_by_id[section_id]
        starts.append(frame_after_bars(source, recipe, bars))
    return starts


def frame_after_bars(source: Source, recipe: Recipe, bars: int) -> int:
    """The frame of the remix at which this many bars have gone by, rounded once, so that bars do not drift."""
    return divide_rounded(bars * source.frames_of_bar_times_bpm * 100, source.bpm_milli * recipe.tempo_percent)


def frames_of(source: Source, recipe: Recipe) -> int:
    return section_starts(source, recipe)[-1] + TAIL_FRAMES


def seconds_of(source: Source, recipe: Recipe) -> float:
    """How long the remix is, with its tail."""
    return frames_of(source, recipe) / SAMPLE_RATE


def schema(envelope: Envelope, source: Source) -> dict[str, Any]:
    """A JSON schema of the recipes inside this envelope. Order and length are left to `check`."""
    allowed = [section.id for section in source.sections if envelope.sections[section.id].max_times]
    stems = {stem_id: _stem_schema(envelope, stem_id) for stem_id in sorted(envelope.stems)}
    return _object(
        {
            "tempo_percent": _integer(envelope.tempo_percent),
            "pitch_semitones": _integer(envelope.pitch_semitones),
            "stems": _object(stems),
            "sections": {
                "type": "array",
                "items": {"type": "string", "enum": allowed},
                "minItems": 1,
                "maxItems": envelope.max_sections,
            },
            "room": {"type": "string", "enum": list(envelope.rooms)},
            "colour": {"type": "string", "enum": list(envelope.colours)},
        }
    )


def _stem_schema(envelope: Envelope, stem_id: str) -> dict[str, Any]:
    bounds = envelope.stems[stem_id]
    mute = {"type": "boolean"} if bounds.may_mute else {"type": "boolean", "const": False}
    return _object({"gain_half_db": _integer(bounds.gain_half_db), "mute": mute})


def _integer(bounds: tuple[int, int]) -> dict[str, Any]:
    return {"type": "integer", "minimum": bounds[0], "maximum": bounds[1]}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
