"""The furthest recipes of an envelope, which an artist hears before signing it."""

from dataclasses import dataclass

import msgspec

from ai.remix.envelope import Envelope
from ai.remix.fitting import fit, nearest
from ai.remix.recipe import Recipe, StemChange, original
from ai.remix.source import Source


@dataclass(frozen=True, slots=True)
class Corner:
    """`name` is slow-low, fast-low, slow-high, fast-high, without-<stem id>, voice-up or loudest."""

    name: str
    recipe: Recipe


def corners(source: Source, envelope: Envelope) -> list[Corner]:
    """Inside every bound but that on length, as 20 seconds of each are heard. Two that are alike come once."""
    recipe = arrangement(source, envelope)
    found = [
        *_speeds(source, envelope, recipe),
        *_mutes(source, envelope, recipe),
        *_levels(source, envelope, recipe),
    ]
    return list({corner.recipe.to_json(): corner for corner in reversed(found)}.values())[::-1]


def arrangement(source: Source, envelope: Envelope) -> Recipe:
    """The recording with the sections that a remix may have, each level as near to the recorded one as allowed."""
    sections = tuple(one.id for one in source.sections if envelope.sections[one.id].max_times)
    return fit(source, envelope, msgspec.structs.replace(original(source), sections=sections))


def _speeds(source: Source, envelope: Envelope, recipe: Recipe) -> list[Corner]:
    pitches = envelope.pitch_semitones
    if _is_always_sung(source, envelope):
        limit = envelope.vocals.max_pitch_semitones
        pitches = (nearest(pitches[0], (-limit, limit)), nearest(pitches[1], (-limit, limit)))
    return [
        Corner(
            f"{speed}-{height}",
            _mute_vocals_beyond_limit(
                source, envelope, msgspec.structs.replace(recipe, tempo_percent=tempo, pitch_semitones=pitch)
            ),
        )
        for height, pitch in zip(("low", "high"), pitches, strict=True)
        for speed, tempo in zip(("slow", "fast"), envelope.tempo_percent, strict=True)
    ]


def _is_always_sung(source: Source, envelope: Envelope) -> bool:
    return any(stem.role == "vocals" and not envelope.stems[stem.id].may_mute for stem in source.stems)


def _mute_vocals_beyond_limit(source: Source, envelope: Envelope, recipe: Recipe) -> Recipe:
    if abs(recipe.pitch_semitones) <= envelope.vocals.max_pitch_semitones:
        return recipe
    vocals = {stem.id for stem in source.stems if stem.role == "vocals"}
    stems = {stem_id: StemChange(one.gain_half_db, stem_id in vocals) for stem_id, one in recipe.stems.items()}
    return msgspec.structs.replace(recipe, stems=stems)


def _mutes(source: Source, envelope: Envelope, recipe: Recipe) -> list[Corner]:
    found = []
    for stem in source.stems:
        if len(source.stems) > 1 and envelope.stems[stem.id].may_mute:
            silent = StemChange(recipe.stems[stem.id].gain_half_db, mute=True)
            stems = recipe.stems | {stem.id: silent}
            found.append(Corner(f"without-{stem.id}", msgspec.structs.replace(recipe, stems=stems)))
    return found


def _levels(source: Source, envelope: Envelope, recipe: Recipe) -> list[Corner]:
    vocals = {stem.id for stem in source.stems if stem.role == "vocals"}
    loudest = {stem_id: StemChange(one.gain_half_db[1]) for stem_id, one in envelope.stems.items()}
    voice_up = {
        stem_id: StemChange(one.gain_half_db[1 if stem_id in vocals else 0]) for stem_id, one in envelope.stems.items()
    }
    found = [Corner("loudest", msgspec.structs.replace(recipe, stems=loudest))]
    return [Corner("voice-up", msgspec.structs.replace(recipe, stems=voice_up)), *found] if vocals else found
