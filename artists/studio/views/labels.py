"""Labels and other rightsholders that ask an artist to be on their roster, and those the artist is with."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from accounts import reauthentication
from accounts.requests import AuthenticatedHttpRequest
from artists.label.forms.roster import EndForm
from artists.label.roster import answer, is_current
from artists.label.views.roster import TOO_LATE, describe_end
from artists.studio.access import USER_ERRORS, Studio, error_status, team_member_required
from rights import roster
from rights.models import RosterEntry
from web.decorators import post_only


@team_member_required
def show_labels(request: AuthenticatedHttpRequest, studio: Studio) -> HttpResponse:
    """Show who asks, who the artist is with, and what was before."""
    return _render_labels(request, studio)


@post_only
@team_member_required
def answer_label(request: AuthenticatedHttpRequest, studio: Studio, entry_id: int) -> HttpResponse:
    """`do=accept`, `refuse` or `end`. A yes needs a password that was typed recently."""
    entries = RosterEntry.objects.select_related("label", "artist")
    entry = get_object_or_404(entries, pk=entry_id, artist=studio.artist)
    act = request.POST.get("do", "")
    form = EndForm(request.POST)
    if act not in ("accept", "refuse", "end"):
        raise Http404
    if not form.is_valid():
        return _render_labels(request, studio, problem=str(form.errors["last_day"][0]), status=422)
    try:
        if act == "end":
            message = describe_end(entry, done=roster.end(entry, by=request.user, at=form.cleaned_data["last_day"]))
        else:
            message = _answer(request, entry, accepted=act == "accept")
    except USER_ERRORS as error:
        return _render_labels(request, studio, problem=str(error), status=error_status(error))
    messages.success(request, message)
    return redirect(studio.url("studio-labels"))


def _answer(request: AuthenticatedHttpRequest, entry: RosterEntry, *, accepted: bool) -> str:
    is_fresh = reauthentication.did_recently_authenticate(request)
    if not answer(entry, accepted=accepted, by=request.user, fresh=is_fresh):
        return TOO_LATE
    return (
        f"You are on the roster of {entry.label.name}." if accepted else f"{entry.label.name} reads that you said no."
    )


def _render_labels(
    request: AuthenticatedHttpRequest, studio: Studio, *, problem: str = "", status: int = 200
) -> HttpResponse:
    entries = list(roster.list_of_artist(studio.artist))
    return studio.render(
        request,
        "studio/labels.html",
        status=status,
        current=[entry for entry in entries if is_current(entry)],
        past=[entry for entry in entries if not is_current(entry)],
        end_form=EndForm(),
        problem=problem,
    )
