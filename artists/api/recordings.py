"""An artist's recordings over the API, for the artist's team."""

from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.requests import get_person
from artists import songs
from artists.api.access import StudioView, get_studio_artist
from artists.api.pictures import PICTURE_BODY, PictureParser, PictureSerializer, read_picture
from artists.validation import parse_identifier, validate_title, validate_visible
from catalog import identifiers
from catalog.exceptions import AlreadyInCatalog
from catalog.models import Artist, Recording
from web.exceptions import Conflict
from web.pagination import NewestPagination
from web.serializers import JSONSerializer

MAX_DURATION_MS = 2**31 - 1
QUERY_PARAMETER = OpenApiParameter("q", description="a part of the title, or the whole ISRC")


class TeamRecordingSerializer(JSONSerializer, serializers.ModelSerializer[Recording]):
    title = serializers.CharField(max_length=1024, validators=[validate_title])
    artist_credit = serializers.CharField(
        max_length=2048, required=False, allow_blank=True, validators=[validate_visible], help_text="empty: the artist"
    )
    isrc = serializers.CharField(max_length=40, required=False, allow_null=True)
    mbid = serializers.CharField(max_length=80, required=False, allow_null=True)
    duration_ms = serializers.IntegerField(min_value=0, max_value=MAX_DURATION_MS, required=False, allow_null=True)
    cover = PictureSerializer(source="cover_id", read_only=True, allow_null=True)

    class Meta:
        model = Recording
        fields = ["id", "title", "artist_credit", "isrc", "mbid", "duration_ms", "cover", "is_main"]
        read_only_fields = ["is_main"]

    def validate_isrc(self, text: str | None) -> str | None:
        return parse_identifier(identifiers.parse_isrc, text)

    def validate_mbid(self, text: str | None) -> UUID | None:
        return parse_identifier(identifiers.parse_mbid, text)


class SongListView(generics.ListAPIView[Recording]):
    """Base of the lists of an artist's songs that contain `q`, newest first."""

    pagination_class = NewestPagination
    queryset = Recording.objects.none()

    @cached_property
    def artist(self) -> Artist:
        return get_studio_artist(self.request, self.kwargs["slug"])

    def get_queryset(self) -> QuerySet[Recording]:
        return songs.search(self.artist, songs.clean_query(self.request.query_params.get("q", "")))


class RecordingsView(SongListView):
    serializer_class = TeamRecordingSerializer

    @extend_schema(parameters=[QUERY_PARAMETER])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the artist's recordings, newest first."""
        return super().get(request, *args, **kwargs)

    @extend_schema(request=TeamRecordingSerializer, responses={201: TeamRecordingSerializer})
    def post(self, request: Request, slug: str) -> Response:
        """Add a recording. An editor, an owner or a principal does this."""
        songs.require_editor(self.artist, get_person(request))
        serializer = TeamRecordingSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        try:
            recording = songs.add(self.artist, by=get_person(request), **serializer.validated_data)
        except AlreadyInCatalog as error:
            raise Conflict({error.field: str(error)}) from error
        return Response(TeamRecordingSerializer(recording).data, status=status.HTTP_201_CREATED)


class OneRecordingView(StudioView):
    """Base of the views of one recording. That of another artist is a 404."""

    def get_recording(self) -> Recording:
        recordings = Recording.objects.select_related("artist")
        return get_object_or_404(recordings, pk=self.kwargs["pk"], artist=self.get_artist())


class RecordingView(OneRecordingView):
    @extend_schema(responses=TeamRecordingSerializer)
    def get(self, request: Request, slug: str, pk: int) -> Response:
        """Show a recording."""
        return Response(TeamRecordingSerializer(self.get_recording()).data)

    @extend_schema(request=TeamRecordingSerializer, responses=TeamRecordingSerializer)
    def patch(self, request: Request, slug: str, pk: int) -> Response:
        """Change what is sent, and keep the rest. Plays that were counted stay with the recording."""
        recording = self.get_recording()
        songs.require_editor(recording.artist, get_person(request))
        serializer = TeamRecordingSerializer(recording, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        try:
            songs.edit(recording, by=get_person(request), **serializer.validated_data)
        except AlreadyInCatalog as error:
            raise Conflict({error.field: str(error)}) from error
        recording.refresh_from_db()
        return Response(TeamRecordingSerializer(recording).data)


class CoverView(OneRecordingView):
    parser_classes = [PictureParser]

    @extend_schema(request=PICTURE_BODY, responses=PictureSerializer)
    def put(self, request: Request, slug: str, pk: int) -> Response:
        """Replace the cover of a recording: PNG, JPEG or WebP, at most 8 MB and 25 megapixels."""
        recording = self.get_recording()
        songs.require_editor(recording.artist, get_person(request))
        songs.set_cover(recording, read_picture(request), by=get_person(request))
        return Response(PictureSerializer(recording.cover_id).data)

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request, slug: str, pk: int) -> Response:
        """Remove the cover of a recording."""
        songs.set_cover(self.get_recording(), None, by=get_person(request))
        return Response(status=status.HTTP_204_NO_CONTENT)
