"""What one line of a catalogue file says about a recording, and what is wrong with it. Knows no models."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from catalog.hidden_characters import find_hidden_character
from catalog.identifiers import InvalidIdentifier, parse_isrc, parse_iswc, parse_mbid
from rights.imports.exceptions import InvalidLine
from rights.shares import WHOLE, describe_gap, format_share

MAX_TITLE, MAX_ARTIST, MAX_OWNER = 1024, 120, 120
MAX_OWNERS = 20
MAX_HOURS = 24
_UNSTORABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")  # controls, and halves of characters
_CLOCK = re.compile(r"(?:(\d{1,2}):)?(\d{1,3}):(\d{2})(?:[.,](\d{1,3}))?", re.ASCII)
_ISO_DURATION = re.compile(r"PT(?:(\d{1,2})H)?(?:(\d{1,4})M)?(?:(\d{1,5})(?:[.,](\d{1,6}))?S)?", re.ASCII)
_SHARE = re.compile(r"(?P<name>.*[^\s:=])(?: ?[:=] ?| )(?P<percent>\d{1,3}(?:[.,]\d{1,2})?) ?%?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Owner:
    """A name in the column of owners, with its share in basis points."""

    name: str
    share: int


@dataclass(frozen=True, slots=True)
class Line:
    """One recording of the file. `problem` says why it cannot be read; then the other fields may be empty.

    Without `owners` the recording belongs wholly to whoever brings the file.
    """

    number: int
    title: str = ""
    artist: str = ""
    isrc: str | None = None
    mbid: UUID | None = None
    iswc: str | None = None
    duration_ms: int | None = None
    owners: tuple[Owner, ...] = ()
    problem: str = ""


class CatalogFile(Protocol):
    """A file that was opened as one of the formats."""

    @property
    def description(self) -> str:
        """How it is read, in words: "read as UTF-8, with semicolons"."""

    def __iter__(self) -> Iterator[Line]:
        """Read the lines one by one. Raises UnreadableFile where the rest has no meaning."""


def read_line(number: int, values: Mapping[str, str]) -> Line:
    """Read the values of one line, by the names of `csv_file.COLUMNS`. A problem is stored in the line, not raised."""
    title, artist = (_clean(values.get(name, "")) for name in ("title", "artist"))
    try:
        return Line(
            number,
            _require(title, "title", MAX_TITLE),
            _require(artist, "artist", MAX_ARTIST),
            _read_identifier("ISRC", parse_isrc, values.get("isrc", "")),
            _read_identifier("MBID", parse_mbid, values.get("mbid", "")),
            _read_identifier("ISWC", parse_iswc, values.get("iswc", "")),
            _read_duration(values.get("duration", "")),
            _read_owners(values.get("owners", "")),
        )
    except InvalidLine as error:
        return Line(number, shorten(title), shorten(artist), problem=str(error))


def shorten(text: str, length: int = 200) -> str:
    """A text that a verdict can show and the database can store, whatever the file held."""
    shown = _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text[: length + 1])
    return shown if len(shown) <= length else f"{shown[: length - 1]}…"


def _clean(text: str) -> str:
    return " ".join((text if text.isascii() else unicodedata.normalize("NFC", text)).split())


def _require(text: str, name: str, length: int) -> str:
    if not text:
        raise InvalidLine(f"The {name} is missing.")
    if len(text) > length:
        raise InvalidLine(f"The {name} has {len(text):,} characters. It may have {length:,}.")
    if problem := find_hidden_character(text):
        raise InvalidLine(f"The {name}: {_begin_small(problem)}")
    return text


def _read_identifier[T](name: str, parse: Callable[[str], T], text: str) -> T | None:
    try:
        return parse(text) if text.strip() else None
    except InvalidIdentifier as error:
        raise InvalidLine(f"{name} {shorten(text.strip(), 40)}: {_begin_small(str(error))}") from error


def _begin_small(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _read_duration(text: str) -> int | None:
    """Milliseconds, from 3:45, 1:03:45, 225 (seconds) or PT3M45S."""
    text = text.strip()
    if not text:
        return None
    milliseconds = _read_milliseconds(text)
    if milliseconds is None or not 0 < milliseconds <= MAX_HOURS * 3_600_000:
        raise InvalidLine(f"“{shorten(text, 20)}” is no duration. Write minutes and seconds, such as 3:45.")
    return milliseconds


def _read_milliseconds(text: str) -> int | None:
    if re.fullmatch(r"\d{1,5}(?:[.,]\d{1,3})?", text, re.ASCII):
        return int(Decimal(text.replace(",", ".")) * 1000)
    if match := _CLOCK.fullmatch(text) or (len(text) > len("PT") and _ISO_DURATION.fullmatch(text)):
        hours, minutes, seconds, part = (number or "0" for number in match.groups())
        if ":" not in text or int(seconds) < 60:
            return ((int(hours) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(part.ljust(3, "0")[:3])
    return None


def _read_owners(text: str) -> tuple[Owner, ...]:
    """The owners of a recording, such as "Harbor Lane 50 %; Kestrel Row 50 %"."""
    names = [name for each in re.split(r"[;|]", text) if (name := _clean(each))]
    if len(names) > MAX_OWNERS:
        raise InvalidLine(f"{len(names)} owners are too many. One recording may have {MAX_OWNERS}.")
    owners = tuple(_read_owner(each, alone=len(names) == 1) for each in names)
    if repeated := {owner.name for owner in owners if sum(owner.name == other.name for other in owners) > 1}:
        raise InvalidLine(f"{min(repeated)} stands among the owners twice.")
    total = sum(owner.share for owner in owners)
    if owners and total != WHOLE:
        raise InvalidLine(f"Shares {describe_gap(total)}.")
    return owners


def _read_owner(text: str, *, alone: bool) -> Owner:
    if match := _SHARE.fullmatch(text):
        name, share = match["name"], int(Decimal(match["percent"].replace(",", ".")) * 100)
    elif alone:
        name, share = text, WHOLE
    else:
        raise InvalidLine(f"The share of {shorten(text, 60)} is missing. Write it after the name, such as 50 %.")
    if not 0 < share <= WHOLE:
        raise InvalidLine(f"{shorten(name, 60)} cannot own {format_share(share)}.")
    return Owner(_require(name, "name of an owner", MAX_OWNER), share)
