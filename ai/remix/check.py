"""Check that a recipe is inside its envelope. This uses no JSON schema, so that one mistake does not open both."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

import msgspec

from ai.remix.envelope import Envelope
from ai.remix.recipe import Recipe, frames_of
from ai.remix.source import SAMPLE_RATE, Source

MAX_JSON = 20_000
"""Characters. The longest recipe there is has about 3,000."""


@dataclass(frozen=True, slots=True)
class Violation:
    """`path` is where (`stems.drums.mute`), `code` what, `bound` what would be allowed, as text, numbers or lists."""

    path: str
    code: str
    bound: Any = None


class OutOfBounds(ValueError):
    """A recipe is not inside its envelope. Each violation says where and which bound it breaks."""

    def __init__(self, violations: list[Violation]) -> None:
        super().__init__("; ".join(f"{one.path}: {one.code} ({one.bound})" for one in violations))
        self.violations = violations


def check(envelope: Envelope, source: Source, recipe_json: str | bytes | Mapping[str, Any]) -> Recipe:
    """The recipe, if it is inside. Raises OutOfBounds. The caller asks whether the envelope has expired."""
    if envelope.source != source.digest:
        raise OutOfBounds([Violation("", "other_source", envelope.source)])
    recipe = _read(recipe_json)
    if violations := [*_numbers(envelope, recipe), *_stems(envelope, source, recipe), *_sections(envelope, recipe)]:
        raise OutOfBounds(violations)
    if violations := [*_order(envelope, source, recipe), *_length(envelope, source, recipe)]:
        raise OutOfBounds(violations)
    return recipe


def recipe_if_inside(envelope: Envelope, source: Source, recipe_json: str) -> Recipe | None:
    """As `check`, but None where it raises."""
    try:
        return check(envelope, source, recipe_json)
    except OutOfBounds:
        return None


def _read(recipe_json: str | bytes | Mapping[str, Any]) -> Recipe:
    """Take no float, no true for 1, no unknown key, no key twice, and nothing huge."""
    if not isinstance(recipe_json, Mapping):
        recipe_json = _load(recipe_json)
    try:
        return msgspec.convert(recipe_json, Recipe)
    except (msgspec.ValidationError, RecursionError) as error:
        message, _, path = str(error).partition(" - at `$")
        raise OutOfBounds([Violation(path.strip("`."), "form", message)]) from error


def _load(text: str | bytes) -> Any:
    if len(text) > MAX_JSON:
        raise OutOfBounds([Violation("", "form", "it is too long")])
    try:
        return json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_require_single_keys)
    except (ValueError, RecursionError) as error:
        raise OutOfBounds([Violation("", "form", "it is not JSON of a recipe")]) from error


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _require_single_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        raise ValueError("a key is there twice")
    return values


def _between(path: str, value: int, bounds: tuple[int, int]) -> Iterator[Violation]:
    low, high = bounds
    if value < low:
        yield Violation(path, "too_low", low)
    elif value > high:
        yield Violation(path, "too_high", high)


def _numbers(envelope: Envelope, recipe: Recipe) -> Iterator[Violation]:
    yield from _between("tempo_percent", recipe.tempo_percent, envelope.tempo_percent)
    yield from _between("pitch_semitones", recipe.pitch_semitones, envelope.pitch_semitones)
    if recipe.room not in envelope.rooms:
        yield Violation("room", "not_allowed", list(envelope.rooms))
    if recipe.colour not in envelope.colours:
        yield Violation("colour", "not_allowed", list(envelope.colours))


def _stems(envelope: Envelope, source: Source, recipe: Recipe) -> Iterator[Violation]:
    if recipe.stems.keys() != envelope.stems.keys():
        yield Violation("stems", "not_these", sorted(envelope.stems))
        return
    for stem_id, change in recipe.stems.items():
        bounds = envelope.stems[stem_id]
        yield from _between(f"stems.{stem_id}.gain_half_db", change.gain_half_db, bounds.gain_half_db)
        if change.mute and not bounds.may_mute:
            yield Violation(f"stems.{stem_id}.mute", "not_allowed", False)
    if all(change.mute for change in recipe.stems.values()):
        yield Violation("stems", "all_silent")
    sung = any(stem.role == "vocals" and not recipe.stems[stem.id].mute for stem in source.stems)
    if sung and abs(recipe.pitch_semitones) > envelope.vocals.max_pitch_semitones:
        yield Violation("pitch_semitones", "vocals", envelope.vocals.max_pitch_semitones)


def _sections(envelope: Envelope, recipe: Recipe) -> Iterator[Violation]:
    if unknown := sorted(set(recipe.sections) - envelope.sections.keys()):
        yield Violation("sections", "unknown", unknown)
    if len(recipe.sections) > envelope.max_sections:
        yield Violation("sections", "too_many", envelope.max_sections)
    times = Counter(recipe.sections)
    for section_id, bounds in envelope.sections.items():
        if times[section_id] > bounds.max_times:
            yield Violation(f"sections.{section_id}", "too_often", bounds.max_times)
        if bounds.required and not times[section_id]:
            yield Violation(f"sections.{section_id}", "required")


def _order(envelope: Envelope, source: Source, recipe: Recipe) -> Iterator[Violation]:
    """Order as recorded also allows a section to come again at once, and one of `begin_with` to open."""
    positions = [source.section_positions[section_id] for section_id in recipe.sections]
    opened = 1 if recipe.sections[0] in envelope.begin_with else 0
    in_order = positions[opened:] == sorted(positions[opened:])
    if envelope.order == "recorded" and not in_order:
        yield Violation("sections", "order", [section.id for section in source.sections])
    for number, (here, following) in enumerate(zip(positions, [*positions[1:], None], strict=True)):
        begins_inside_phrase = here > 0 and not source.is_cut_allowed_after(here - 1)
        before = positions[number - 1] if number else None
        breaks_after = not source.is_cut_allowed_after(here) and following != here + 1
        if breaks_after or (begins_inside_phrase and before != here - 1):
            yield Violation(f"sections.{number}", "cut", recipe.sections[number])


def _length(envelope: Envelope, source: Source, recipe: Recipe) -> Iterator[Violation]:
    shortest, longest = envelope.seconds
    frames = frames_of(source, recipe)
    if frames < shortest * SAMPLE_RATE:
        yield Violation("sections", "too_short", shortest)
    if frames > longest * SAMPLE_RATE:
        yield Violation("sections", "too_long", longest)
