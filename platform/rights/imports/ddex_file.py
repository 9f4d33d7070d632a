"""Read a catalogue from a DDEX ERN 4 message: what it says of each SoundRecording, its owners, writers and publishers.

Knows no models. The message is read as a stream. It may have no DTD, so there are no entities that could grow or fetch.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import IO
from xml.parsers import expat

from rights.imports.ddex_parties import Composite, PartyList, read_roles
from rights.imports.exceptions import UnreadableFile
from rights.imports.lines import Line, read_line

CHUNK = 1 << 16
MAX_DEPTH = 50
MAX_TEXT = 4096
"""Characters of one element that are kept. A longer title is refused by its length anyway."""
VALUES = {
    "ISRC": "isrc",
    "WorkId/ISWC": "iswc",
    "DisplayTitleText": "title",
    "DisplayTitle/TitleText": "title",
    "DisplayArtistName": "artist",
    "Duration": "duration",
}
"""Elements of a SoundRecording, by their last names, and the column of a CSV file that says the same."""
COMPOSITES = ("Contributor", "ResourceRightsController", "WorkRightsController")
"""Elements of a SoundRecording that say who has a part in it. They name a party of the list at the beginning."""
_MESSAGE = "NewReleaseMessage"


@dataclass(frozen=True, slots=True)
class DdexFile:
    """A DDEX message that begins as one. It can be read several times."""

    file: IO[bytes]
    description = "read as a DDEX message"

    def __iter__(self) -> Iterator[Line]:
        self.file.seek(0)
        reader = _Reader()
        while chunk := self.file.read(CHUNK):
            yield from reader.feed(chunk)
        yield from reader.feed(b"", is_last=True)


def open_ddex(file: IO[bytes]) -> DdexFile:
    """Check that a file begins as an ERN message. Raises UnreadableFile."""
    file.seek(0)
    reader = _Reader()
    while not reader.has_begun and (chunk := file.read(CHUNK)):
        reader.feed(chunk)
    if not reader.has_begun:
        reader.feed(b"", is_last=True)
    return DdexFile(file)


@dataclass
class _Reader:
    """Collects the values of each SoundRecording while expat goes through the message."""

    path: list[str] = field(default_factory=list)
    values: dict[str, str] | None = None
    """Of the SoundRecording that is open; the first of several titles or names counts."""
    parties: PartyList = field(default_factory=PartyList)
    depth: int = 0
    """How deep the SoundRecording is that is open."""
    composites: list[Composite] = field(default_factory=list)
    """Those of the SoundRecording that is open."""
    composite: Composite | None = None
    """The one that is open."""
    text: list[str] = field(default_factory=list)
    number: int = 0
    has_begun: bool = False
    _lines: list[Line] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        self._parser.StartDoctypeDeclHandler = _refuse_doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._add_text

    def feed(self, chunk: bytes, *, is_last: bool = False) -> list[Line]:
        """Read on, and return the recordings that ended in this chunk. Raises UnreadableFile."""
        try:
            self._parser.Parse(chunk, is_last)
        except (expat.ExpatError, ValueError, LookupError) as error:  # the others are of an encoding nobody knows
            where = f"line {self._parser.ErrorLineNumber}" if isinstance(error, expat.ExpatError) else "its first line"
            raise UnreadableFile(f"This XML file is damaged in {where}. Export it anew.") from error
        lines, self._lines = self._lines, []
        return lines

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(" ")[2]
        if not self.path and name != _MESSAGE:
            raise UnreadableFile(f"This XML file begins with <{name[:40]}>, not with <{_MESSAGE}> of DDEX ERN 4.")
        self.has_begun = True
        if len(self.path) == MAX_DEPTH:
            raise UnreadableFile(f"This XML file nests its elements more than {MAX_DEPTH} deep.")
        self.path.append(name)
        self.text.clear()
        if name == "SoundRecording" and self.values is None:
            self.values, self.depth, self.composites = {}, len(self.path), []
            self.number += 1
        elif name in COMPOSITES and self.values is not None and len(self.path) == self.depth + 1:
            self.composite = Composite(name)

    def _end(self, name: str) -> None:
        name = self.path.pop()
        text = "".join(self.text)[:MAX_TEXT]
        if self.values is not None:
            self._end_in_recording(name, text)
        elif len(self.path) > 1 and self.path[1] == "PartyList":
            self.parties.add(self.path[2:], name, text)
        self.text.clear()

    def _end_in_recording(self, name: str, text: str) -> None:
        assert self.values is not None
        if name == "SoundRecording":
            self._lines.append(read_line(self.number, self.values, partial(read_roles, self.parties, self.composites)))
            self.values = None
        elif self.composite and len(self.path) == self.depth:
            self.composites.append(self.composite)
            self.composite = None
        elif self.composite:
            self.composite.add(self.path[-1] if name == "Value" else name, text)
        elif value := VALUES.get(name) or VALUES.get(f"{self.path[-1]}/{name}"):
            self.values.setdefault(value, text)

    def _add_text(self, text: str) -> None:
        if len(self.text) < MAX_TEXT:
            self.text.append(text[:MAX_TEXT])


def _refuse_doctype(*declaration: object) -> None:
    raise UnreadableFile("This XML file has a DTD. DDEX messages have none: export it without.")
