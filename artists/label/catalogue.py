"""What the page of a catalogue file shows: how far it is, its verdicts, and what an import would do."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from rights.imports.counts import GOOD, count_verdicts
from rights.imports.csv_file import COLUMNS
from rights.imports.reasons import describe
from rights.imports.uploads import WORKING_STATES
from rights.models import CatalogImport, ImportLine, Party
from rights.parties import KINDS_BY_ROLE
from rights.shares import Role

PAGE_SIZE = 50
MAX_NUMBER = 2**31 - 1
TALLIES = {
    ImportLine.Verdict.NEW: "new",
    ImportLine.Verdict.SAME: "the same as here",
    ImportLine.Verdict.CHANGED: "changed, old value kept beside",
    ImportLine.Verdict.WAITS: "wait for someone else’s yes",
    ImportLine.Verdict.NO: "cannot be read or used",
}


@dataclass(frozen=True)
class ImportPage:
    """One catalogue file, with some of its lines."""

    stored: CatalogImport
    shown: str = ""
    after: int = 0

    @cached_property
    def counts(self) -> dict[str, int]:
        return count_verdicts(self.stored)

    @property
    def tallies(self) -> list[tuple[int, str]]:
        return [(self.counts[verdict], words) for verdict, words in TALLIES.items()]

    @property
    def filters(self) -> list[tuple[str, str, int]]:
        """The value, the name and the number of lines of each filter."""
        return [(verdict.value, str(verdict.label), self.counts[verdict]) for verdict in ImportLine.Verdict]

    @property
    def good(self) -> int:
        """How many lines an import would write."""
        return sum(self.counts[verdict] for verdict in GOOD)

    @property
    def left_out(self) -> int:
        return self.counts[ImportLine.Verdict.WAITS] + self.counts[ImportLine.Verdict.NO]

    @property
    def is_working(self) -> bool:
        return self.stored.state in WORKING_STATES

    @cached_property
    def rows(self) -> list[tuple[ImportLine, str]]:
        """The lines of this page, each with its reason."""
        return [(line, describe(line)) for line in self._found[:PAGE_SIZE]]

    @property
    def next_after(self) -> int | None:
        """The number after which the next page begins."""
        return self._found[PAGE_SIZE - 1].number if len(self._found) > PAGE_SIZE else None

    @cached_property
    def _found(self) -> list[ImportLine]:
        lines = self.stored.verdicts.select_related("catalog_import").filter(number__gt=self.after)
        if self.shown:
            lines = lines.filter(verdict=self.shown)
        return list(lines.order_by("number")[: PAGE_SIZE + 1])


def list_sample_rows(party: Party) -> list[list[object]]:
    """The heading with all columns, and two songs that say how they are filled, by what the party can own."""
    owners = f"{party.name} 50 %; Second Shore 50 %" if party.kind in KINDS_BY_ROLE[Role.RECORDING_OWNER] else ""
    writers = f"Mara Veil 60 %; {party.name} 40 %" if party.kind == Party.Kind.WRITER else ""
    publisher = party.name if party.kind == Party.Kind.PUBLISHER else ""
    return [
        [*COLUMNS],
        ["Salt Radio", "Mara Veil", "PTABC2500001", "", "Salt Radio", "T-034.524.680-1", "3:45", "",
            writers or "Mara Veil 60 %; Ida Koro (IPI 00052210040) 40 %", publisher or "Kestrel Row"],
        ["Low Tide", "Mara Veil", "", "", "", "", "4:02", owners, writers or "Mara Veil", publisher],
    ]  # fmt: skip


def list_verdict_rows(stored: CatalogImport) -> Iterator[list[object]]:
    """The rows of the CSV of all verdicts, with the line numbers of the file."""
    yield ["line", "verdict", "reason", "title", "artist", "ISRC"]
    lines = stored.verdicts.select_related("catalog_import").order_by("number")
    for line in lines.iterator(chunk_size=5000):
        yield [line.number, line.get_verdict_display(), describe(line), line.title, line.artist_name, line.isrc or ""]
