"""Bring a recipe inside an envelope by moving every level to its nearest allowed one."""

import msgspec

from ai.remix.envelope import Envelope
from ai.remix.recipe import Recipe, StemChange
from ai.remix.source import Source


def fit(source: Source, envelope: Envelope, recipe: Recipe) -> Recipe:
    """Numbers, mutes, room and colour are inside afterwards. Which sections come, and how long it is, stays."""
    stems = {stem_id: _fit_stem(envelope, stem_id, change) for stem_id, change in recipe.stems.items()}
    if all(change.mute for change in stems.values()):
        stems = {stem_id: StemChange(change.gain_half_db) for stem_id, change in stems.items()}
    is_sung = any(stem.role == "vocals" and not stems[stem.id].mute for stem in source.stems)
    limit = envelope.vocals.max_pitch_semitones
    pitch = nearest(recipe.pitch_semitones, (-limit, limit)) if is_sung else recipe.pitch_semitones
    return msgspec.structs.replace(
        recipe,
        tempo_percent=nearest(recipe.tempo_percent, envelope.tempo_percent),
        pitch_semitones=nearest(pitch, envelope.pitch_semitones),
        stems=stems,
        room=recipe.room if recipe.room in envelope.rooms else "none",
        colour=recipe.colour if recipe.colour in envelope.colours else "none",
    )


def nearest(wish: int, bounds: tuple[int, int]) -> int:
    return min(max(wish, bounds[0]), bounds[1])


def _fit_stem(envelope: Envelope, stem_id: str, change: StemChange) -> StemChange:
    bounds = envelope.stems[stem_id]
    return StemChange(nearest(change.gain_half_db, bounds.gain_half_db), change.mute and bounds.may_mute)
