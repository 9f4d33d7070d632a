"""The artist's public page, as a signed-in fan sees it."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.decorators import login_required
from accounts.requests import AuthenticatedHttpRequest
from artists import generation
from artists.models import ProgramVersion
from billing import leases, offers
from catalog.models import Artist
from fans import ai_permissions, discovery, opt_ins


@require_safe
@never_cache
@login_required
def artist_page(request: AuthenticatedHttpRequest, slug: str) -> HttpResponse:
    artist = get_object_or_404(Artist, slug=slug)
    may_write = opt_ins.may_write(artist, request.user)
    programs = list_programs(artist) if may_write else []
    lease = leases.find_access(request.user.pk, artist.pk)
    context = {
        "artist": artist,
        "ai_permissions": ai_permissions.list_permissions(artist),
        "may_write": may_write,
        "offers": [version for version in programs if not version.is_asked_for],
        "remixable": discovery.remixable_recordings(artist),
        "recordings": discovery.playable_recordings(artist),
        "lease": lease,
        "own_programs": {program["id"] for program in lease.version.programs} if lease else set(),
        "request_offers": [version for version in programs if version.is_asked_for and not version.is_of_remixes],
        "tiers": offers.list_usual_prices(artist, request.user),
        "uses_ai_model": generation.configured_model() is not None,
        "section": "artists",
    }
    own = opt_ins.describe_opt_in(request.user, artist) | discovery.fan_history(request.user, artist)
    return render(request, "fans/artist.html", context | own)


def list_programs(artist: Artist) -> list[ProgramVersion]:
    """The versions in use, smallest number of listens first, and those that fans can ask for.

    Without their wording: the page does not give away what a message says.
    """
    live = ProgramVersion.objects.in_use().filter(program__artist=artist).select_related("recording")
    return list(live.defer("wording").order_by("nth", "pk"))
