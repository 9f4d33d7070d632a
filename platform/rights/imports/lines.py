"""What one line of a catalogue file says about a recording, and what is wrong with it. Knows no models."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Protocol
from uuid import UUID

from catalog.identifiers import InvalidIdentifier, parse_isrc, parse_iswc, parse_mbid
from rights.imports.exceptions import InvalidLine
from rights.imports.named_shares import NamedShare, read_shares
from rights.imports.texts import begin_small, clean, require, shorten
from rights.shares import Role

MAX_TITLE, MAX_ARTIST = 1024, 120
MAX_HOURS = 24
COLUMNS_BY_ROLE = {Role.RECORDING_OWNER: "owners", Role.WRITER: "writers", Role.PUBLISHER: "publishers"}
_CLOCK = re.compile(r"(?:(\d{1,2}):)?(\d{1,3}):(\d{2})(?:[.,](\d{1,3}))?", re.ASCII)
_SECONDS = re.compile(r"\d{1,5}(?:[.,]\d{1,3})?", re.ASCII)
_ISO_DURATION = re.compile(r"PT(?:(\d{1,2})H)?(?:(\d{1,4})M)?(?:(\d{1,5})(?:[.,](\d{1,6}))?S)?", re.ASCII)

type SharesByRole = Mapping[Role, tuple[NamedShare, ...]]


@dataclass(frozen=True, slots=True)
class Line:
    """One recording of the file. `problem` says why it cannot be read; then the other fields may be empty.

    Without owners among the shares the recording belongs wholly to whoever brings the file, if it can own one.
    """

    number: int
    title: str = ""
    artist: str = ""
    isrc: str | None = None
    mbid: UUID | None = None
    iswc: str | None = None
    duration_ms: int | None = None
    work_title: str = ""
    shares: SharesByRole = field(default_factory=dict)
    """The roles that the file names anybody for."""
    problem: str = ""


class CatalogFile(Protocol):
    """A file that was opened as one of the formats."""

    @property
    def description(self) -> str:
        """How it is read, in words: "read as UTF-8, with semicolons"."""

    def __iter__(self) -> Iterator[Line]:
        """Read the lines one by one. Raises UnreadableFile where the rest has no meaning."""


def read_line(number: int, values: Mapping[str, str], read_roles: Callable[[], SharesByRole] | None = None) -> Line:
    """Read the values of one line, by the names of `csv_file.COLUMNS`. A problem is stored in the line, not raised.

    `read_roles` reads the shares where they do not stand in columns.
    """
    title, artist = (clean(values.get(name, "")) for name in ("title", "artist"))
    try:
        return Line(
            number,
            require(title, "title", MAX_TITLE),
            require(artist, "artist", MAX_ARTIST),
            _read_identifier("ISRC", parse_isrc, values.get("isrc", "")),
            _read_identifier("MBID", parse_mbid, values.get("mbid", "")),
            _read_identifier("ISWC", parse_iswc, values.get("iswc", "")),
            _read_duration(values.get("duration", "").strip()),
            _read_work_title(values.get("work_title", "")),
            read_roles() if read_roles else _read_columns(values),
        )
    except InvalidLine as error:
        return Line(number, shorten(title), shorten(artist), problem=str(error))


def _read_work_title(text: str) -> str:
    title = clean(text)
    return require(title, "title of the work", MAX_TITLE) if title else ""


def _read_columns(values: Mapping[str, str]) -> SharesByRole:
    found = ((role, read_shares(values.get(column, ""), role)) for role, column in COLUMNS_BY_ROLE.items())
    return {role: named for role, named in found if named}


def _read_identifier[T](name: str, parse: Callable[[str], T], text: str) -> T | None:
    try:
        return parse(text) if text.strip() else None
    except InvalidIdentifier as error:
        raise InvalidLine(f"{name} {shorten(text.strip(), 40)}: {begin_small(str(error))}") from error


@lru_cache(maxsize=1000)
def _read_duration(text: str) -> int | None:
    """Milliseconds, from 3:45, 1:03:45, 225 (seconds) or PT3M45S."""
    if not text:
        return None
    milliseconds = _read_milliseconds(text)
    if milliseconds is None or not 0 < milliseconds <= MAX_HOURS * 3_600_000:
        raise InvalidLine(f"“{shorten(text, 20)}” is no duration. Write minutes and seconds, such as 3:45.")
    return milliseconds


def _read_milliseconds(text: str) -> int | None:
    if _SECONDS.fullmatch(text):
        return int(Decimal(text.replace(",", ".")) * 1000)
    if match := _CLOCK.fullmatch(text) or (len(text) > len("PT") and _ISO_DURATION.fullmatch(text)):
        hours, minutes, seconds, part = (number or "0" for number in match.groups())
        if ":" not in text or int(seconds) < 60:
            return ((int(hours) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(part.ljust(3, "0")[:3])
    return None
