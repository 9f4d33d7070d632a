"""Access over the API: to an artist's studio with its programs, and to what staff alone do."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts import roles
from accounts.requests import get_person
from artists.models import Program
from catalog.models import Artist


class IsStaff(IsAuthenticated):
    """Let staff in. Everybody else who is signed in gets a 404: they need not know what is there."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not super().has_permission(request, view):
            return False
        if not roles.is_staff(get_person(request)):
            raise Http404
        return True


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
