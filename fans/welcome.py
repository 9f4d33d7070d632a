"""Begin: bring one's listening in one of three ways, then choose who may answer."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import tokens
from accounts.entrance import posted, signed_in
from accounts.requests import Request
from fans import artist_pages, preferences, scrobblers
from listens.models import Listen

ARTISTS = 12


@require_safe
@never_cache
@signed_in
def page(request: Request) -> HttpResponse:
    """The three ways; to htmx the settings of the scrobbler that was chosen."""
    return _shown(request, _connect(request, request.GET.get("scrobbler", "")))


@posted
@never_cache
@signed_in
def token(request: Request) -> HttpResponse:
    """Make a token for the chosen scrobbler, and show it here, once: no address leads to it again."""
    context = _connect(request, request.POST.get("scrobbler", ""))
    try:
        _, secret = tokens.make(request.user, context["chosen"].name, by=request.user)
    except tokens.Refused as problem:
        context["problem"] = str(problem)
    else:
        filled = scrobblers.fill_in(context["chosen"], request.user.handle, secret)
        context |= {"made": True, "filled": filled, "heard": None}
    return _shown(request, context)


@require_safe
@never_cache
@signed_in
def heard(request: Request) -> HttpResponse:
    """Whether the first song has arrived. The page asks every few seconds."""
    newest = Listen.objects.filter(person=request.user).order_by("-started_at").first()
    return render(request, "fans/welcome.html#heard", {"heard": newest})


@require_safe
@never_cache
@signed_in
def artists(request: Request) -> HttpResponse:
    """Who may answer. Each beside exactly what their team would see."""
    found = artist_pages.known_to(request.user)[:ARTISTS]
    return render(request, "fans/welcome_artists.html", {"artists": [artist_pages.with_words(each) for each in found]})


@posted
@signed_in
def done(request: Request) -> HttpResponse:
    """Enough of this: from now on the front door leads to the feed."""
    preferences.welcomed(request.user)
    return redirect("feed")


def _shown(request: Request, context: dict[str, Any]) -> HttpResponse:
    if request.htmx:
        return render(request, "fans/welcome.html#connect", context)
    return render(request, "fans/welcome.html", context | {"songs": artist_pages.to_begin_with()})


def _connect(request: Request, key: str) -> dict[str, Any]:
    chosen = scrobblers.named(key)
    return {
        "scrobblers": scrobblers.SCROBBLERS,
        "chosen": chosen,
        "filled": scrobblers.fill_in(chosen, request.user.handle),
    }
