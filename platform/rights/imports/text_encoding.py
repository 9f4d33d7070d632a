"""Find out in which encoding a text file is, and which of its lines are in another. Knows no models."""

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

CHUNK = 1 << 16
_TWO_BYTE_TEXT = re.compile(rb"[\x20-\x7e\r\n\t]{16,}")
"""Text of one byte a letter that was read as UTF-16, as no text of any language."""
_UTF_8_LETTER = re.compile(rb"[\xc2-\xc3][\x80-\xbf]|\xe2\x80[\x80-\xbf]")
"""A Latin letter or a mark such as ’ in UTF-8. In Windows-1252 these are signs that nobody writes in a row: Ã‰, â€™."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """A codec of Python, and what people call it. Bytes that are not of it become characters that nobody writes."""

    codec: str
    label: str

    @property
    def errors(self) -> str:
        return "replace" if self.codec.startswith("utf-16") else "surrogateescape"

    def has_foreign_bytes(self, cells: Sequence[str]) -> bool:
        """Whether a cell holds bytes that the encoding does not have, or reads like text of another encoding."""
        return not "".join(cells).isascii() and any(not cell.isascii() and self._is_foreign(cell) for cell in cells)

    def _is_foreign(self, cell: str) -> bool:
        if self.errors == "replace":
            return "\ufffd" in cell or bool(_TWO_BYTE_TEXT.search(cell.encode("utf-16-le")))
        if any("\udc80" <= letter <= "\udcff" for letter in cell):
            return True
        return self is WINDOWS_1252 and _is_utf_8(cell.encode(self.codec))


def _is_utf_8(content: bytes) -> bool:
    """Whether the whole is UTF-8, or holds letters that are."""
    if _UTF_8_LETTER.search(content):
        return True
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


UTF_8 = Encoding("utf-8-sig", "UTF-8")
WINDOWS_1252 = Encoding("cp1252", "Windows-1252")


def detect(file: IO[bytes]) -> Encoding:
    """UTF-16 by its mark or its zeros, UTF-8 where it is any, otherwise Windows-1252.

    A file that is mostly UTF-8 counts as UTF-8. Of a file that mixes encodings the lines of the other one are refused.
    """
    file.seek(0)
    head = file.read(4096)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Encoding("utf-16", "UTF-16")
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) > len(head) // 5:  # most letters of most languages, tabs and line ends have a zero byte
        return Encoding("utf-16-le" if odd > even else "utf-16-be", "UTF-16")
    if head.startswith(codecs.BOM_UTF8):
        return UTF_8
    letters, foreign = _count_beyond_ascii(file)
    return UTF_8 if not foreign or letters > foreign else WINDOWS_1252


def _count_beyond_ascii(file: IO[bytes]) -> tuple[int, int]:
    """How many characters beyond ASCII are UTF-8, and how many bytes are not."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    letters = foreign = 0
    while chunk := file.read(CHUNK):
        text = decoder.decode(chunk)
        if not text.isascii():
            beyond = [letter for letter in text if letter > "\x7f"]
            escaped = sum("\udc80" <= letter <= "\udcff" for letter in beyond)
            letters, foreign = letters + len(beyond) - escaped, foreign + escaped
    return letters, foreign
