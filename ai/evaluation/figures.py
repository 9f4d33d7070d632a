"""Count what the guard finds in the labelled sets, with 95 % intervals."""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from ai.evaluation import labelled
from ai.evaluation.labelled import Part, Scene
from ai.findings import Finding, hard
from ai.guard import check_text
from ai.names import safe_name

type Findings = Callable[[Iterable[Finding]], list[Finding]]
"""Those of the findings that are counted: `hard`, `soft`, or `list` for all."""
_Z = 1.959964


@dataclass(frozen=True, slots=True)
class Figure:
    """Of `total` texts of this kind, in how many the guard found something."""

    kind: str
    found: int
    total: int

    @property
    def rate(self) -> float:
        return self.found / self.total if self.total else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's interval: where the true rate lies with 95 % confidence, if the texts were a random sample."""
        if not self.total:
            return 0.0, 1.0
        n, p, z = self.total, self.rate, _Z
        centre = p + z * z / (2 * n)
        spread = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max(0.0, (centre - spread) / (1 + z * z / n)), min(1.0, (centre + spread) / (1 + z * z / n))


def judge(text: str, scene: Scene) -> list[Finding]:
    """What the guard finds in this text if a model wrote it."""
    return check_text(text, scene.facts, wording=scene.wording)


def count_bad_messages(part: Part, found: Findings) -> Iterator[Figure]:
    """For each kind of bad message, how many have such a finding."""
    bad = [message for message in labelled.load_messages(part) if not message.is_good]
    return _count_by(bad, lambda message: message.kind, lambda message: bool(found(judge(message.text, message.scene))))


def count_good_messages(part: Part, found: Findings) -> Iterator[Figure]:
    """For each language, how many good messages have such a finding."""
    good = [message for message in labelled.load_messages(part) if message.kind == labelled.GOOD]
    return _count_by(
        good, lambda message: message.scene.language, lambda message: bool(found(judge(message.text, message.scene)))
    )


def count_names(part: Part, *, ok: bool) -> Iterator[Figure]:
    """For each kind of good or bad name, how many were left out."""
    names = [name for name in labelled.load_names(part) if name.ok is ok]
    return _count_by(names, lambda name: name.kind, lambda name: safe_name(name.name) is None)


def count_injections(part: Part) -> Iterator[Figure]:
    for kind, as_message in (("as a name", False), ("as a message", True)):
        rows = [row for row in labelled.load_injections(part) if (row.scene is not None) is as_message]
        found = sum(
            bool(hard(judge(row.text, row.scene))) if row.scene else safe_name(row.text) is None for row in rows
        )
        yield Figure(kind, found, len(rows))


def count_statements(part: Part, *, ok: bool) -> Iterator[Figure]:
    rows = [row for row in labelled.load_statements(part) if row.ok is ok]
    return _count_by(
        rows,
        lambda row: row.scene.language,
        lambda row: bool(hard(judge(row.text, row.scene))),
    )


def total(kind: str, figures: Iterable[Figure]) -> Figure:
    rows = list(figures)
    return Figure(kind, sum(row.found for row in rows), sum(row.total for row in rows))


def _count_by[Row](
    rows: Iterable[Row], kind: Callable[[Row], str], is_found: Callable[[Row], bool]
) -> Iterator[Figure]:
    for name, group in groupby(sorted(rows, key=kind), key=kind):
        found = [is_found(row) for row in group]
        yield Figure(name, sum(found), len(found))
