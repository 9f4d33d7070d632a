"""List the versions of a program, each with what it changed against the version before."""

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.people import display_names
from artists.explanations import describe_program
from artists.models import Program, ProgramVersion
from artists.studio.messages import format_duration

MAX_VERSIONS = 20


@dataclass(frozen=True, slots=True)
class VersionSummary:
    """One version, who wrote and signed it (by display name), and its changes as sentences."""

    version: ProgramVersion
    by: str
    signed_by: str
    changes: list[str]
    is_current: bool


def list_versions(program: Program) -> list[VersionSummary]:
    """The newest MAX_VERSIONS versions, newest first, in two queries."""
    newest = program.versions.select_related("recording", "decision").order_by("-version")
    versions = list(newest[: MAX_VERSIONS + 1])
    names = _display_names(versions)
    return [
        VersionSummary(
            version,
            by=names.get(version.by, "somebody"),
            signed_by=names.get(version.decision.by or "", program.artist.name) if version.decision else "",
            changes=describe_changes(before, version) if before else ["The first version."],
            is_current=version.pk == program.current_id,
        )
        for version, before in zip(versions[:MAX_VERSIONS], [*versions[1:], None], strict=False)
    ]


def describe_changes(before: ProgramVersion, after: ProgramVersion) -> list[str]:
    """What `after` changed, as sentences."""
    sentences = []
    if describe_program(before) != describe_program(after):
        sentences.append(f"{describe_program(after)}; before: {describe_program(before)}.")
    if before.review_seconds != after.review_seconds:
        duration, old_duration = format_duration(after.review_seconds), format_duration(before.review_seconds)
        sentences.append(f"A draft expires after {duration}; before: {old_duration}.")
    old, new = before.words, after.words
    if old["locale"] != new["locale"]:
        sentences.append(f"The language is {new['locale']}; before: {old['locale']}.")
    if old.get("unread", False) != new.get("unread", False):
        ways = ["Somebody approves each message", "Messages go out unread, in signed words"]
        sentences.append(f"{ways[new.get('unread', False)]}; before: {ways[old.get('unread', False)].lower()}.")
    sentences += _describe_text_changes("Template", old["templates"], new["templates"])
    for name in sorted({*old["fragments"], *new["fragments"]}):
        old_texts, new_texts = old["fragments"].get(name, []), new["fragments"].get(name, [])
        sentences += _describe_text_changes(f"Sentence of “{name}”", old_texts, new_texts)
    return sentences or ["Nothing changed but the number."]


def _describe_text_changes(label: str, old: Sequence[str], new: Sequence[str]) -> list[str]:
    removed = [f"{label} removed: {text}" for text in old if text not in new]
    added = [f"{label} added: {text}" for text in new if text not in old]
    return [*removed, *added]


def _display_names(versions: Sequence[ProgramVersion]) -> dict[str, str]:
    signers = {version.decision.by or "" for version in versions if version.decision}
    return display_names({version.by for version in versions} | signers)
