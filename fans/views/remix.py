"""The sound of a delivered remix, for its fan."""

from uuid import UUID

from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from accounts.decorators import login_required
from accounts.requests import AuthenticatedHttpRequest
from fans import experiences, remixes
from fans.models import Experience
from web.ranges import file_response


@require_safe
@login_required
def experience_sound(request: AuthenticatedHttpRequest, pk: UUID, name: str) -> HttpResponseBase:
    """A file of the fan's own remix, or a range of it. It is looked for anew each time.

    404 for anybody else, once it was taken back, erased or stopped, and where the stored bytes are not those that were
    decided on. The master is for those whose limits let them keep a file.
    """
    experience = get_object_or_404(experiences.received_by(request.user), pk=pk, kind=Experience.Kind.REMIX)
    if experience.withdrawn_at or experience.stopped:
        raise Http404
    remix = remixes.find_remix(experience.maker, experience.text)
    if remix is None or (name == remixes.MASTER and not remix.may_download):
        raise Http404
    found = remixes.find_file(remix, name)
    if found is None:
        raise Http404
    path, facts = found
    return file_response(request, path, etag=facts.sha256, content_type=facts.media_type)
