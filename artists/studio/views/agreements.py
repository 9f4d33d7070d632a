"""An artist's agreements: those that wait for the principal, one version with its dry run, and accepting and ending."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from accounts.requests import AuthenticatedHttpRequest
from artists.agreement_papers import Paper, group_by_agreement, list_signatures, measure_end, run_dry_stored
from artists.label.views.agreements import PAGE_SIZE, accept, end, get_reading_or_404
from artists.studio.access import USER_ERRORS, Studio, error_status, team_member_required
from rights import agreement_versions, parties
from rights.agreement_versions import Reading
from rights.exceptions import RightsError
from rights.models import AgreementVersion
from web.decorators import post_only
from web.pagination import cursor_or_start, paginate


@team_member_required
def list_agreements(request: AuthenticatedHttpRequest, studio: Studio) -> HttpResponse:
    """Show the versions that name the artist, newest first, by agreement."""
    before = cursor_or_start(request.GET.get("before", ""), AgreementVersion, None)
    party = parties.get_artist_party(studio.artist)
    page = paginate(agreement_versions.list_of(party), field=None, before=before, size=PAGE_SIZE)
    groups = group_by_agreement(agreement_versions.read(page.items))
    return studio.render(request, "studio/agreements.html", groups=groups, party=party, older=page.older)


@team_member_required
def show_agreement(request: AuthenticatedHttpRequest, studio: Studio, version_id: int) -> HttpResponse:
    """Show one version: its paper, who accepted it, and while it is proposed its dry run."""
    return _render_agreement(request, studio, _get_reading_or_404(studio, version_id))


@post_only
@team_member_required
def accept_agreement(request: AuthenticatedHttpRequest, studio: Studio, version_id: int) -> HttpResponse:
    """The artist accepts the version as it stands, with a recent password."""
    reading = _get_reading_or_404(studio, version_id)
    party = parties.get_artist_party(studio.artist)
    return _apply(request, studio, reading, lambda: accept(request, reading, party))


@post_only
@team_member_required
def end_agreement(request: AuthenticatedHttpRequest, studio: Studio, version_id: int) -> HttpResponse:
    """End the version, or refuse the proposal."""
    reading = _get_reading_or_404(studio, version_id)
    party = parties.get_artist_party(studio.artist)
    return _apply(request, studio, reading, lambda: end(request, reading, party))


def _get_reading_or_404(studio: Studio, version_id: int) -> Reading:
    return get_reading_or_404(parties.get_artist_party(studio.artist), version_id)


def _apply(
    request: AuthenticatedHttpRequest, studio: Studio, reading: Reading, change: Callable[[], str]
) -> HttpResponse:
    try:
        message = change()
    except (*USER_ERRORS, RightsError) as error:
        status = 409 if isinstance(error, RightsError) else error_status(error)
        return _render_agreement(request, studio, reading, problem=str(error), status=status)
    messages.success(request, message)
    return redirect(studio.url("studio-agreement", version_id=reading.version.pk))


def _render_agreement(
    request: AuthenticatedHttpRequest, studio: Studio, reading: Reading, *, problem: str = "", status: int = 200
) -> HttpResponse:
    party = parties.get_artist_party(studio.artist)
    may_end = studio.may_manage and reading.is_live
    return studio.render(
        request,
        "studio/agreement.html",
        status=status,
        reading=reading,
        version=reading.version,
        party=party,
        paper=Paper.of_version(reading.version),
        signatures=list_signatures(reading),
        dry_run=run_dry_stored(reading, party),
        is_waiting=reading.waits_for(party),
        may_end=may_end,
        ending=measure_end(reading, party) if may_end and "end" in request.GET else None,
        problem=problem,
    )
