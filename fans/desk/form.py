"""Read a recipe from the desk's form. Bounds are left to `ai.remix.check`."""

import re
from collections.abc import Mapping
from typing import Any

from ai.remix.check import OutOfBounds, Violation
from ai.remix.envelope import MAX_REPEATS
from ai.remix.source import Source, Stem

WHOLE_NUMBER = re.compile(r"-?\d{1,4}", re.ASCII)


def read_recipe(data: Mapping[str, str], source: Source) -> dict[str, Any]:
    """The recipe as `check` takes it. Raises OutOfBounds where a control is missing or holds no whole number."""
    sections = [
        section.id
        for section in source.sections
        for _ in range(_read_number(data, f"times-{section.id}", lowest=0, highest=MAX_REPEATS))
    ]
    begin = data.get("begin", "")
    return {
        "tempo_percent": _read_number(data, "tempo"),
        "pitch_semitones": _read_number(data, "pitch"),
        "stems": {stem.id: _read_stem(data, stem) for stem in source.stems},
        "sections": [begin, *sections] if begin else sections,
        "room": data.get("room", ""),
        "colour": data.get("colour", ""),
    }


def _read_stem(data: Mapping[str, str], stem: Stem) -> dict[str, Any]:
    """`off` beside the level: a stem that was switched off keeps its level for later. A master has no control."""
    if stem.role == "master":
        return {"gain_half_db": 0, "mute": False}
    return {
        "gain_half_db": _read_number(data, f"level-{stem.id}"),
        "mute": data.get(f"off-{stem.id}") == "1",
    }


def _read_number(data: Mapping[str, str], name: str, lowest: int = -9999, highest: int = 9999) -> int:
    typed = data.get(name, "")
    number = int(typed) if WHOLE_NUMBER.fullmatch(typed) else None
    if number is None or not lowest <= number <= highest:
        raise OutOfBounds([Violation(name, "form")])
    return number
