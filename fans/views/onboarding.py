"""Begin: bring one's listening in one of three ways, then choose who may answer."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import tokens
from accounts.decorators import login_required
from accounts.exceptions import TokenRefused
from accounts.requests import AuthenticatedHttpRequest
from fans import preferences, scrobblers
from fans.views import artist
from listens.models import Listen
from web.decorators import post_only

ARTISTS_SHOWN = 12


@require_safe
@never_cache
@login_required
def connect_listening(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The three ways; to htmx the settings of the scrobbler that was chosen."""
    return _render_connect(request, _scrobbler_context(request, request.GET.get("scrobbler", "")))


@post_only
@never_cache
@login_required
def make_token(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Make a token for the chosen scrobbler, and show it here, once: no address leads to it again."""
    context = _scrobbler_context(request, request.POST.get("scrobbler", ""))
    try:
        _, secret = tokens.create(request.user, context["chosen"].name, by=request.user)
    except TokenRefused as problem:
        context["problem"] = str(problem)
    else:
        filled = scrobblers.fill_in_settings(context["chosen"], request.user.handle, secret)
        context |= {"made": True, "filled": filled, "heard": None}
    return _render_connect(request, context)


@require_safe
@never_cache
@login_required
def first_listen(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Whether the first song has arrived. The page asks every few seconds."""
    newest = Listen.objects.filter(person=request.user).order_by("-started_at").first()
    return render(request, "fans/onboarding.html#heard", {"heard": newest})


@require_safe
@never_cache
@login_required
def choose_artists(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Who may answer. Each beside exactly what their team would see."""
    found = artist.known_to(request.user)[:ARTISTS_SHOWN]
    return render(request, "fans/onboarding_artists.html", {"artists": [artist.with_words(each) for each in found]})


@post_only
@login_required
def finish_onboarding(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Enough of this: from now on the front door leads to the feed."""
    preferences.finish_onboarding(request.user)
    return redirect("feed")


def _render_connect(request: AuthenticatedHttpRequest, context: dict[str, Any]) -> HttpResponse:
    if request.htmx:
        return render(request, "fans/onboarding.html#connect", context)
    return render(request, "fans/onboarding.html", context | {"songs": artist.to_begin_with()})


def _scrobbler_context(request: AuthenticatedHttpRequest, key: str) -> dict[str, Any]:
    chosen = scrobblers.find_scrobbler(key)
    return {
        "scrobblers": scrobblers.SCROBBLERS,
        "chosen": chosen,
        "filled": scrobblers.fill_in_settings(chosen, request.user.handle),
    }
