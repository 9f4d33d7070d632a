"""Letter: the facts in a draft's words, each with where it came from, so that a reviewer can check without asking."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from string import ascii_lowercase
from typing import Any

from ai import unicode
from ai.facts import Facts, format_facts
from artists.models import Draft

SOURCE_DESCRIPTIONS = {
    "name": "The fan’s name, as the fan typed it.",
    "artist": "Your name in the catalogue.",
    "song": "A title from your catalogue.",
    "plays": "Listens of {what}, counted.",
    "since": "The first listen that was counted.",
}


@dataclass(frozen=True, slots=True)
class TextSpan:
    """A stretch of the words. With a letter it is a fact."""

    text: str
    letter: str = ""
    is_name: bool = False


@dataclass(frozen=True, slots=True)
class AnnotatedFact:
    letter: str
    value: str
    source: str
    label: str = ""
    on: datetime | None = None
    """A day, which is said as days are said elsewhere."""


@dataclass(frozen=True, slots=True)
class AnnotatedText:
    pieces: list[TextSpan]
    facts: list[AnnotatedFact]
    unused: list[AnnotatedFact]
    """Known, and nowhere in these words."""


def annotate_facts(draft: Draft) -> AnnotatedText:
    """Letters in the order of reading. A fact that stands twice is lettered where it stands first."""
    text, rows = draft.text or "", draft.facts or []
    written = _localized_values(rows, draft.version.words["locale"])
    found = _find_values(text, written)
    pieces, facts, end = [], [], 0
    for letter, (start, stop, slot) in zip(ascii_lowercase, found, strict=False):
        value = unicode.strip_isolates(text[start:stop])
        pieces += [TextSpan(text[end:start]), TextSpan(value, letter, is_name=slot == "name")]
        facts.append(AnnotatedFact(letter, value, _describe_source(slot, rows)))
        end = stop
    told = {slot for _, _, slot in found}
    unused = [_unused_fact(row) for row in rows if row["slot"] in written and row["slot"] not in told]
    return AnnotatedText([*pieces, TextSpan(text[end:])], facts, unused)


def _unused_fact(row: dict[str, Any]) -> AnnotatedFact:
    day = date.fromisoformat(row["value"]) if row["slot"] == "since" else None
    on = datetime.combine(day, time(12), UTC) if day else None
    return AnnotatedFact("", str(row["value"]), "", label=row["label"], on=on)


def _localized_values(rows: list[dict[str, Any]], locale: str) -> dict[str, str]:
    """Each fact as it stands in a sentence of this language."""
    values = {row["slot"]: row["value"] for row in rows}
    since = values.get("since")
    known = Facts(
        artist=values.get("artist") or "",
        name=values.get("name"),
        song=values.get("song"),
        plays=values.get("plays"),
        since=date.fromisoformat(since) if since else None,
    )
    texts = format_facts(known, locale).texts
    return {row["slot"]: texts[row["slot"]] for row in rows if row["slot"] in texts}


def _find_values(text: str, written: dict[str, str]) -> list[tuple[int, int, str]]:
    """Where each stands first, without overlap: the longest is looked for first."""
    taken: list[tuple[int, int, str]] = []
    for slot, value in sorted(written.items(), key=lambda item: -len(item[1])):
        pattern = unicode.isolated_value_pattern(unicode.strip_isolates(value))
        for match in pattern.finditer(text):
            if all(match.end() <= start or match.start() >= stop for start, stop, _ in taken):
                taken.append((match.start(), match.end(), slot))
                break
    return sorted(taken)


def _describe_source(slot: str, rows: list[dict[str, Any]]) -> str:
    row = next(row for row in rows if row["slot"] == slot)
    what = next((row["value"] for row in rows if row["slot"] == "song"), "yours")
    return (
        SOURCE_DESCRIPTIONS[slot].replace("{what}", what)
        if slot in SOURCE_DESCRIPTIONS
        else f"{row['label']}: {row['from']}."
    )
