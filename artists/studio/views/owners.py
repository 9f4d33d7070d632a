"""Works and owners of a song: forms on the song's page."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from accounts.reauthentication import did_recently_authenticate
from accounts.requests import AuthenticatedHttpRequest
from artists import ownership
from artists.studio.access import USER_ERRORS, Studio, error_status, team_member_required
from artists.studio.forms.owner import ShareForm, WorkForm
from artists.studio.views.songs import apply_form, get_song_or_404, render_song
from catalog.models import Recording
from rights import claims
from rights.models import Claim
from rights.shares import Role
from web.decorators import post_only
from web.parsers import parse_integer


@post_only
@team_member_required
def add_work(request: AuthenticatedHttpRequest, studio: Studio, song_id: int) -> HttpResponse:
    """Say that the song is a recording of a work, or with `end` that it is not one of that work."""
    recording = get_song_or_404(studio, song_id)
    if "end" in request.POST:
        return _end_work(request, studio, recording)
    form = WorkForm(request.POST, auto_id="id_work_%s")

    def add() -> str:
        work = ownership.add_work(recording, by=request.user, **form.cleaned_data)
        return f"“{work.title}” is added. Now say who wrote it."

    return apply_form(request, studio, recording, add, work_form=form)


def _end_work(request: AuthenticatedHttpRequest, studio: Studio, recording: Recording) -> HttpResponse:
    work = get_object_or_404(recording.works, pk=parse_integer(request.POST.get("end")))
    try:
        ownership.end_work(recording, work, by=request.user)
    except USER_ERRORS as error:
        return render_song(request, studio, recording, problem=str(error), status=error_status(error))
    messages.success(request, f"“{work.title}” is taken off this song.")
    return redirect(studio.url("song", song_id=recording.pk))


@post_only
@team_member_required
def add_share(request: AuthenticatedHttpRequest, studio: Studio, song_id: int) -> HttpResponse:
    """Say who has which share of the song, or with `work` of one of its works."""
    recording = get_song_or_404(studio, song_id)
    work_id = parse_integer(request.POST.get("work"))
    work = get_object_or_404(recording.works, pk=work_id) if work_id is not None else None
    form = ShareForm.on(work, recording, request.POST)

    def add() -> str:
        claim = ownership.add_claim(recording, work, by=request.user, **form.cleaned_data)
        if claim.disputed_at:
            return _describe_dispute(claim)
        return f"Added. It counts once {claim.party.name} confirms it."

    return apply_form(request, studio, recording, add, share_form=form)


@post_only
@team_member_required
def change_claim(request: AuthenticatedHttpRequest, studio: Studio, song_id: int, claim_id: int) -> HttpResponse:
    """Confirm the artist's own share with a fresh password, or with `do=end` end it."""
    recording = get_song_or_404(studio, song_id)
    claim = ownership.find_claim(ownership.list_owned(recording), claim_id)
    if claim is None:
        raise Http404
    try:
        if request.POST.get("do") == "end":
            claims.end(claim, by=request.user)
        else:
            claims.confirm(claim, by=request.user, fresh=did_recently_authenticate(request))
    except USER_ERRORS as error:
        return render_song(request, studio, recording, problem=str(error), status=error_status(error))
    messages.success(request, "The share ended." if request.POST.get("do") == "end" else "Confirmed.")
    return redirect(studio.url("song", song_id=song_id))


def _describe_dispute(claim: Claim) -> str:
    """Why a new claim is disputed, as far as the artist's team can know."""
    registered = ", or the ISRC is registered for somebody else" if claim.role == Role.RECORDING_OWNER else ""
    return f"That is more than all of it{registered}: the share is disputed, and our staff settle it with both."
