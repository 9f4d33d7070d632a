"""Onboarding: connect listening in one of three ways, then choose artists."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import tokens
from accounts.decorators import login_required
from accounts.exceptions import TokenRefused
from accounts.reauthentication import require_recent_password
from accounts.requests import AuthenticatedHttpRequest
from catalog.models import Artist
from fans import discovery, opt_ins, preferences, scrobblers
from listens.models import Listen
from web.decorators import post_only

ARTISTS_SHOWN = 12


@require_safe
@never_cache
@login_required
def connect_listening(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The three ways; to htmx only the settings of the chosen scrobbler."""
    return _render_connect(request, _scrobbler_context(request, request.GET.get("scrobbler", "")))


@post_only
@never_cache
@login_required
def make_token(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Make a token for the chosen scrobbler, after a recent password. Its secret is shown in this response only."""
    require_recent_password(request)
    context = _scrobbler_context(request, request.POST.get("scrobbler", ""))
    scrobbler = context["scrobbler"]
    try:
        _, secret = tokens.create(request.user, scrobbler.name, by=request.user)
    except TokenRefused as problem:
        context["problem"] = str(problem)
    else:
        fields = scrobblers.fill_in_settings(scrobbler, request.user.handle, secret)
        context |= {"token_made": True, "scrobbler_fields": fields, "first_listen": None}
    return _render_connect(request, context)


@require_safe
@never_cache
@login_required
def first_listen(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Whether the first listen has arrived. The page asks every few seconds."""
    newest = Listen.objects.filter(person=request.user).order_by("-started_at").first()
    return render(request, "fans/onboarding.html#first-listen", {"first_listen": newest})


@require_safe
@never_cache
@login_required
def choose_artists(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Artists who may write to fans or whom the fan opted in to, each with its switch and consent text."""
    artists = discovery.artists_to_choose(request.user)[:ARTISTS_SHOWN]
    context = {"artists": [_with_consent_text(artist) for artist in artists]}
    return render(request, "fans/onboarding_artists.html", context)


@post_only
@login_required
def finish_onboarding(request: AuthenticatedHttpRequest) -> HttpResponse:
    """From now on the front page shows the feed."""
    preferences.finish_onboarding(request.user)
    return redirect("feed")


def _with_consent_text(artist: Artist) -> dict[str, Any]:
    return {"artist": artist, "consent_text": opt_ins.consent_text(artist), "part_id": f"choose-{artist.pk}"}


def _render_connect(request: AuthenticatedHttpRequest, context: dict[str, Any]) -> HttpResponse:
    if request.htmx:
        return render(request, "fans/onboarding.html#scrobbler-settings", context)
    return render(request, "fans/onboarding.html", context | {"recordings": discovery.starter_recordings()})


def _scrobbler_context(request: AuthenticatedHttpRequest, key: str) -> dict[str, Any]:
    scrobbler = scrobblers.find_scrobbler(key)
    return {
        "scrobblers": scrobblers.SCROBBLERS,
        "scrobbler": scrobbler,
        "scrobbler_fields": scrobblers.fill_in_settings(scrobbler, request.user.handle),
    }
