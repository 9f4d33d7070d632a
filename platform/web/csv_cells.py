"""Write CSV that a spreadsheet does not run."""

import csv
from collections.abc import Iterable, Iterator

FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r")  # the wide ones count too


def neutralise(cell: object) -> str:
    """The cell as text. One that a spreadsheet would take for a formula gets an apostrophe, which shows it as text."""
    text = str(cell)
    return f"'{text}" if text.lstrip(" \n").startswith(FORMULA_STARTS) else text


def write_rows(rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """Each row as a line of CSV, with its formulas neutralised. The first begins with the mark that Excel needs."""
    writer = csv.writer(_Echo())
    mark = "\ufeff"
    for row in rows:
        yield mark + str(writer.writerow([neutralise(cell) for cell in row]))
        mark = ""


class _Echo:
    """A file for `csv.writer`, which returns what its file's `write` returns."""

    def write(self, text: str) -> str:
        return text
