"""What rightsholders imported of an artist's songs, over the API, for the artist's team."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from artists.api.access import StudioView, get_studio_artist
from artists.label.api.imports import LinePagination, LineSerializer
from artists.label.api.named_claims import (
    ConfirmAllSerializer,
    ConfirmedSerializer,
    NamedInSerializer,
    confirm_named,
    list_named,
)
from artists.studio import imports
from rights.models import ImportedArtist, ImportLine, Party
from web.pagination import StrictCursorPagination


class ImportedSerializer(serializers.ModelSerializer[ImportedArtist]):
    id = serializers.IntegerField(source="catalog_import_id", help_text="of the import")
    party = serializers.CharField(source="catalog_import.party.name", help_text="who brought the file")
    imported_at = serializers.DateTimeField(source="catalog_import.imported_at")

    class Meta:
        model = ImportedArtist
        fields = ["id", "party", "imported_at", "added", "changed"]
        extra_kwargs = {
            "added": {"help_text": "how many songs of the artist are new"},
            "changed": {"help_text": "how many songs of the artist it changed"},
        }


class ImportedLineSerializer(LineSerializer):
    class Meta(LineSerializer.Meta):
        fields = ["recording", *LineSerializer.Meta.fields]


class ImportedPagination(StrictCursorPagination):
    ordering = "-catalog_import_id"


class ImportedView(generics.ListAPIView[ImportedArtist]):
    serializer_class = ImportedSerializer
    pagination_class = ImportedPagination
    queryset = ImportedArtist.objects.none()

    def get_queryset(self) -> QuerySet[ImportedArtist]:
        return imports.news_of(get_studio_artist(self.request, self.kwargs["slug"]))

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the imports that added or changed songs of the artist, newest first."""
        return super().get(request, *args, **kwargs)


class ImportedSongsView(generics.ListAPIView[ImportLine]):
    serializer_class = ImportedLineSerializer
    pagination_class = LinePagination
    queryset = ImportLine.objects.none()

    def get_queryset(self) -> QuerySet[ImportLine]:
        artist = get_studio_artist(self.request, self.kwargs["slug"])
        news = get_object_or_404(imports.news_of(artist), catalog_import=self.kwargs["pk"])
        return imports.lines_of(news).select_related("catalog_import")

    @extend_schema(operation_id="studio_imports_songs_list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the artist's songs that one import added or changed, in the order of the file."""
        return super().get(request, *args, **kwargs)


class NamedSharesView(StudioView):
    @extend_schema(responses=NamedInSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """List the files that name shares of the artist which the artist has not confirmed, newest first."""
        return list_named(Party.objects.filter(artist=self.get_artist()))


class ConfirmNamedView(StudioView):
    @extend_schema(request=ConfirmAllSerializer, responses=ConfirmedSerializer)
    def post(self, request: Request, slug: str, pk: int) -> Response:
        """Confirm all shares that a file names for the artist, at most 5,000 at once.

        A principal does this, with a password typed in the last ten minutes. Disputed claims are left out.
        """
        return confirm_named(request, get_object_or_404(Party, artist=self.get_artist()), pk)
