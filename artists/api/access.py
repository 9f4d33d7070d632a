"""Access to an artist's studio over the API: the artist, its programs, and how fresh the password is."""

from typing import cast

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts import reauthentication, roles
from accounts.requests import get_person
from artists.models import Program
from catalog.models import Artist


def password_is_fresh(request: Request) -> bool:
    """Whether the password was typed in this session a moment ago."""
    # DRF's request has the session and the user that Django's has.
    return reauthentication.did_recently_authenticate(cast(HttpRequest, request))


def get_studio_artist(request: Request, slug: str) -> Artist:
    """The artist, for a member of its team. Raises Http404 for everybody else."""
    artist = get_object_or_404(Artist, slug=slug)
    if roles.role_of(get_person(request), artist.team_id) is None:
        raise Http404
    return artist


class StudioView(APIView):
    """Base of the views of one artist's studio. The URL has `slug` and, for one program, `pk`."""

    def get_artist(self) -> Artist:
        return get_studio_artist(self.request, self.kwargs["slug"])

    def get_program(self) -> Program:
        return get_object_or_404(Program, pk=self.kwargs["pk"], artist=self.get_artist())
