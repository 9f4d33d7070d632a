"""Serve the sound of a recording, whole or by ranges, to signed-in people only."""

from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from accounts.decorators import login_required
from catalog.models import Sound
from web.ranges import file_response


@require_safe
@login_required
def recording_audio(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The whole file, or the part in the Range header, never cached."""
    sound = get_object_or_404(Sound, recording_id=pk)
    path = Path(settings.MEDIA_ROOT) / sound.path
    if not path.is_file():
        raise Http404
    return file_response(request, path, etag=sound.sha256, content_type=sound.content_type)
