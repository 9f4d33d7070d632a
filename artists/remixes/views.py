"""The page on which a fan asks for the remix that is on the desk."""

from functools import partial

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.decorators import login_required
from accounts.requests import AuthenticatedHttpRequest
from artists.exceptions import InvalidRequest, Refused
from artists.models import ProgramVersion
from artists.remixes import asking, offers
from artists.requests import ask_page
from artists.requests.views import go_on
from fans.desk import state, words
from fans.desk.state import Desk
from fans.models import RemixOffer


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def ask(request: AuthenticatedHttpRequest, slug: str, pk: int) -> HttpResponse:
    """GET: what is asked for, what it costs and what happens then. POST: ask, and go on to where a card is held."""
    published = RemixOffer.objects.select_related("artist", "recording", "source")
    offer = published.filter(recording=pk, artist__slug=slug).order_by("-pk").first()
    if offer is None:
        raise Http404
    if not RemixOffer.objects.open().filter(pk=offer.pk).exists():
        return redirect("remix-desk", slug, pk)  # which says that it is closed
    desk, version = state.open_desk(request.user, offer), offers.find_offer(offer.artist)
    problem, status = "", 409 if request.method == "POST" else 200  # where no offer is open
    if request.method == "POST" and version is not None:
        words_hash, starts_now = request.POST.get("words_hash", ""), request.POST.get("start") == "now"
        try:
            asked = asking.ask(request.user, version, desk, words_hash=words_hash, starts_now=starts_now)
        except Refused as error:
            problem, status = str(error), 422 if isinstance(error, InvalidRequest) else 409
        else:
            return go_on(request, asked)
    return _render(request, version, desk, problem=problem, status=status)


def _render(
    request: AuthenticatedHttpRequest, version: ProgramVersion | None, desk: Desk, *, problem: str, status: int
) -> HttpResponse:
    recording = desk.offer.recording
    context = {
        "artist": desk.offer.artist,
        "recording": recording,
        "changes": words.describe(desk.source, desk.recipe),
        "lengths": words.describe_lengths(desk.source, desk.recipe),
        "may_ask": not asking.is_unchanged(desk),
        "problem": problem,
        "section": "artists",
    }
    if version is None:
        context["why_not"] = f"{desk.offer.artist.name} takes no requests for remixes at the moment."
    else:
        context |= ask_page.build_context(request.user, version, partial(asking.write_words, desk=desk), [recording])
    return render(request, "fans/ask_remix.html", context, status=status)
