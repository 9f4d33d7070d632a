"""Put placeholders in place of the values that are true of a fan, so that only the words around them are judged."""

import re
from collections.abc import Mapping
from functools import partial

from ai import unicode
from ai.facts import Facts, FormattedFacts
from ai.findings import Finding

NAME_PLACEHOLDER, VALUE_PLACEHOLDER = "\ufffc", "\ufffb"
"""They replace a known name and any other known value. A text from outside may hold neither of them."""
PLACEHOLDERS = NAME_PLACEHOLDER + VALUE_PLACEHOLDER


def mask_known_values(text: str, facts: Facts, placed: FormattedFacts) -> tuple[str, list[Finding]]:
    """The text with placeholders for the known values, and the direction marks that belong to none of them."""
    masked = text
    for value, mark in sorted(_maskable_values(facts, placed).items(), key=lambda item: -len(item[0])):
        masked = unicode.isolated_value_pattern(value).sub(partial(_mask_match, mark), masked)
    return masked, [
        Finding("direction", f"U+{ord(m.group()):04X}", m.start()) for m in unicode.BIDI_CONTROLS.finditer(masked)
    ]


def _mask_match(mark: str, found: re.Match[str]) -> str:
    """A placeholder as long as the value. Two isolates are replaced too; a single one stays, so that it is found."""
    opened, closed = found.group().startswith(unicode.FSI), found.group().endswith(unicode.PDI)
    length = len(found.group())
    if opened == closed:
        return mark * length
    return unicode.FSI + mark * (length - 1) if opened else mark * (length - 1) + unicode.PDI


def _maskable_values(facts: Facts, placed: FormattedFacts) -> Mapping[str, str]:
    values = {unicode.strip_isolates(text): VALUE_PLACEHOLDER for slot, text in placed.texts.items() if slot != "plays"}
    if placed.plays is not None:
        values |= {placed.texts["plays"]: VALUE_PLACEHOLDER, str(placed.plays): VALUE_PLACEHOLDER}
    if name := placed.texts.get("name"):
        values[unicode.strip_isolates(name)] = NAME_PLACEHOLDER
    return {value: mark for value, mark in values.items() if _is_distinctive(value)}


def _is_distinctive(value: str) -> bool:
    """Whether a value differs from everyday words. A title such as "you" does not, so it is known in quotes only."""
    return value != value.lower() or not value.isascii() or value[0].isdigit()
