"""Let a signed-in member of a rightsholder's team into its pages. Everybody else gets a 404."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import Any, Concatenate, cast

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from accounts.decorators import redirect_to_sign_in
from accounts.models import Member, Person, Role
from accounts.requests import AuthenticatedHttpRequest
from accounts.roles import may_edit, may_manage
from artists import second_key
from artists.label.claims import WAITING
from artists.label.roster import claimed_recordings
from catalog.models import Artist
from rights import agreement_versions, roster
from rights.models import Claim, Party
from web.decorators import SAFE_METHODS


@dataclass(frozen=True)
class Label:
    """One rightsholder's pages for one person of its team, or of the team of the party that represents it."""

    party: Party
    roles: frozenset[str]
    person: Person

    @property
    def may_sign(self) -> bool:
        return Role.SIGNATORY in self.roles

    @property
    def may_manage(self) -> bool:
        return any(may_manage(Role(role)) for role in self.roles)

    @property
    def may_edit(self) -> bool:
        return any(may_edit(Role(role)) for role in self.roles)

    @cached_property
    def signers(self) -> list[str]:
        """The names of those who sign for this party."""
        of_team = Member.objects.filter(
            team__in=self.party.acting_team_ids, role=Role.SIGNATORY, person__is_active=True
        )
        return sorted({member.person.display_name for member in of_team.select_related("person")})

    @cached_property
    def waiting_claims(self) -> int:
        """How many claims wait for this party to confirm them."""
        return Claim.objects.filter(WAITING, party=self.party).count()

    @cached_property
    def waiting_agreements(self) -> int:
        """How many proposed versions of agreements wait for this party to accept them."""
        return agreement_versions.list_waiting(Party.objects.filter(pk=self.party.pk)).count()

    @cached_property
    def waiting_approvals(self) -> int:
        """How many drafts wait for this party's key."""
        return second_key.list_awaiting(self.party).count()

    def url(self, url_name: str, **kwargs: Any) -> str:
        """The URL of one of this rightsholder's pages."""
        return reverse(url_name, kwargs={"party_id": self.party.pk, **kwargs})

    def render(self, request: HttpRequest, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
        """Render a template with the variables that the base template of these pages needs."""
        return render(request, template, {"label": self, "party": self.party, **context}, status=status)


def label_member_required[**P](
    view: Callable[Concatenate[AuthenticatedHttpRequest, Label, P], HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """Call the view with the `Label` of the id in the URL. Who is signed out goes to the sign-in page first."""

    @never_cache
    @wraps(view)
    def wrapper(request: HttpRequest, party_id: int, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not isinstance(request.user, Person):
            is_read = request.method in SAFE_METHODS
            own = reverse("label-roster", kwargs={"party_id": party_id})
            return redirect_to_sign_in(request, request.get_full_path() if is_read else own)
        return view(cast(AuthenticatedHttpRequest, request), get_label_or_404(party_id, request.user), *args, **kwargs)

    return wrapper


def list_parties(person: Person) -> list[Party]:
    """The verified rightsholders that the person's teams act for, by name."""
    members = Member.objects.filter(person=person).values("team")
    deputy = Q(represented_by__team__in=members, represented_by__verified_at__isnull=False)
    own = Party.objects.filter(Q(team__in=members) | deputy)
    return list(own.filter(artist=None, verified_at__isnull=False).order_by("name", "pk"))


def get_label_or_404(party_id: int, person: Person) -> Label:
    """The rightsholder, for a member of a team that acts for it. Raises Http404 for everybody else."""
    verified = Party.objects.select_related("represented_by").filter(artist=None, verified_at__isnull=False)
    party = verified.filter(pk=party_id).first()
    if party is None:
        raise Http404
    members = Member.objects.filter(person=person, team__in=party.acting_team_ids)
    roles = frozenset(members.values_list("role", flat=True))
    if not roles:
        raise Http404
    return Label(party, roles, person)


def get_artist_or_404(label: Label, slug: str) -> Artist:
    """The artist, who is on the roster or of whose songs the rightsholder claims a part. Raises Http404 otherwise."""
    artist = get_object_or_404(Artist, slug=slug)
    on_roster = label.party.roster.filter(roster.LIVE, artist=artist).exists()
    if not on_roster and not claimed_recordings(label.party).filter(artist=artist).exists():
        raise Http404
    return artist
