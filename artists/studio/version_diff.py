"""Compare: what one version of a program changed against the one before it, in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.people import display_names
from artists.models import Program, ProgramVersion
from artists.studio.messages import format_duration, sentence

MAX_VERSIONS = 20


@dataclass(frozen=True, slots=True)
class VersionSummary:
    """One version with its story."""

    version: ProgramVersion
    by: str
    signed_by: str
    changes: list[str]
    is_current: bool


def list_versions(program: Program) -> list[VersionSummary]:
    """Newest first, in two queries."""
    newest = program.versions.select_related("recording", "decision").order_by("-version")[: MAX_VERSIONS + 1]
    found = list(newest)
    signers = {version.decision.by or "" for version in found if version.decision}
    names = display_names({version.by for version in found} | signers)
    return [
        VersionSummary(
            version,
            by=names.get(version.by, "somebody"),
            signed_by=names.get(version.decision.by or "", "a principal") if version.decision else "",
            changes=describe_changes(before, version) if before else ["The first version."],
            is_current=version.pk == program.current_id,
        )
        for version, before in zip(found[:MAX_VERSIONS], [*found[1:], None], strict=False)
    ]


def describe_changes(before: ProgramVersion, after: ProgramVersion) -> list[str]:
    said = []
    if sentence(before) != sentence(after):
        said.append(f"{sentence(after)}; before: {sentence(before)}.")
    if before.review_seconds != after.review_seconds:
        said.append(
            f"A draft waits {format_duration(after.review_seconds)}; before: {format_duration(before.review_seconds)}."
        )
    old, new = before.words, after.words
    if old["locale"] != new["locale"]:
        said.append(f"The language is {new['locale']}; before: {old['locale']}.")
    said += _describe_text_changes("Template", old["templates"], new["templates"])
    for name in sorted({*old["fragments"], *new["fragments"]}):
        said += _describe_text_changes(
            f"Part “{name}”, sentence", old["fragments"].get(name, []), new["fragments"].get(name, [])
        )
    return said or ["Nothing but its number."]


def _describe_text_changes(what: str, old: Sequence[str], new: Sequence[str]) -> list[str]:
    gone = [f"{what} taken out: {text}" for text in old if text not in new]
    come = [f"{what} added: {text}" for text in new if text not in old]
    return [*gone, *come]
