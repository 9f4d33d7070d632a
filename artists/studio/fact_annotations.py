"""Mark the facts in a draft's text with letters, and the words that the guard asks a person to judge."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from string import ascii_lowercase
from typing import Any

from ai import request_words, unicode
from ai.facts import format_facts
from ai.findings import Finding
from artists.generation import DAYS, find_fact_in_text, read_facts
from artists.models import Draft
from artists.word_findings import find_in_words

SOURCE_DESCRIPTIONS = {
    "name": "The fan’s name, as the fan typed it.",
    "artist": "Your name in the catalogue.",
    "song": "A title from your catalogue.",
    "plays": "Counted listens of {song}.",
    "since": "The day of the first counted listen.",
}


@dataclass(frozen=True, slots=True)
class TextSpan:
    """A piece of the text. A piece with a letter is a fact; one with a reason is for the reviewer to judge."""

    text: str
    letter: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AnnotatedFact:
    """A fact with its letter and source. A fact that the text does not use has a label instead."""

    letter: str
    value: str
    source: str
    label: str = ""
    day: date | None = None
    """A fact that is a day, which pages write like other days."""


@dataclass(frozen=True, slots=True)
class AnnotatedText:
    spans: list[TextSpan]
    facts: list[AnnotatedFact]
    unused: list[AnnotatedFact]
    """Facts that were known but do not occur in the text."""
    findings: list[Finding]
    """What the guard asks the reviewer to judge, in reading order."""


def annotate_facts(draft: Draft) -> AnnotatedText:
    """Give each fact in the text a letter, in reading order. Only its first occurrence gets one."""
    text, rows = draft.text or "", draft.facts or []
    texts = format_facts(read_facts(rows), draft.version.words["locale"]).texts
    values = {row["slot"]: texts[row["slot"]] for row in rows if row["slot"] in texts}
    positions = _find_values(draft, values)
    findings = find_in_words(draft)
    spans: list[TextSpan] = []
    facts, end = [], 0
    for letter, (start, stop, slot) in zip(ascii_lowercase, positions, strict=False):
        value = unicode.strip_isolates(text[start:stop])
        spans += [*_split_at_findings(text, end, start, findings), TextSpan(value, letter)]
        facts.append(AnnotatedFact(letter, value, _describe_source(slot, rows)))
        end = stop
    used = {slot for _, _, slot in positions}
    unused = [_unused_fact(row, values) for row in rows if row["slot"] in values and row["slot"] not in used]
    return AnnotatedText([*spans, *_split_at_findings(text, end, len(text), findings)], facts, unused, findings)


def _split_at_findings(text: str, start: int, stop: int, findings: list[Finding]) -> Iterator[TextSpan]:
    """This piece of the text, with the words of each finding as a piece of their own."""
    for finding in findings:
        found_to = finding.position + len(finding.text)
        if start <= finding.position and found_to <= stop and text.startswith(finding.text, finding.position):
            yield TextSpan(text[start : finding.position])
            yield TextSpan(finding.text, reason=finding.reason)
            start = found_to
    yield TextSpan(text[start:stop])


def _unused_fact(row: dict[str, Any], values: Mapping[str, str]) -> AnnotatedFact:
    day = date.fromisoformat(row["value"]) if row["slot"] in DAYS else None
    value = values[row["slot"]] if row["slot"] in request_words.LISTS else str(row["value"])
    return AnnotatedFact("", value, "", label=row["label"], day=day)


def _find_values(draft: Draft, values: dict[str, str]) -> list[tuple[int, int, str]]:
    """The first position of each value as (start, stop, slot), without overlaps. Longer values take precedence."""
    positions: list[tuple[int, int, str]] = []
    for slot, value in sorted(values.items(), key=lambda item: -len(item[1])):
        for match in find_fact_in_text(draft, slot, value):
            if all(match.end() <= start or match.start() >= stop for start, stop, _ in positions):
                positions.append((match.start(), match.end(), slot))
                break
    return sorted(positions)


def _describe_source(slot: str, rows: list[dict[str, Any]]) -> str:
    if slot in SOURCE_DESCRIPTIONS:
        song = next((row["value"] for row in rows if row["slot"] == "song"), "your songs")
        return SOURCE_DESCRIPTIONS[slot].replace("{song}", song)
    row = next(row for row in rows if row["slot"] == slot)
    return f"{row['label']}: {row['from']}."
