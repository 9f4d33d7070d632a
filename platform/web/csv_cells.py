"""Write CSV that a spreadsheet does not run, and answer a request with it."""

import csv
from collections.abc import AsyncIterator, Iterable, Iterator
from tempfile import SpooledTemporaryFile

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse

PART_BYTES = 64 * 1024
IN_MEMORY_BYTES = 1024 * 1024

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


def csv_response(request: HttpRequest, rows: Iterable[Iterable[object]], file_name: str) -> StreamingHttpResponse:
    """The rows as a file to download.

    They are written to a temporary file first, in the thread of the view. Sending it then holds neither the thread
    nor the memory, however long the list and however slow the client.
    """
    file = SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115 - closed when all was sent
    for line in write_rows(rows):
        file.write(line.encode())
    size = file.tell()
    file.seek(0)
    parts = _read_parts_async(file) if isinstance(request, ASGIRequest) else _read_parts(file)
    response = StreamingHttpResponse(parts, content_type="text/csv; charset=utf-8")
    response["Content-Length"] = str(size)
    response["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return response


def _read_parts(file: SpooledTemporaryFile[bytes]) -> Iterator[bytes]:
    with file:
        while part := file.read(PART_BYTES):
            yield part


async def _read_parts_async(file: SpooledTemporaryFile[bytes]) -> AsyncIterator[bytes]:
    for part in _read_parts(file):
        yield part


class _Echo:
    """A file for `csv.writer`, which returns what its file's `write` returns."""

    def write(self, text: str) -> str:
        return text
