"""Read a catalogue from CSV: in the encodings and with the separators that spreadsheets write. Knows no models.

A line that cannot be read is a line with a problem; the lines after it are read all the same.
"""

import csv
import io
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from rights.imports import text_encoding
from rights.imports.exceptions import InvalidLine, UnreadableFile
from rights.imports.lines import Line, read_line
from rights.imports.texts import shorten

COLUMNS = {
    "title": "title track tracktitle tracktitel song songtitle name recording recordingtitle titel título titolo titre",
    "artist": "artist artists artistname displayartist mainartist performer band künstler interpret artista artiste",
    "isrc": "isrc isrccode",
    "mbid": "mbid musicbrainzid recordingmbid",
    "work_title": "worktitle work composition compositiontitle werk werktitel œuvre obra",
    "iswc": "iswc iswccode",
    "duration": "duration length time tracklength dauer länge duração durata durée duración",
    "owners": "owners owner ownership rightsholders masterowners shares rechteinhaber",
    "writers": "writers writer composers composer songwriters songwriter authors author autoren komponisten auteurs",
    "publishers": "publishers publisher publishing verlag verlage éditeurs editores",
}
"""Names of columns, without spaces, hyphens and underscores. Other columns are not read."""
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}
MAX_CHARACTERS = 32_768  # of one row
MAX_ROW_LINES = 50  # that a quoted cell can spread a row over
_OTHER_ENCODING = "is not {}, as the others are. Save the whole file as UTF-8, and look at its accents."
_KNOWN = {word: name for name, words in COLUMNS.items() for word in words.split()}


@dataclass(frozen=True, slots=True)
class CsvFile:
    """A CSV file whose first line was understood. It can be read several times."""

    file: IO[bytes]
    encoding: text_encoding.Encoding
    separator: str
    columns: tuple[str, ...]
    """For each cell the name in COLUMNS, or "" for a column that is not read."""
    first_row: int

    @property
    def description(self) -> str:
        return f"read as {self.encoding.label}, with {SEPARATORS[self.separator]}"

    def __iter__(self) -> Iterator[Line]:
        for number, row in _read_rows(_Source(self.file, self.encoding), self.separator):
            if number >= self.first_row:
                yield self._read_row(number, row)

    def _read_row(self, number: int, row: "list[str] | str") -> Line:
        if isinstance(row, str):
            return Line(number, problem=row)
        if self.encoding.has_foreign_bytes(row):
            return Line(number, problem=f"This line {_OTHER_ENCODING.format(self.encoding.label)}")
        if len(row) > len(self.columns) and any(row[len(self.columns) :]):
            problem = f"This line has {len(row)} cells, and the first line names {len(self.columns)} columns."
            return Line(number, shorten(row[0]), problem=problem)
        values = {name: cell for name, cell in zip(self.columns, row, strict=False) if name}
        return read_line(number, values)


def open_csv(file: IO[bytes]) -> CsvFile:
    """Find out the encoding, the separator and the columns. Raises UnreadableFile."""
    encoding = text_encoding.detect(file)
    best, separator = tuple[str, ...](), ","
    source = _Source(file, encoding)
    line = _skip_blank(source)
    if line.lower().startswith("sep="):  # Excel writes this above the columns
        line = _skip_blank(source)
    if encoding.has_foreign_bytes([line]):
        raise UnreadableFile(f"Line {source.number}, which names the columns, {_OTHER_ENCODING.format(encoding.label)}")
    for each in SEPARATORS:
        names = _name_columns(line, each)
        if sum(map(bool, names)) > sum(map(bool, best)):
            best, separator = names, each
    _require_columns(best)
    return CsvFile(file, encoding, separator, best, first_row=source.number + 1)


