"""Serve the sound of a recording, whole or by ranges, to signed-in people only."""

import re
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import parse_etags
from django.views.decorators.http import require_safe

from accounts.decorators import login_required
from catalog.models import Sound

RANGE_HEADER = re.compile(r"bytes=\s*(\d{1,18})?\s*-\s*(\d{1,18})?\s*")


class RangeNotSatisfiable(Exception):
    """The range lies outside the file."""


@require_safe
@login_required
def recording_audio(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole file, or the part in the Range header, never cached. Files are small, so a part is read at once."""
    sound = get_object_or_404(Sound, recording_id=pk)
    etag = f'"{sound.sha256}"'
    path = Path(settings.MEDIA_ROOT) / sound.path
    if not path.is_file():
        raise Http404
    size = path.stat().st_size
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        response = HttpResponse(status=304)
    else:
        response = _file_response(request, path, size, etag)
        response["Content-Type"] = sound.content_type
    response["ETag"] = etag
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = "private, no-store"
    return response


def _file_response(request: HttpRequest, path: Path, size: int, etag: str) -> HttpResponse:
    try:
        part = _parse_range(request, size, etag)
    except RangeNotSatisfiable:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    first, last = part or (0, size - 1)
    with path.open("rb") as file:
        file.seek(first)
        content = file.read(last - first + 1) if request.method == "GET" else b""
    response = HttpResponse(content, status=206 if part else 200)
    response["Content-Length"] = str(last - first + 1)
    if part:
        response["Content-Range"] = f"bytes {first}-{last}/{size}"
    return response


def _parse_range(request: HttpRequest, size: int, etag: str) -> tuple[int, int] | None:
    """The first and the last byte of the range. None for the whole file, also if the header is malformed."""
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
    return first, last
