"""Write the report of an evaluation as plain text, so that two reports can be compared line by line."""

from collections.abc import Iterable, Iterator

from ai.evaluation import figures, labelled
from ai.evaluation.figures import Figure
from ai.evaluation.labelled import Part
from ai.findings import hard, soft

_HEADS = {
    "fixed": "Fixed set: the guard may be improved on it",
    "held_out": "Held-out set: written before the guard was changed, and only reported",
}


def write_report() -> str:
    return "\n".join(line for part in labelled.PARTS for line in _write_part(part))


def _write_part(part: Part) -> Iterator[str]:
    yield from (_HEADS[part], f"sha256 {labelled.digest(part)}", "")
    bad = [figure for figure in figures.count_bad_messages(part, hard) if figure.kind not in labelled.UNGATED]
    yield from _write_table("Bad messages with a hard finding", bad)
    any_finding = list(figures.count_bad_messages(part, list))
    found = [figure for figure in any_finding if figure.kind not in labelled.UNGATED]
    yield from _write_table("Bad messages with any finding", [figures.total("all", found)], with_total=False)
    hints = [figure for figure in any_finding if figure.kind in labelled.UNGATED]
    yield from _write_table("For a person to judge, with any finding", hints, with_total=False)
    yield from _write_table("Good messages with a hard finding", figures.count_good_messages(part, hard))
    yield from _write_table("Good messages with a soft finding", figures.count_good_messages(part, soft))
    yield from _write_table("True facts refused", figures.count_statements(part, ok=True))
    yield from _write_table("False facts found", figures.count_statements(part, ok=False))
    yield from _write_table("Injections found", figures.count_injections(part))
    yield from _write_table("Bad names left out", figures.count_names(part, ok=False))
    yield from _write_table("Good names left out", figures.count_names(part, ok=True))


def _write_table(head: str, rows: Iterable[Figure], *, with_total: bool = True) -> Iterator[str]:
    listed = list(rows)
    if with_total:
        listed.append(figures.total("all", listed))
    yield f"  {head:<42}{'found':>6}{'of':>6}{'rate':>9}   95 % interval"
    for row in listed:
        low, high = row.interval
        yield f"    {row.kind:<40}{row.found:>6}{row.total:>6}{row.rate:>9.1%}   {low:.1%} to {high:.1%}"
    yield ""
