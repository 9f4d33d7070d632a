"""Choose and title the previews of a program's wording. Extreme cases come first."""

from collections.abc import Sequence
from dataclasses import dataclass

from ai.previews import Preview, ProgramFacts, list_previews
from ai.wording import Wording
from catalog.models import Artist

MAX_PREVIEWS = 200
"""The page counts the others but does not show them. Nobody reads thousands."""
CASE_TITLES = {
    "usual": "Usual",
    "shortest": "Short name",
    "longest": "Long names",
    "other direction": "Name from the other direction",
}
"""Titles of the cases of `ai.previews`. Cases with the same text are shown once."""


@dataclass(frozen=True, slots=True)
class TitledPreview:
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class PreviewSet:
    """The previews of one wording. `total` counts all of them, also those that are not shown."""

    edge_cases: list[TitledPreview]
    others: list[TitledPreview]
    total: int

    @property
    def hidden_count(self) -> int:
        return self.total - len(self.edge_cases) - len(self.others)


def build_previews(wording: Wording, artist: Artist, program_facts: ProgramFacts | None) -> PreviewSet:
    """All texts that fans may read, up to MAX_PREVIEWS. `program_facts` is None for what they ask for."""
    previews = list_previews(wording, artist=artist.name, answers=program_facts)
    edge_cases = _edge_cases(previews) if previews else []
    edge_case_ids = {id(preview) for preview, _ in edge_cases}
    others = [preview for preview in previews if id(preview) not in edge_case_ids][: MAX_PREVIEWS - len(edge_cases)]
    return PreviewSet(
        [TitledPreview(title, preview.text) for preview, title in edge_cases],
        [TitledPreview(_preview_title(preview, wording), preview.text) for preview in others],
        len(previews),
    )


def _edge_cases(previews: Sequence[Preview]) -> list[tuple[Preview, str]]:
    """The longest and the shortest text, one for a fan without a name, and all cases of the first shape."""
    first = previews[0].shape
    candidates = [
        (max(previews, key=lambda preview: len(preview.text)), "Longest"),
        (min(previews, key=lambda preview: len(preview.text)), "Shortest"),
    ]
    nameless = next((preview for preview in previews if "name" in preview.shape.missing), None)
    candidates += [(nameless, "No name")] if nameless else []
    candidates += [(preview, CASE_TITLES[preview.case]) for preview in previews if preview.shape == first]
    by_id: dict[int, tuple[Preview, str]] = {}
    for preview, title in candidates:
        by_id.setdefault(id(preview), (preview, title))
    return list(by_id.values())


def _preview_title(preview: Preview, wording: Wording) -> str:
    """For example "Template 2, closing 1, no name, long names"."""
    parts = [f"Template {preview.shape.template + 1}"] if len(wording.templates) > 1 else []
    parts += [f"{name} {n + 1}" for name, n in preview.shape.fragments if len(wording.fragments[name]) > 1]
    if preview.shape.missing:
        parts.append(f"no {', '.join(sorted(preview.shape.missing))}")
    if preview.case != "usual":
        parts.append(CASE_TITLES[preview.case].lower())
    return ", ".join(parts) or "Usual"
