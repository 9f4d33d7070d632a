"""Serve pictures. They are public, and a picture at an address never changes."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from catalog import pictures


@require_safe
def picture(request: HttpRequest, digest: str, size: str) -> HttpResponse:
    content = pictures.read(digest, size)
    if content is None:
        raise Http404
    response = HttpResponse(content, content_type="image/webp")
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    return response
