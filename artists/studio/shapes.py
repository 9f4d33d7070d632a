"""Preview: every shape that a program's words can take, the edges first, as fans would read them."""

from collections.abc import Sequence
from dataclasses import dataclass

from ai.previews import Preview, previews
from ai.wording import Wording
from catalog.models import Artist

MOST = 200
"""More are counted and not shown: a page of thousands is read by nobody."""
EDGES = {
    "longest": "Longest",
    "shortest": "Shortest",
    "other direction": "Name from the other direction",
}


@dataclass(frozen=True, slots=True)
class Look:
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Shapes:
    edges: list[Look]
    rest: list[Look]
    many: int
    """All of them."""

    @property
    def hidden(self) -> int:
        return self.many - len(self.edges) - len(self.rest)


def shapes(wording: Wording, artist: Artist) -> Shapes:
    every = previews(wording, artist=artist.name)
    edges = _edges(every)
    chosen = {id(preview) for preview, _ in edges}
    others = [preview for preview in every if id(preview) not in chosen]
    rest = [Look(_title(preview, wording), preview.text) for preview in others[: MOST - len(edges)]]
    return Shapes([Look(title, preview.text) for preview, title in edges], rest, len(every))


def _edges(every: Sequence[Preview]) -> list[tuple[Preview, str]]:
    """The longest and the shortest of all; of the first shape the rest; what is said to a fan without a name."""
    first = every[0].shape
    found = [
        (max(every, key=lambda preview: len(preview.text)), EDGES["longest"]),
        (min(every, key=lambda preview: len(preview.text)), EDGES["shortest"]),
    ]
    nameless = next((preview for preview in every if "name" in preview.shape.missing), None)
    found += [(nameless, "No name")] if nameless else []
    same = [preview for preview in every if preview.shape == first]
    found += [(each, EDGES["other direction"]) for each in same if each.case == "other direction"]
    found += [(each, f"Number {each.case.partition(': ')[2]}") for each in same if each.case.startswith("plays: ")]
    return list({id(each): (each, title) for each, title in reversed(found)}.values())[::-1]


def _title(preview: Preview, wording: Wording) -> str:
    """Which sentence and which parts, what is missing, and at which edge."""
    parts = [f"Template {preview.shape.template + 1}"] if len(wording.templates) > 1 else []
    parts += [f"{name} {n + 1}" for name, n in preview.shape.fragments if len(wording.fragments[name]) > 1]
    if preview.shape.missing:
        parts.append(f"no {', '.join(sorted(preview.shape.missing))}")
    if preview.case != "usual":
        parts.append(preview.case.replace("plays: ", "listens: "))
    return ", ".join(parts) or "Usual"
