"""Enter: whoever is signed in and belongs to the team; to everyone else this studio is not there."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, wraps
from typing import Any, Concatenate, cast

from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from accounts import roles
from accounts.decorators import redirect_to_sign_in
from accounts.exceptions import InvitationOver, NotAllowed
from accounts.models import Member, Person, Role
from accounts.requests import AuthenticatedHttpRequest
from artists import artist_grants
from artists.exceptions import AlreadyDecided, InvalidRequest, Stale, Uncleared
from catalog.models import Artist
from fans.models import Mark
from rights.models import Grant
from web.decorators import SAFE_METHODS
from web.redirects import return_url

USER_ERRORS = (AlreadyDecided, InvalidRequest, Stale, Uncleared, NotAllowed, InvitationOver)
"""What a page says in place, in the sentence of the room that refused."""
MAX_COUNTED_DRAFTS = 9_999
"""More than this is not counted: nobody decides so many in a sitting, and a page must not wait for the sum."""

COUNT_PENDING_SQL = """
SELECT count(*), min(deadline) FROM (
    SELECT deadline FROM artists_draft
    WHERE artist_id = %s AND state = 'pending' AND deadline > statement_timestamp()
    ORDER BY deadline LIMIT %s
) AS pending
"""


@dataclass(frozen=True)
class Studio:
    """One artist's side, as one person of the team enters it."""

    artist: Artist
    role: Role
    person: Person
    own: list[Artist]
    """Every artist of whose team this person is, for the menu."""

    @property
    def waiting(self) -> int:
        """How many drafts wait for a decision, up to MOST and one."""
        return self._pending[0]

    @property
    def first_deadline(self) -> datetime | None:
        """When the first of them runs out."""
        return self._pending[1]

    @cached_property
    def _pending(self) -> tuple[int, datetime | None]:
        with connection.cursor() as cursor:
            cursor.execute(COUNT_PENDING_SQL, [self.artist.pk, MAX_COUNTED_DRAFTS + 1])
            return cast(tuple[int, datetime | None], cursor.fetchone())

    @cached_property
    def allowed(self) -> Grant | None:
        """The artist's yes to personal messages, asked once a page."""
        return artist_grants.get_message_grant(self.artist)

    @property
    def may_edit(self) -> bool:
        return roles.may_edit(self.role)

    @property
    def may_sign(self) -> bool:
        return roles.may_sign(self.role)

    @property
    def may_manage(self) -> bool:
        return roles.may_manage(self.role)

    def url(self, page: str, **where: Any) -> str:
        return reverse(page, kwargs={"slug": self.artist.slug, **where})

    def show(self, request: HttpRequest, template: str, *, status: int = 200, **facts: Any) -> HttpResponse:
        """A page or a part of one, with what the bar of the studio takes."""
        given = {"studio": self, "artist": self.artist, "waiting": self.waiting, **facts}
        return render(request, template, given, status=status)


def team_member_required[**P](
    view: Callable[Concatenate[AuthenticatedHttpRequest, Studio, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """A page of the studio. Who is not signed in comes back to the very page after signing in."""

    @never_cache
    @wraps(view)
    def page(request: HttpRequest, slug: str, *args: P.args, **where: P.kwargs) -> HttpResponse:
        if not isinstance(request.user, Person):
            name = request.resolver_match.url_name if request.resolver_match else None
            next_url = _return_url(request, name, slug, where)
            return redirect_to_sign_in(request, next_url, warn=name not in BACKGROUND_URL_NAMES)
        return view(cast(AuthenticatedHttpRequest, request), _get_studio_or_404(slug, request.user), *args, **where)

    return page


def artist_memberships(person: Person) -> list[Member]:
    """The teams of artists that this person belongs to, by the artist's name, each with its artist, in one query."""
    own = Member.objects.filter(person=person, team__artist__isnull=False).select_related("team__artist")
    return list(own.order_by("team__artist__name", "pk"))


def _get_studio_or_404(slug: str, person: Person) -> Studio:
    own = artist_memberships(person)
    for member in own:
        if member.team.artist.slug == slug:
            return Studio(member.team.artist, Role(member.role), person, [each.team.artist for each in own])
    raise Http404


BACKGROUND_URL_NAMES = {"review-hold-renew", "review-hold-release", "review-mark-preview", "program-preview"}
"""What an open page sends without anybody pressing anything."""
EDITOR_URL_NAMES = {"review-edit", "review-mark-preview"}


def _return_url(request: HttpRequest, name: str | None, slug: str, where: dict[str, Any]) -> str:
    """What is sent about a draft or a program leads back to its page, for words to where they are typed."""
    if request.method in SAFE_METHODS:
        return request.get_full_path()
    for key, page in (("draft", "review-edit" if name in EDITOR_URL_NAMES else "review-item"), ("pk", "program")):
        if key in where:
            return reverse(page, kwargs={"slug": slug, key: where[key]})
    stood = return_url(request)
    return reverse("studio", kwargs={"slug": slug}) if stood == "/" else stood


def error_status(error: Exception) -> int:
    """What a refusal is over HTTP. htmx puts what came with 409 and 422 into the page, and nothing else that failed."""
    return 422 if isinstance(error, InvalidRequest) else 409


@dataclass(frozen=True, slots=True)
class MarkLabel:
    """A mark as people see it: its key draws it, its words say it."""

    made: str
    words: str

    @classmethod
    def of(cls, mark: str, credit: str) -> "MarkLabel":
        return cls(mark, Mark(mark).words(credit))
