"""The permissions page: what the artist allows AI to do. Everything is off until the artist switches it on."""

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
from rights.models import Grant, Use


@dataclass(frozen=True, slots=True)
class UseDescription:
    """What a permission allows and what it never allows."""

    title: str
    allows: str
    never: str


USE_DESCRIPTIONS = {
    Use.PERSONAL_MESSAGE: UseDescription(
        "Personal messages",
        "Your programs may write messages to fans who opted in. They use sentences you signed and counted facts. "
        "Somebody in your team approves each message.",
        "Nothing is sent without an approval. Your voice and your face are not used. Fans who did not opt in "
        "get nothing.",
    ),
}


@dataclass(frozen=True, slots=True)
class UseGrants:
    """The grants of one use. `history` has each grant with who switched it on and who switched it off."""

    use: str
    description: UseDescription
    current: Grant | None
    history: list[tuple[Grant, str, str]]


@team_member_required
def manage_grants(request: AuthenticatedHttpRequest, studio: Studio) -> HttpResponse:
    """GET: show each use and its history. POST: switch one use on or off."""
    if request.method != "POST":
        return _render_grants(request, studio)
    use = request.POST.get("use", "")
    if use not in USE_DESCRIPTIONS:
        raise Http404
    is_on = request.POST.get("on") == "1"
    try:
        _switch_grant(request, studio, use, is_on=is_on)
    except USER_ERRORS as error:
        return _render_grants(request, studio, problem=str(error), status=error_status(error))
    messages.success(request, f"{Use(use).label} are now {'on' if is_on else 'off'}.")
    return redirect(studio.url("grants"))


def _switch_grant(request: AuthenticatedHttpRequest, studio: Studio, use: str, *, is_on: bool) -> None:
    if is_on:
        is_fresh = reauthentication.did_recently_authenticate(request)
        artist_grants.switch_on(studio.artist, use, by=request.user, fresh=is_fresh)
    else:
        artist_grants.switch_off(studio.artist, use, by=request.user)


def _render_grants(
    request: AuthenticatedHttpRequest, studio: Studio, *, problem: str = "", status: int = 200
) -> HttpResponse:
    versions = list(grants.list_versions(studio.artist))
    names = display_names({grant.by for grant in versions} | {grant.ended_by or "" for grant in versions})
    permissions = [
        _describe_use(use, [grant for grant in versions if grant.use == use], names) for use in USE_DESCRIPTIONS
    ]
    return studio.render(request, "studio/grants.html", status=status, permissions=permissions, problem=problem)


def _describe_use(use: str, versions: list[Grant], names: dict[str, str]) -> UseGrants:
    current = next((grant for grant in versions if grant.ended_at is None), None)
    history = [(grant, names.get(grant.by, "somebody"), names.get(grant.ended_by or "", "")) for grant in versions]
    return UseGrants(use, USE_DESCRIPTIONS[Use(use)], current, history)
