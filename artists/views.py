"""The artist's public page, as a signed-in fan sees it."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.decorators import login_required
from accounts.requests import AuthenticatedHttpRequest
from artists import generation
from artists.models import ProgramVersion
from artists.requests import asking
from billing import leases, offers
from catalog.models import Artist
from fans import ai_permissions, discovery, opt_ins


@require_safe
@never_cache
@login_required
def artist_page(request: AuthenticatedHttpRequest, slug: str) -> HttpResponse:
    artist = get_object_or_404(Artist, slug=slug)
    may_write = opt_ins.may_write(artist, request.user)
    context = {
        "artist": artist,
        "ai_permissions": ai_permissions.list_permissions(artist),
        "may_write": may_write,
        "offers": list_offers(artist) if may_write else [],
        "recordings": discovery.playable_recordings(artist),
        "lease": leases.find_access(request.user.pk, artist.pk),
        "request_offers": asking.list_offers(artist) if may_write else [],
        "tiers": offers.list_usual_prices(offers.list_prices(artist), request.user),
        "uses_ai_model": generation.configured_model() is not None,
        "section": "artists",
    }
    own = opt_ins.describe_opt_in(request.user, artist) | discovery.fan_history(request.user, artist)
    return render(request, "fans/artist.html", context | own)


def list_offers(artist: Artist) -> list[ProgramVersion]:
    """The live versions, smallest number of listens first.

    Without their wording: the page does not give away what a message says.
    """
    live = ProgramVersion.objects.live().filter(program__artist=artist).select_related("recording")
    return list(live.defer("wording").order_by("nth", "pk"))
