"""The list of artists, the opt-in switch, and the listen count on an artist's page.

The artist's page itself is in `artists/views.py`, for it shows programs.
"""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.decorators import login_required
from accounts.requests import AuthenticatedHttpRequest
from catalog.models import Artist
from fans import discovery, engagement, opt_ins
from web.decorators import post_only

MAX_ARTISTS = 60
RETURN_PAGES = {"settings": "settings", "welcome": "welcome-artists", "feed": "feed"}


@require_safe
@never_cache
@login_required
def artist_list(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The artists whose name contains `q`, at most one page."""
    query = request.GET.get("q", "").strip()[:120].replace("\x00", "")
    artists = list(discovery.search_artists(request.user, query)[: MAX_ARTISTS + 1])
    context = {"artists": artists[:MAX_ARTISTS], "has_more": len(artists) > MAX_ARTISTS, "query": query}
    return render(request, "fans/artists.html#artist-list" if request.htmx else "fans/artists.html", context)


@post_only
@login_required
def set_opt_in(request: AuthenticatedHttpRequest, slug: str) -> HttpResponse:
    """Opt in to this artist, or agree to the newest words; with on=0 opt out. `back` names the page to return to."""
    artist = get_object_or_404(Artist, slug=slug)
    if request.POST.get("on") == "0":
        opt_ins.opt_out(request.user, artist)
    else:
        opt_ins.opt_in(request.user, artist)
    back = RETURN_PAGES.get(request.POST.get("back", ""))
    if request.htmx and not back:
        context = {"artist": artist, "may_write": opt_ins.may_write(artist, request.user)}
        context |= opt_ins.describe_opt_in(request.user, artist)
        return render(request, "fans/artist.html#opt-in-response", context)
    return redirect(back) if back else redirect("artist", slug)


@post_only
@login_required
def postpone_words(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Answer "not now" to the question about the newest words. It is not asked again."""
    opt_ins.postpone_words(request.user)
    return redirect("feed")


@require_safe
@never_cache
@login_required
def listen_count(request: AuthenticatedHttpRequest, slug: str) -> HttpResponse:
    """The sentence about this fan's listens, fetched again after a play or a deletion."""
    artist = get_object_or_404(Artist, slug=slug)
    context = {"artist": artist, "engagement": engagement.find_engagement(request.user, artist)}
    return render(request, "fans/artist.html#listen-count", context)