class _Source:
    """The physical lines of a file, with their numbers. None stands for one that is too long to be kept."""

    def __init__(self, file: IO[bytes], encoding: text_encoding.Encoding) -> None:
        file.seek(0)
        # A reader of its own, so that closing it leaves the file open.
        self._text = io.TextIOWrapper(
            io.BufferedReader(_Unclosed(file)), encoding.codec, errors=encoding.errors, newline=""
        )
        self._returned: deque[str | None] = deque()
        self.number = 0

    def read(self) -> str | None:
        """The next line with its end, "" at the end of the file."""
        self.number += 1
        if self._returned:
            return self._returned.popleft()
        line = self._text.readline(MAX_CHARACTERS + 1)
        if len(line) <= MAX_CHARACTERS:
            return line
        while line and not line.endswith(("\n", "\r")):
            line = self._text.readline(MAX_CHARACTERS + 1)
        return None

    def put_back(self, lines: list[str | None]) -> None:
        self._returned.extendleft(reversed(lines))
        self.number -= len(lines)


class _Unclosed(io.RawIOBase):
    """Reads from a file and leaves it open when the text above it is closed."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        content = self._file.read(len(buffer))
        buffer[: len(content)] = content
        return len(content)


def _read_rows(source: _Source, separator: str) -> Iterator[tuple[int, list[str] | str]]:
    """The cells of each row, or the reason why it has none. Blank lines are left out."""
    while (line := source.read()) != "":
        number = source.number
        try:
            cells = _read_cells(source, line, separator)
        except InvalidLine as error:
            yield number, str(error)
        else:
            if any(cell.strip() for cell in cells):
                yield number, cells


def _read_cells(source: _Source, line: str | None, separator: str) -> list[str]:
    """Read one row, which goes on over further lines while a quote is open. Raises InvalidLine."""
    if line is None:
        raise InvalidLine(f"This line has more than {MAX_CHARACTERS:,} characters.")
    if '"' not in line:  # a reader for each line takes five times as long
        return line.rstrip("\r\n").split(separator)
    row, swallowed = line, list[str | None]()
    while True:
        try:
            return next(csv.reader([row], delimiter=separator, strict=True))
        except csv.Error as error:
            if "unexpected end" not in str(error):
                raise InvalidLine("A quote ends in the middle of a cell. Write quotes inside a cell twice.") from error
        more = _read_to_quote(source, swallowed, MAX_CHARACTERS - len(row))
        if not more:
            source.put_back(swallowed)  # they are rows of their own
            raise InvalidLine("A quote is opened and not closed.")
        row += more


def _read_to_quote(source: _Source, swallowed: list[str | None], room: int) -> str:
    """The next lines until one has a quote, which alone can end a cell. "" where none comes soon."""
    text = ""
    while len(swallowed) < MAX_ROW_LINES:
        line = source.read()
        swallowed.append(line)
        if not line or len(text) + len(line) > room:
            break
        text += line
        if '"' in line:
            return text
    return ""


def _skip_blank(source: _Source) -> str:
    """The next line that holds anything."""
    while (line := source.read()) != "":
        if line is None:
            raise UnreadableFile(f"The first line has more than {MAX_CHARACTERS:,} characters. Is this a CSV file?")
        if line.strip():
            return line
    raise UnreadableFile("The file is empty.")


def _name_columns(line: str, separator: str) -> tuple[str, ...]:
    """The known name of each column. One that comes twice counts once."""
    try:
        cells = next(csv.reader([line.rstrip("\r\n")], delimiter=separator))
    except (csv.Error, StopIteration):
        return ()
    names: list[str] = []
    for cell in cells:
        word = "".join(letter for letter in cell.casefold() if letter.isalpha())
        name = _KNOWN.get(word, "")
        names.append("" if name in names else name)
    return tuple(names)


def _require_columns(columns: tuple[str, ...]) -> None:
    for name in ("title", "artist"):
        if name not in columns:
            raise UnreadableFile(
                f"The first line names no column “{name}”. A catalogue has the columns: {', '.join(COLUMNS)}."
            )
