"""The platform's own staff over HTTP: only they create artists and name principals."""

from typing import Any

from django.db import transaction
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import IsAdminUser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import roles
from accounts.models import MAX_EMAIL_LENGTH, Invitation, Person, Role
from accounts.requests import get_person
from artists import team_invitations
from artists.api.programs import get_studio_artist
from catalog import registration
from catalog.models import Artist, Recording


class NewArtistSerializer(serializers.Serializer[dict[str, Any]]):
    name = serializers.CharField(max_length=120)
    slug = serializers.SlugField(max_length=60)
    principal = serializers.EmailField(help_text="of the artist in person, who has an account and was verified")


class ArtistSerializer(serializers.ModelSerializer[Artist]):
    class Meta:
        model = Artist
        fields = ["id", "name", "slug"]


def find_person(email: str) -> Person:
    """The person with this address, or an error that says what to change. Only staff may learn it."""
    found = Person.objects.filter(email=email.lower(), is_active=True).first()
    if found is None:
        raise serializers.ValidationError({"email": f"Nobody with the address {email} has an account yet."})
    return found


class ArtistsView(APIView):
    permission_classes = [IsAdminUser]

    @extend_schema(request=NewArtistSerializer, responses={201: ArtistSerializer})
    def post(self, request: Request) -> Response:
        """Create an artist with a team, and name its principal."""
        asked = NewArtistSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        name, slug = asked.validated_data["name"], asked.validated_data["slug"]
        if Artist.objects.filter(slug=slug).exists():
            raise serializers.ValidationError({"slug": f"{slug} is taken."})
        principal = find_person(asked.validated_data["principal"])
        with transaction.atomic():
            artist = registration.add_artist(name, slug=slug, by=get_person(request).actor)
            roles.name_principal(artist.team, principal, by=get_person(request))
        return Response(ArtistSerializer(artist).data, status=status.HTTP_201_CREATED)


class RecordingSerializer(serializers.ModelSerializer[Recording]):
    class Meta:
        model = Recording
        fields = ["id", "title", "artist_credit", "isrc", "mbid", "duration_ms"]
        extra_kwargs = {"artist_credit": {"required": False}}


class RecordingsView(APIView):
    permission_classes = [IsAdminUser]

    @extend_schema(request=RecordingSerializer, responses={201: RecordingSerializer})
    def post(self, request: Request, slug: str) -> Response:
        """Add one recording to an artist's catalogue."""
        artist = get_object_or_404(Artist, slug=slug)
        asked = RecordingSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            added = registration.add_recording(artist, by=get_person(request).actor, **asked.validated_data)
        except registration.AlreadyInCatalog as error:
            raise serializers.ValidationError({"title": str(error)}) from error
        return Response(RecordingSerializer(added).data, status=status.HTTP_201_CREATED)


class MemberSerializer(serializers.Serializer[dict[str, Any]]):
    email = serializers.EmailField()
    role = serializers.ChoiceField(choices=Role.choices)


class InvitationSerializer(serializers.ModelSerializer[Invitation]):
    email = serializers.EmailField(max_length=MAX_EMAIL_LENGTH)

    class Meta:
        model = Invitation
        fields = ["id", "email", "role", "expires_at"]
        read_only_fields = ["expires_at"]


class TeamView(APIView):
    """The people on an artist's side. A principal or owner invites them; principals are named by staff."""

    @extend_schema(responses=MemberSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        members = get_studio_artist(request, slug).team.members.select_related("person").order_by("id")
        return Response([{"email": member.person.email, "role": member.role} for member in members])

    @extend_schema(request=InvitationSerializer, responses={202: InvitationSerializer})
    def post(self, request: Request, slug: str) -> Response:
        """Invite an address. Whoever reads its mail belongs to the team once they say yes, and not before."""
        artist = get_studio_artist(request, slug)
        asked = InvitationSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        invited = team_invitations.invite(artist, by=get_person(request), **asked.validated_data)
        return Response(InvitationSerializer(invited).data, status=status.HTTP_202_ACCEPTED)
