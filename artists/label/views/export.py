"""A rightsholder's export of one artist, as CSV."""

from django.http import HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from accounts.requests import AuthenticatedHttpRequest
from artists.label.access import Label, get_artist_or_404, label_member_required
from artists.label.export import list_export_rows
from web import rate_limits
from web.csv_cells import csv_response

MAX_AN_HOUR = 20
"""Of one rightsholder, for all its artists together."""


@require_safe
@label_member_required
def download_export(request: AuthenticatedHttpRequest, label: Label, slug: str) -> HttpResponseBase:
    """The artist's recordings, works, codes, shares, switches and agreements. Formulas in it are neutralised."""
    artist = get_artist_or_404(label, slug)
    limit = rate_limits.hit(f"label-export:{label.party.pk}", MAX_AN_HOUR, 3600)
    if not limit.allowed:
        minutes = -(-limit.reset_in // 60)
        words = f"{label.party.name} took {MAX_AN_HOUR} exports within the hour. Take more in {minutes} min."
        headers = {"Retry-After": str(limit.reset_in)}
        return HttpResponse(words, status=429, content_type="text/plain; charset=utf-8", headers=headers)
    return csv_response(request, list_export_rows(label.party, artist), f"{artist.slug}-{label.party.pk}.csv")
