"""The agreements that name an artist: `artists.agreement_page`."""

from django.http import HttpResponse

from accounts.requests import AuthenticatedHttpRequest
from artists import agreement_page
from artists.agreement_answers import get_reading_or_404
from artists.agreement_page import AgreementPage
from artists.studio.access import Studio, team_member_required
from rights import parties
from web.decorators import post_only


@team_member_required
def list_agreements(request: AuthenticatedHttpRequest, studio: Studio) -> HttpResponse:
    """Show the versions that name the artist, newest first, by agreement."""
    party = parties.get_artist_party(studio.artist)
    return studio.render(request, "studio/agreements.html", **agreement_page.list_versions(request, party))


@team_member_required
def show_agreement(request: AuthenticatedHttpRequest, studio: Studio, version_id: int) -> HttpResponse:
    """Show one version: its paper, who accepted it, and while it is proposed its dry run."""
    return agreement_page.show(request, _get_page_or_404(studio, version_id))


@post_only
@team_member_required
def accept_agreement(request: AuthenticatedHttpRequest, studio: Studio, version_id: int) -> HttpResponse:
    """The artist accepts the version as it stands, with a recent password."""
    return agreement_page.accept(request, _get_page_or_404(studio, version_id))


@post_only
@team_member_required
def end_agreement(request: AuthenticatedHttpRequest, studio: Studio, version_id: int) -> HttpResponse:
    """End the version, or refuse the proposal."""
    return agreement_page.end(request, _get_page_or_404(studio, version_id))


def _get_page_or_404(studio: Studio, version_id: int) -> AgreementPage:
    party = parties.get_artist_party(studio.artist)
    reading = get_reading_or_404(party, version_id)
    url = studio.url("studio-agreement", version_id=version_id)
    return AgreementPage(studio, party, reading, "studio/agreement.html", url, "studio-agreements")
