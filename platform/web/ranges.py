"""Answer with a stored file, whole or by ranges (RFC 9110), so that a player can seek, and go on when it lost the line.

Who may have the file is asked by the view, again for every range.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import parse_etags

RANGE_HEADER = re.compile(r"bytes=\s*(\d{1,18})?\s*-\s*(\d{1,18})?\s*")
PART_BYTES = 2 * 1024 * 1024
"""No answer to a range is longer. The client asks for what is left, and then access is checked again."""
BLOCK_BYTES = 256 * 1024


class RangeNotSatisfiable(Exception):
    """The range lies outside the file."""


def file_response(
    request: HttpRequest, path: Path, *, etag: str, content_type: str, cache_control: str = "private, no-store"
) -> HttpResponseBase:
    """The file, the part in the Range header, 304 where the client has it, or 416. `etag` is without quotes."""
    quoted = f'"{etag}"'
    response: HttpResponseBase
    if quoted in parse_etags(request.headers.get("If-None-Match", "")):
        response = HttpResponse(status=304)
    else:
        response = _file_or_part(request, path, quoted)
        response["Content-Type"] = content_type
    response["ETag"] = quoted
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = cache_control
    return response


def _file_or_part(request: HttpRequest, path: Path, etag: str) -> HttpResponseBase:
    size = path.stat().st_size
    try:
        part = _parse_range(request, size, etag)
    except RangeNotSatisfiable:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    if part is None:
        return _whole(request, path, size)
    first, last = part
    with path.open("rb") as file:
        file.seek(first)
        content = file.read(last - first + 1) if request.method == "GET" else b""
    headers = {"Content-Range": f"bytes {first}-{last}/{size}", "Content-Length": str(last - first + 1)}
    return HttpResponse(content, status=206, headers=headers)


def _whole(request: HttpRequest, path: Path, size: int) -> HttpResponseBase:
    """All of it in blocks, which do not fill the memory however long the file is."""
    headers = {"Content-Length": str(size)}
    if request.method == "HEAD":
        return HttpResponse(headers=headers)
    if size <= PART_BYTES:
        return HttpResponse(path.read_bytes(), headers=headers)
    is_async = isinstance(request, ASGIRequest)
    return StreamingHttpResponse(_read_async(path) if is_async else _read(path), headers=headers)


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            yield block


async def _read_async(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while block := await asyncio.to_thread(file.read, BLOCK_BYTES):
            yield block


def _parse_range(request: HttpRequest, size: int, etag: str) -> tuple[int, int] | None:
    """The first and the last byte of the part. None for the whole file, also if the header is malformed."""
    match = RANGE_HEADER.fullmatch(request.headers.get("Range", ""))
    if match is None or request.headers.get("If-Range", etag) != etag:
        return None
    start, end = match.groups()
    if start is None and end is None:
        return None
    if start is None:
        first, last = max(size - int(end), 0), size - 1
    else:
        first, last = int(start), min(int(end) if end else size - 1, size - 1)
        if end and int(end) < int(start):
            return None
    if first > last:
        raise RangeNotSatisfiable
    return first, min(last, first + PART_BYTES - 1)
