"""How many fans pay the artist, for which tier. Nobody is named."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from accounts.requests import AuthenticatedHttpRequest
from artists.studio.access import Studio, team_member_required
from billing import subscribers, terms


@require_safe
@team_member_required
def show_subscribers(request: AuthenticatedHttpRequest, studio: Studio) -> HttpResponse:
    counted = subscribers.count_by_price(studio.artist)
    return studio.render(
        request, "studio/subscribers.html", section="studio-tiers",
        rows=[(row, terms.write_price(row.price)) for row in counted],
        fans=subscribers.count_fans(studio.artist), months=subscribers.count_by_month(studio.artist),
    )  # fmt: skip
