"""Preview: every shape that a program's words can take, the edges first, as fans would read them."""

from collections.abc import Sequence
from dataclasses import dataclass

from ai.previews import Preview, ProgramFacts, list_previews
from ai.wording import Wording
from catalog.models import Artist

MAX_PREVIEWS = 200
"""More are counted and not shown: a page of thousands is read by nobody."""
CASE_TITLES = {
    "usual": "Usual",
    "shortest": "Short name",
    "longest": "Long names",
    "other direction": "Name from the other direction",
}
"""The cases of ai.previews, of which those that read the same come once."""


@dataclass(frozen=True, slots=True)
class TitledPreview:
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class PreviewSet:
    edges: list[TitledPreview]
    rest: list[TitledPreview]
    many: int
    """All of them."""

    @property
    def hidden(self) -> int:
        return self.many - len(self.edges) - len(self.rest)


def build_previews(wording: Wording, artist: Artist, answers: ProgramFacts) -> PreviewSet:
    every = list_previews(wording, artist=artist.name, answers=answers)
    edges = _edge_cases(every) if every else []
    chosen = {id(preview) for preview, _ in edges}
    others = [preview for preview in every if id(preview) not in chosen]
    rest = [
        TitledPreview(_preview_title(preview, wording), preview.text) for preview in others[: MAX_PREVIEWS - len(edges)]
    ]
    return PreviewSet([TitledPreview(title, preview.text) for preview, title in edges], rest, len(every))


def _edge_cases(every: Sequence[Preview]) -> list[tuple[Preview, str]]:
    """The longest and the shortest of all; of the first shape the rest; what is said to a fan without a name."""
    first = every[0].shape
    found = [
        (max(every, key=lambda preview: len(preview.text)), "Longest"),
        (min(every, key=lambda preview: len(preview.text)), "Shortest"),
    ]
    nameless = next((preview for preview in every if "name" in preview.shape.missing), None)
    found += [(nameless, "No name")] if nameless else []
    found += [(preview, CASE_TITLES[preview.case]) for preview in every if preview.shape == first]
    titles: dict[int, str] = {}
    for each, title in found:
        titles.setdefault(id(each), title)
    return [(each, titles[id(each)]) for each in {id(each): each for each, _ in found}.values()]


def _preview_title(preview: Preview, wording: Wording) -> str:
    """Which sentence and which parts, what is missing, and at which edge."""
    parts = [f"Template {preview.shape.template + 1}"] if len(wording.templates) > 1 else []
    parts += [f"{name} {n + 1}" for name, n in preview.shape.fragments if len(wording.fragments[name]) > 1]
    if preview.shape.missing:
        parts.append(f"no {', '.join(sorted(preview.shape.missing))}")
    if preview.case != "usual":
        parts.append(CASE_TITLES[preview.case].lower())
    return ", ".join(parts) or "Usual"
