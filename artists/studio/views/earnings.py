"""What an artist earned: the months, each statement, and its files. Those who manage the team read them."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from accounts.requests import AuthenticatedHttpRequest
from artists.models import Statement
from artists.royalties import statement_files, statement_page
from artists.studio.access import Studio, team_member_required
from rights import parties


@require_safe
@team_member_required
def show_earnings(request: AuthenticatedHttpRequest, studio: Studio) -> HttpResponse:
    """What was earned in each currency, month by month."""
    party = parties.get_artist_party(studio.artist)
    standings = statement_page.list_standings(party) if studio.may_manage else []
    return studio.render(
        request, "studio/earnings.html", section="studio-earnings", may_see=studio.may_manage, standings=standings,
        earnings_url=studio.url("studio-earnings"), payouts_url=studio.url("studio-payouts"),
    )  # fmt: skip


@require_safe
@team_member_required
def show_statement(request: AuthenticatedHttpRequest, studio: Studio, statement_id: int) -> HttpResponse:
    """A closed statement of this artist."""
    statement = _get_statement_or_404(studio, statement_id)
    context = statement_page.describe(statement, studio.url("studio-earnings"))
    return studio.render(request, "studio/statement.html", section="studio-earnings", **context)


@require_safe
@team_member_required
def download_statement(request: AuthenticatedHttpRequest, studio: Studio, statement_id: int, kind: str) -> HttpResponse:
    """The same as a file: the same bytes every time."""
    return statement_files.respond(_get_statement_or_404(studio, statement_id), kind)


def _get_statement_or_404(studio: Studio, statement_id: int) -> Statement:
    party = parties.get_artist_party(studio.artist)
    return statement_page.get_or_404(party, statement_id, may_see=studio.may_manage)
