"""The API for the platform's staff: only staff creates artists, names principals and adds recordings."""

from django.db import transaction
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import roles
from accounts.models import Person
from accounts.reauthentication import require_recent_password
from accounts.requests import get_person
from artists.api.access import IsStaff
from catalog import lookalikes, registration
from catalog.exceptions import AlreadyInCatalog
from catalog.models import Artist, Recording
from catalog.validators import validate_name
from web.exceptions import Conflict
from web.serializers import JSONSerializer


class NewArtistSerializer(JSONSerializer):
    name = serializers.CharField(max_length=120, validators=[validate_name])
    slug = serializers.SlugField(max_length=60)
    principal = serializers.EmailField(help_text="address of the artist in person, who has an account and was verified")
    confirm_lookalike = serializers.BooleanField(
        default=False, help_text="create the artist though the name looks like another artist’s"
    )

    def validate_name(self, name: str) -> str:
        if not lookalikes.has_visible_character(name):
            raise serializers.ValidationError("Nobody can see this name.")
        return name


class ArtistSerializer(serializers.ModelSerializer[Artist]):
    class Meta:
        model = Artist
        fields = ["id", "name", "slug"]


def find_person(field: str, email: str) -> Person:
    """The person with the address in this field. Raises Conflict; only staff may learn who has no account."""
    person = Person.objects.filter(email=email.lower(), is_active=True).first()
    if person is None:
        raise Conflict({field: f"Nobody with the address {email} has an account yet."})
    return person


class ArtistsView(APIView):
    permission_classes = [IsStaff]

    @extend_schema(request=NewArtistSerializer, responses={201: ArtistSerializer})
    def post(self, request: Request) -> Response:
        """Create an artist with a team, and name its principal, with a password typed in the last ten minutes."""
        serializer = NewArtistSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        name, slug = serializer.validated_data["name"], serializer.validated_data["slug"]
        if Artist.objects.filter(slug=slug).exists():
            raise Conflict({"slug": f"{slug} is taken."})
        other = None if serializer.validated_data["confirm_lookalike"] else lookalikes.find_lookalike(name)
        if other:
            problem = f"This looks like {other.name} ({other.slug}). Confirm that it is somebody else."
            raise Conflict({"confirm_lookalike": problem})
        principal = find_person("principal", serializer.validated_data["principal"])
        require_recent_password(request)
        with transaction.atomic():
            artist = registration.add_artist(name, slug=slug, by=get_person(request).actor)
            roles.name_principal(artist.team, principal, by=get_person(request))
        return Response(ArtistSerializer(artist).data, status=status.HTTP_201_CREATED)


class RecordingSerializer(JSONSerializer, serializers.ModelSerializer[Recording]):
    class Meta:
        model = Recording
        fields = ["id", "title", "artist_credit", "isrc", "mbid", "duration_ms", "is_main"]
        read_only_fields = ["is_main"]
        extra_kwargs = {"artist_credit": {"required": False}}


class RecordingsView(APIView):
    permission_classes = [IsStaff]

    @extend_schema(request=RecordingSerializer, responses={201: RecordingSerializer})
    def post(self, request: Request, slug: str) -> Response:
        """Add one recording to an artist's catalogue."""
        artist = get_object_or_404(Artist, slug=slug)
        serializer = RecordingSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        try:
            recording = registration.add_recording(artist, by=get_person(request).actor, **serializer.validated_data)
        except AlreadyInCatalog as error:
            raise Conflict({error.field: str(error)}) from error
        return Response(RecordingSerializer(recording).data, status=status.HTTP_201_CREATED)


class MainRecordingView(APIView):
    permission_classes = [IsStaff]

    @extend_schema(request=None, responses={200: RecordingSerializer})
    def post(self, request: Request, pk: int) -> Response:
        """Let plays that fit several recordings of one song count for this one."""
        recording = get_object_or_404(Recording, pk=pk)
        registration.mark_main(recording, by=get_person(request).actor)
        return Response(RecordingSerializer(recording).data)


class RecordingWorkView(APIView):
    permission_classes = [IsStaff]

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int, work: int) -> Response:
        """Say that a recording is not of this work, from now on. Its writers and publishers are not asked any more.

        A password must have been typed in the last ten minutes.
        """
        require_recent_password(request)
        recording = get_object_or_404(Recording, pk=pk)
        registration.end_work(recording, get_object_or_404(recording.works, pk=work), by=get_person(request).actor)
        return Response(status=status.HTTP_204_NO_CONTENT)
