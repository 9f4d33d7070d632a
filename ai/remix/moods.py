"""Moods: recipes that a fan starts from, and the one that rules choose from what a fan plays and when."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

import msgspec

from ai.remix.check import recipe_if_inside
from ai.remix.corners import arrangement
from ai.remix.envelope import Envelope
from ai.remix.fitting import fit
from ai.remix.recipe import Recipe, StemChange
from ai.remix.source import Source

type Mood = Literal["original", "after_midnight", "first_bus", "kitchen", "old_radio"]
MOODS: tuple[Mood, ...] = get_args(Mood.__value__)

SLOWER, FASTER = 88, 110
"""Percent of the recorded tempo."""
LOUDER = 6
"""Half decibels by which a stem is raised that the fan turned up again and again."""
MANY_PERCENT = 40
"""Of a fan's listens: so many at night or in the morning decide the mood."""


@dataclass(frozen=True, slots=True)
class ListeningHints:
    """What rules know of a fan. The shares are percent of the fan's listens, by the fan's own clock."""

    night_percent: int
    """From 22:00 to 5:00."""
    morning_percent: int
    """From 5:00 to 10:00."""
    favourite_sections: tuple[str, ...] = ()
    """Ids of the sections that the fan came back to, the most often first."""
    favourite_stems: tuple[str, ...] = ()
    """Ids of the stems that the fan turned up again and again."""


def find_moods(source: Source, envelope: Envelope) -> dict[Mood, Recipe]:
    """The moods that this envelope has room for, each as a recipe inside it. `original` is nearest to the recording."""
    found: dict[Mood, Recipe] = {}
    for mood in MOODS:
        recipe = make_mood(mood, source, envelope)
        if recipe not in found.values() and recipe_if_inside(envelope, source, recipe.to_json()):
            found[mood] = recipe
    return found


def make_mood(mood: Mood, source: Source, envelope: Envelope) -> Recipe:
    """The levels are inside the envelope; the length may not be."""
    recipe = arrangement(source, envelope)
    match mood:
        case "after_midnight":
            stems = _change_drums(source, recipe, gain=-12)
            recipe = msgspec.structs.replace(recipe, tempo_percent=SLOWER, room="hall", stems=stems)
        case "first_bus":
            recipe = msgspec.structs.replace(recipe, tempo_percent=FASTER, colour="warm")
        case "kitchen":
            stems = _change_drums(source, recipe, mute=True)
            recipe = msgspec.structs.replace(recipe, room="kitchen", stems=stems)
        case "old_radio":
            recipe = msgspec.structs.replace(recipe, colour="radio")
        case "original":
            pass
    return fit(source, envelope, recipe)


class Surprises:
    """What rules choose inside one envelope. Many fans with the same hints share a recipe, which is checked once."""

    def __init__(self, source: Source, envelope: Envelope) -> None:
        self._source, self._envelope = source, envelope
        self.recorded = arrangement(source, envelope)
        """What they change."""
        self._moods = find_moods(source, envelope)
        self._made: dict[tuple[Mood, str, tuple[str, ...]], Recipe | None] = {}

    def choose(self, hints: ListeningHints, turn: int) -> Recipe | None:
        """Each `turn` (0, 1, …) is another; the same turn is the same recipe.

        None when the envelope has room for nothing.
        """
        if not self._moods:
            return None
        wanted = _mood_of(hints)
        ordered = sorted(self._moods, key=lambda mood: (mood == "original", mood != wanted, MOODS.index(mood)))
        mood = ordered[turn % len(ordered)]
        known = self._moods[mood].sections
        sections = [section_id for section_id in hints.favourite_sections if section_id in known]
        made = (self._make(mood, section_id, hints.favourite_stems) for section_id in [*sections, ""])
        return next((recipe for recipe in made if recipe), None)

    def _make(self, mood: Mood, section_id: str, stems: tuple[str, ...]) -> Recipe | None:
        """The mood with this section once more and these stems louder; None where that is outside the envelope."""
        key = mood, section_id, stems
        if key not in self._made:
            recipe = raise_stems(self._moods[mood], stems)
            recipe = repeat_section(fit(self._source, self._envelope, recipe), section_id)
            self._made[key] = recipe_if_inside(self._envelope, self._source, recipe.to_json())
        return self._made[key]


def surprise(source: Source, envelope: Envelope, hints: ListeningHints, turn: int) -> Recipe | None:
    """A recipe by rules from one fan's listening, as `Surprises.choose`."""
    return Surprises(source, envelope).choose(hints, turn)


def repeat_section(recipe: Recipe, section_id: str) -> Recipe:
    """The section comes once more, directly after its first time. Nothing changes where it does not come."""
    if section_id not in recipe.sections:
        return recipe
    place = recipe.sections.index(section_id)
    sections = (*recipe.sections[:place], section_id, *recipe.sections[place:])
    return msgspec.structs.replace(recipe, sections=sections)


def raise_stems(recipe: Recipe, stems: Iterable[str]) -> Recipe:
    """These stems are louder, and none of them is off. The levels may be outside an envelope."""
    raised = {
        stem_id: StemChange(recipe.stems[stem_id].gain_half_db + LOUDER) for stem_id in stems if stem_id in recipe.stems
    }
    return msgspec.structs.replace(recipe, stems=recipe.stems | raised)


def _mood_of(hints: ListeningHints) -> Mood:
    if hints.night_percent >= max(MANY_PERCENT, hints.morning_percent):
        return "after_midnight"
    return "first_bus" if hints.morning_percent >= MANY_PERCENT else "kitchen"


def _change_drums(source: Source, recipe: Recipe, *, gain: int = 0, mute: bool = False) -> dict[str, StemChange]:
    drums = {stem.id for stem in source.stems if stem.role == "drums"}
    return {
        stem_id: StemChange(change.gain_half_db + gain, mute) if stem_id in drums else change
        for stem_id, change in recipe.stems.items()
    }
