"""The sound of a delivered remix, for its fan, and the plays of it."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.decorators import login_required
from accounts.requests import AuthenticatedHttpRequest
from fans import experiences, remixes
from fans.desk import comparison, previews
from fans.downloads import Download, find_download
from fans.exceptions import HeardEnough, RemixClosed
from fans.models import Experience
from fans.remixes import Remix
from listens import player_api
from listens.first_party import ReportedPlay
from web.decorators import post_only
from web.ranges import file_response


@require_safe
@login_required
def experience_sound(request: AuthenticatedHttpRequest, pk: UUID, name: str) -> HttpResponseBase:
    """A file of the fan's own remix, or a range of it. It is looked for anew each time.

    404 for anybody else, once it was taken back, erased or stopped, and where the stored bytes are not those that were
    decided on. The master is for those who can keep a file.
    """
    experience, remix = _get_playing(request, pk)
    if name == remixes.MASTER and find_download(experience, remix) != Download.YES:
        raise Http404
    found = remixes.find_file(remix, name)
    if found is None:
        raise Http404
    path, facts = found
    return file_response(request, path, etag=facts.sha256, content_type=facts.media_type)


@post_only
@never_cache
@login_required
def record_play(request: AuthenticatedHttpRequest, pk: UUID) -> JsonResponse:
    """Record that the fan heard their remix: a listen of the recording it was made of. 404 as for its sound."""
    experience, remix = _get_playing(request, pk)

    def build(**said: Any) -> ReportedPlay:
        return ReportedPlay(
            recording=remix.render.recording,
            milliseconds=remix.milliseconds,
            remix=str(experience),
            available_since=experience.delivered_at,
            **said,
        )

    return player_api.respond(request, build)


@post_only
@never_cache
@login_required
def hear_recording(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    """Want 20 seconds of the recording, to compare the remix with, as the desk does. 404 as for its sound.

    For htmx the sound or why there is none; without JavaScript a page with it.
    """
    _, remix = _get_playing(request, pk)
    context, status = _want_recorded(request, remix)
    if not request.htmx:
        context |= {"back_url": reverse("experience", args=[pk]), "back_words": "Your remix"}
        return render(request, "fans/preview.html", context, status=status)
    return render(request, "fans/_desk_sound.html" if status == 200 else "_alert.html", context, status=status)


def _want_recorded(request: AuthenticatedHttpRequest, remix: Remix) -> tuple[dict[str, Any], int]:
    """What to show, and the status: the `render`, or the `words` why there is none."""
    offer = comparison.find_offer(remix)
    sections = comparison.list_sections(remix, offer) if offer else []
    section = request.POST.get("section", "")
    if offer is None or section not in dict(sections):
        return {"words": "This part of the recording cannot be heard here, or not any more."}, 409
    if not previews.allow(request.user):
        return {"words": "That was a lot at once. Wait a minute, then go on."}, 409
    try:
        return {"render": comparison.want_recorded(request.user, offer, section)}, 200
    except HeardEnough:
        return {"words": "You have heard as much of the recording as can be heard here."}, 409
    except RemixClosed:
        return {"words": "The recording cannot be heard where you are, or not any more."}, 409


def _get_playing(request: AuthenticatedHttpRequest, pk: UUID) -> tuple[Experience, Remix]:
    """404 for anybody but its fan, and once it does not play any more."""
    experience = get_object_or_404(experiences.received_by(request.user), pk=pk, kind=Experience.Kind.REMIX)
    remix = remixes.find_playing(experience)
    if remix is None:
        raise Http404
    return experience, remix
