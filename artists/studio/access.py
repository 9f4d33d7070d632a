"""Let a signed-in member of an artist's team into the studio. Everybody else gets a 404."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, wraps
from typing import Any, Concatenate, cast

from django.db.models import Count, Min, QuerySet
from django.db.models.functions import Now
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from accounts import roles
from accounts.decorators import redirect_to_sign_in
from accounts.exceptions import InvitationOver, NotAllowed
from accounts.models import Member, Person, Role
from accounts.requests import AuthenticatedHttpRequest
from artists.exceptions import AlreadyDecided, InvalidRequest, Stale, Uncleared
from artists.models import Draft
from catalog.models import Artist
from fans.entrances import Entrances
from rights.models import Party
from web.decorators import SAFE_METHODS
from web.redirects import return_url

USER_ERRORS = (AlreadyDecided, InvalidRequest, Stale, Uncleared, NotAllowed, InvitationOver)
"""The page shows these errors in place. Their messages are written for people."""
MAX_COUNTED_DRAFTS = 9_999
"""Pages say "Over 9,999" beyond this, so that no page waits for the count of a very long queue."""


@dataclass(frozen=True)
class Studio:
    """One artist's studio for one person of the team."""

    artist: Artist
    role: Role
    person: Person
    own_artists: list[Artist]
    """All artists whose team this person belongs to, for the account menu."""
    own_parties: list[Party]
    """All rightsholders whose team this person belongs to, for the account menu."""

    @property
    def pending_count(self) -> int:
        """How many drafts wait for a decision; at most MAX_COUNTED_DRAFTS + 1."""
        return self._pending[0]

    @property
    def first_deadline(self) -> datetime | None:
        """When the first pending draft expires."""
        return self._pending[1]

    @cached_property
    def _pending(self) -> tuple[int, datetime | None]:
        pending = Draft.objects.filter(artist=self.artist, state=Draft.State.PENDING, deadline__gt=Now())
        counted = pending.order_by("deadline").values("deadline")[: MAX_COUNTED_DRAFTS + 1]
        result = counted.aggregate(count=Count("*"), first_deadline=Min("deadline"))
        return result["count"], result["first_deadline"]

    @property
    def may_edit(self) -> bool:
        return roles.may_edit(self.role)

    @property
    def may_sign(self) -> bool:
        return roles.may_sign(self.role)

    @property
    def may_manage(self) -> bool:
        return roles.may_manage(self.role)

    def url(self, url_name: str, **kwargs: Any) -> str:
        """The URL of one of this studio's pages."""
        return reverse(url_name, kwargs={"slug": self.artist.slug, **kwargs})

    def render(self, request: HttpRequest, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
        """Render a template, or a part of one, with the variables that the studio's base template needs."""
        base_context = {"studio": self, "artist": self.artist, "waiting_drafts": self.pending_count}
        return render(request, template, {**base_context, **context}, status=status)


def team_member_required[**P, R: HttpResponseBase](
    view: Callable[Concatenate[AuthenticatedHttpRequest, Studio, P], R],
) -> Callable[..., R | HttpResponse]:
    """Call the view with the `Studio` of the slug in the URL.

    Somebody who is signed out goes to the sign-in page and comes back to this page afterwards.
    """

    @never_cache
    @wraps(view)
    def wrapper(request: HttpRequest, slug: str, *args: P.args, **kwargs: P.kwargs) -> R | HttpResponse:
        if not isinstance(request.user, Person):
            return _redirect_to_sign_in(request, slug, kwargs)
        return view(cast(AuthenticatedHttpRequest, request), _get_studio_or_404(slug, request.user), *args, **kwargs)

    return wrapper


def artist_memberships(person: Person) -> list[Member]:
    """The person's memberships in artists' teams, each with its artist, by the artist's name; one query."""
    return [member for member in _memberships(person) if hasattr(member.team, "artist")]


def _memberships(person: Person) -> QuerySet[Member]:
    memberships = Member.objects.filter(person=person).select_related("team__artist", "team__party")
    return memberships.order_by("team__artist__name", "team__party__name", "pk")


def _get_studio_or_404(slug: str, person: Person) -> Studio:
    memberships = list(_memberships(person))
    entrances = Entrances.of_teams([member.team for member in memberships])
    for member in memberships:
        artist = getattr(member.team, "artist", None)
        if artist and artist.slug == slug:
            return Studio(artist, Role(member.role), person, entrances.artists, entrances.parties)
    raise Http404


BACKGROUND_URL_NAMES = {"review-hold-renew", "review-hold-release", "review-mark-preview", "program-preview"}
"""Requests that an open page sends by itself, without a click."""
EDITOR_URL_NAMES = {"review-edit", "review-mark-preview"}


def _redirect_to_sign_in(request: HttpRequest, slug: str, kwargs: dict[str, Any]) -> HttpResponse:
    match = request.resolver_match
    url_name = str(match.url_name) if match else ""
    next_url = _return_url(request, url_name, slug, kwargs)
    return redirect_to_sign_in(request, next_url, warn=url_name not in BACKGROUND_URL_NAMES)


def _return_url(request: HttpRequest, url_name: str, slug: str, kwargs: dict[str, Any]) -> str:
    """The page to open after signing in. A form about a draft, a program, a song or a tier leads to its page.

    Typed text leads to the page of its text field.
    """
    if request.method in SAFE_METHODS:
        return request.get_full_path()
    draft_page = "review-edit" if url_name in EDITOR_URL_NAMES else "review-item"
    for key, page in (
        ("draft_id", draft_page),
        ("program_id", "program"),
        ("song_id", "song-remixes" if url_name.startswith("song-remix") else "song"),
        ("tier_id", "studio-tier"),
    ):
        if key in kwargs:
            return reverse(page, kwargs={"slug": slug, key: kwargs[key]})
    url = return_url(request)
    return reverse("studio", kwargs={"slug": slug}) if url == "/" else url


def error_status(error: Exception) -> int:
    """The HTTP status of one of the USER_ERRORS. Of all failures, htmx puts only 409 and 422 into the page."""
    return 422 if isinstance(error, InvalidRequest) else 409
