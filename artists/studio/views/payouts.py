"""Where the artist's money goes, and what was paid out (`artists.payout_page`)."""

from django.http import HttpResponse

from accounts.requests import AuthenticatedHttpRequest
from artists.payout_page import PayoutPage
from artists.studio.access import Studio, team_member_required
from rights.parties import get_artist_party
from web.decorators import post_only


@team_member_required
def show_payouts(request: AuthenticatedHttpRequest, studio: Studio) -> HttpResponse:
    """Show where the artist's money goes, what is owed, and the newest payouts."""
    return _page(studio).render(request)


@post_only
@team_member_required
def open_account(request: AuthenticatedHttpRequest, studio: Studio) -> HttpResponse:
    """Lead whoever signs to where the payment service asks who the artist is. Asks for the password."""
    return _page(studio).open_account(request)


def _page(studio: Studio) -> PayoutPage:
    def show(request: AuthenticatedHttpRequest, *, status: int, **context: object) -> HttpResponse:
        return studio.render(request, "studio/payouts.html", status=status, **context)

    party, path, post_path = get_artist_party(studio.artist), studio.url("studio-payouts"), studio.url("studio-payee")
    return PayoutPage(party, path, post_path, studio.may_sign, studio.may_manage, show)
