"""Open a catalogue file as what it is. Knows no models."""

from typing import IO

from rights.imports.csv_file import open_csv
from rights.imports.ddex_file import open_ddex
from rights.imports.lines import CatalogFile

_XML_STARTS = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<\x00", b"\xfe\xff\x00<")


def open_file(file: IO[bytes]) -> CatalogFile:
    """A CSV file or a DDEX message, by its content: names of files can be wrong. Raises UnreadableFile."""
    file.seek(0)
    return open_ddex(file) if file.read(256).lstrip().startswith(_XML_STARTS) else open_csv(file)
