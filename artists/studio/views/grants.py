"""Allow: what this artist lets AI do, in plain words; off until the artist in person switches it on."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from accounts import reauthentication
from accounts.people import display_names
from accounts.requests import AuthenticatedHttpRequest
from artists import artist_grants
from artists.studio.access import USER_ERRORS, Studio, error_status, team_member_required
from rights import grants
from rights.exceptions import ReauthenticationRequired
from rights.models import Grant, Use


@dataclass(frozen=True, slots=True)
class UseDescription:
    """What a yes to a use means, and what it never means."""

    title: str
    means: str
    never: str


USE_DESCRIPTIONS = {
    Use.PERSONAL_MESSAGE: UseDescription(
        "Write to one fan",
        "Messages to fans who opted in, at the moments your programs name, made from sentences you signed and from "
        "facts that were counted. Each one waits for the yes of a person of your team.",
        "Never without a person’s yes. Never your voice or your face. Never to a fan who did not ask for it.",
    ),
}


@dataclass(frozen=True, slots=True)
class UseGrants:
    use: str
    meaning: UseDescription
    live: Grant | None
    past: list[tuple[Grant, str, str]]
    """Every version, newest first: who began it and who ended it."""


@team_member_required
def manage_grants(request: AuthenticatedHttpRequest, studio: Studio) -> HttpResponse:
    """GET: each use with its history. POST: one of them on or off."""
    if request.method != "POST":
        return _render_grants(request, studio)
    use = request.POST.get("use", "")
    if use not in Use.values:
        raise Http404
    on = request.POST.get("on") == "1"
    try:
        _switch_grant(request, studio, use, on=on)
    except ReauthenticationRequired:
        return reauthentication.redirect_to_reauthentication(studio.url("grants"))
    except USER_ERRORS as error:
        return _render_grants(request, studio, problem=str(error), status=error_status(error))
    messages.success(request, f"{Use(use).label}: {'on' if on else 'off'}, from now on.")
    return redirect(studio.url("grants"))


def _switch_grant(request: AuthenticatedHttpRequest, studio: Studio, use: str, *, on: bool) -> None:
    if on:
        artist_grants.switch_on(
            studio.artist, use, by=request.user, fresh=reauthentication.did_recently_authenticate(request)
        )
    else:
        artist_grants.switch_off(studio.artist, use, by=request.user)


def _render_grants(
    request: AuthenticatedHttpRequest, studio: Studio, *, problem: str = "", status: int = 200
) -> HttpResponse:
    every = list(grants.list_versions(studio.artist))
    names = display_names({grant.by for grant in every} | {grant.ended_by for grant in every if grant.ended_by})
    allowances = [_describe_use(use, [grant for grant in every if grant.use == use], names) for use in Use.values]
    return studio.show(request, "studio/grants.html", status=status, allowances=allowances, problem=problem)


def _describe_use(use: str, versions: list[Grant], names: dict[str, str]) -> UseGrants:
    live = next((grant for grant in versions if grant.ended_at is None), None)
    past = [(grant, names.get(grant.by, "somebody"), names.get(grant.ended_by or "", "")) for grant in versions]
    return UseGrants(use, USE_DESCRIPTIONS[Use(use)], live, past)
