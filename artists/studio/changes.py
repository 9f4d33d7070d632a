"""Compare: what one version of a program changed against the one before it, in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.models import Person
from artists.models import Program, ProgramVersion
from artists.studio.sentence import sentence, wait

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Edition:
    """One version with its story."""

    version: ProgramVersion
    by: str
    signed_by: str
    changes: list[str]
    is_current: bool


def editions(program: Program) -> list[Edition]:
    """Newest first, in two queries."""
    newest = program.versions.select_related("recording", "decision").order_by("-version")[: SHOWN + 1]
    found = list(newest)
    names = _names(found)
    return [
        Edition(
            version,
            by=names.get(version.by, "somebody"),
            signed_by=names.get(version.decision.by or "", "a principal") if version.decision else "",
            changes=changes(before, version) if before else ["The first version."],
            is_current=version.pk == program.current_id,
        )
        for version, before in zip(found[:SHOWN], [*found[1:], None], strict=False)
    ]


def changes(before: ProgramVersion, after: ProgramVersion) -> list[str]:
    said = []
    if sentence(before) != sentence(after):
        said.append(f"{sentence(after)}; before: {sentence(before)}.")
    if before.review_seconds != after.review_seconds:
        said.append(f"A draft waits {wait(after.review_seconds)}; before: {wait(before.review_seconds)}.")
    old, new = before.words, after.words
    if old["locale"] != new["locale"]:
        said.append(f"The language is {new['locale']}; before: {old['locale']}.")
    said += _rows("Template", old["templates"], new["templates"])
    for name in sorted({*old["fragments"], *new["fragments"]}):
        said += _rows(f"Part “{name}”, sentence", old["fragments"].get(name, []), new["fragments"].get(name, []))
    return said or ["Nothing but its number."]


def _rows(what: str, old: Sequence[str], new: Sequence[str]) -> list[str]:
    gone = [f"{what} taken out: {text}" for text in old if text not in new]
    come = [f"{what} added: {text}" for text in new if text not in old]
    return [*gone, *come]


def _names(versions: Sequence[ProgramVersion]) -> dict[str, str]:
    actors = {version.by for version in versions} | {
        version.decision.by or "" for version in versions if version.decision
    }
    ids = [actor.removeprefix("person:") for actor in actors if actor.startswith("person:")]
    return {person.actor: person.name or person.handle for person in Person.objects.filter(pk__in=ids)}
