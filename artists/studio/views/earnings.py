"""What an artist earned: the months, each statement, and its files. Everybody of the team reads them."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from accounts.requests import AuthenticatedHttpRequest
from artists.royalties import statement_files, statement_page
from artists.studio.access import Studio, team_member_required
from rights import parties


@require_safe
@team_member_required
def show_earnings(request: AuthenticatedHttpRequest, studio: Studio) -> HttpResponse:
    """What was earned in each currency, month by month."""
    standings = statement_page.list_standings(parties.get_artist_party(studio.artist))
    return studio.render(
        request, "studio/earnings.html", section="studio-earnings", standings=standings,
        earnings_url=studio.url("studio-earnings"), payouts_url=studio.url("studio-payouts"),
    )  # fmt: skip


@require_safe
@team_member_required
def show_statement(request: AuthenticatedHttpRequest, studio: Studio, statement_id: int) -> HttpResponse:
    """A closed statement of this artist."""
    statement = statement_page.get_or_404(parties.get_artist_party(studio.artist), statement_id)
    context = statement_page.describe(statement, studio.url("studio-earnings"))
    return studio.render(request, "studio/statement.html", section="studio-earnings", **context)


@require_safe
@team_member_required
def download_statement(request: AuthenticatedHttpRequest, studio: Studio, statement_id: int, kind: str) -> HttpResponse:
    """The same as a file: the same bytes every time."""
    statement = statement_page.get_or_404(parties.get_artist_party(studio.artist), statement_id)
    return statement_files.respond(statement, kind)
