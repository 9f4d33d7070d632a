"""List what a recipe changes, as values that pages put into words: for the slip at the desk, for review and receipt."""

from collections import Counter
from dataclasses import dataclass
from typing import Literal

from ai.remix.recipe import Recipe
from ai.remix.source import Source

type ChangeKind = Literal["tempo", "pitch", "gain", "mute", "skipped", "repeated", "moved", "room", "colour"]


@dataclass(frozen=True, slots=True)
class Change:
    """`what` is the id of the stem or section, if it is about one. `value` is percent, semitones, half dB or times."""

    kind: ChangeKind
    what: str = ""
    value: int | str = 0


def list_changes(source: Source, recipe: Recipe) -> list[Change]:
    """What differs from the recording, in the order of the desk. Empty for the recording as it is."""
    return [*_sound(recipe), *_stems(source, recipe), *_sections(source, recipe)]


def _sound(recipe: Recipe) -> list[Change]:
    found = []
    if recipe.tempo_percent != 100:
        found.append(Change("tempo", value=recipe.tempo_percent))
    if recipe.pitch_semitones:
        found.append(Change("pitch", value=recipe.pitch_semitones))
    if recipe.room != "none":
        found.append(Change("room", value=recipe.room))
    if recipe.colour != "none":
        found.append(Change("colour", value=recipe.colour))
    return found


def _stems(source: Source, recipe: Recipe) -> list[Change]:
    found = []
    for stem in source.stems:
        change = recipe.stems[stem.id]
        if change.mute:
            found.append(Change("mute", stem.id))
        elif change.gain_half_db:
            found.append(Change("gain", stem.id, change.gain_half_db))
    return found


def _sections(source: Source, recipe: Recipe) -> list[Change]:
    times = Counter(recipe.sections)
    found = [Change("skipped", section.id) for section in source.sections if not times[section.id]]
    found += [Change("repeated", section.id, times[section.id]) for section in source.sections if times[section.id] > 1]
    once = list(dict.fromkeys(recipe.sections))
    if once != sorted(once, key=source.section_positions.__getitem__):
        found.append(Change("moved", recipe.sections[0]))
    return found
