"""The catalogue files of a rightsholder over the API: send one, see the verdicts on its lines, import the good ones."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.exceptions import NotAllowed
from accounts.reauthentication import did_recently_authenticate
from accounts.requests import get_person
from artists.label.api.access import LabelView
from rights.imports import uploads
from rights.imports.counts import count_verdicts
from rights.imports.reasons import describe
from rights.models import CatalogImport, ImportLine
from rights.shares import CLAIMED_ROLES
from web.exceptions import Conflict
from web.pagination import NewestPagination, StrictCursorPagination

FILE_TYPES = ("text/csv", "application/xml")
NAME_PARAMETER = OpenApiParameter("name", description="what to call the file in the list")


class CatalogueParser(BaseParser):
    """Reads the body of a file. What is in it is read later, by a background process."""

    media_type = "text/csv"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        return stream.read(uploads.MAX_BYTES + 1)


class XMLCatalogueParser(CatalogueParser):
    media_type = "application/xml"


class ImportSerializer(serializers.ModelSerializer[CatalogImport]):
    class Meta:
        model = CatalogImport
        fields = [
            "id", "file_name", "description", "size", "position", "lines", "state", "problem", "uploaded_at",
            "imported_at",
        ]  # fmt: skip


class ImportDetailSerializer(ImportSerializer):
    verdicts = serializers.SerializerMethodField(help_text="how many lines have each; they wait until all are read")

    class Meta(ImportSerializer.Meta):
        fields = [*ImportSerializer.Meta.fields, "verdicts"]

    def get_verdicts(self, stored: CatalogImport) -> dict[str, int]:
        return count_verdicts(stored)


class NamedShareSerializer(serializers.Serializer[Any]):
    role = serializers.ChoiceField(choices=CLAIMED_ROLES)
    party = serializers.IntegerField(help_text="the id of the party that is named")
    name = serializers.CharField()
    share = serializers.IntegerField(help_text="in hundredths of a percent of the role")


class LineSerializer(serializers.ModelSerializer[ImportLine]):
    reason = serializers.SerializerMethodField(help_text="why it has its verdict")
    named = NamedShareSerializer(many=True, help_text="the writers, publishers and other owners that the line names")

    class Meta:
        model = ImportLine
        fields = [
            "number", "verdict", "reason", "title", "artist_name", "isrc", "work_title", "iswc", "duration_ms", "share",
            "named",
        ]  # fmt: skip

    def get_reason(self, line: ImportLine) -> str:
        return describe(line)


class LinePagination(StrictCursorPagination):
    ordering = "number"


class ImportsView(LabelView, generics.ListAPIView[CatalogImport]):
    serializer_class = ImportSerializer
    pagination_class = NewestPagination
    queryset = CatalogImport.objects.none()
    parser_classes = [CatalogueParser, XMLCatalogueParser]

    def get_queryset(self) -> QuerySet[CatalogImport]:
        return self.label.party.imports.all()

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the files, newest first."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        parameters=[NAME_PARAMETER],
        request=dict.fromkeys(FILE_TYPES, OpenApiTypes.BINARY),
        responses={202: ImportDetailSerializer},
    )
    def post(self, request: Request, party: int) -> Response:
        """Send a catalogue: CSV or DDEX ERN 4, at most 10 MB. It is read in the background, and nothing is imported.

        An editor, an owner or whoever signs does this.
        """
        if not self.label.may_edit:
            raise NotAllowed("Only people who edit bring a catalogue.")
        name = request.query_params.get("name", "catalogue")
        content: Any = request.data  # a dict where there is no body
        stored = uploads.upload(self.label.party, name, content or b"", by=get_person(request))
        stored.refresh_from_db()
        return Response(ImportDetailSerializer(stored).data, status=status.HTTP_202_ACCEPTED)


class OneImportView(LabelView):
    """Base of the views of one file. That of another rightsholder is a 404."""

    def get_import(self) -> CatalogImport:
        imports = CatalogImport.objects.select_related("party")
        return get_object_or_404(imports, pk=self.kwargs["pk"], party=self.label.party)


class ImportView(OneImportView):
    @extend_schema(responses=ImportDetailSerializer)
    def get(self, request: Request, party: int, pk: int) -> Response:
        """Show how far a file is, and what an import would do."""
        return Response(ImportDetailSerializer(self.get_import()).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, party: int, pk: int) -> Response:
        """Delete a file that was not imported, with its verdicts."""
        uploads.remove(self.get_import(), by=get_person(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class ImportStartView(OneImportView):
    @extend_schema(request=None, responses={202: ImportDetailSerializer})
    def post(self, request: Request, party: int, pk: int) -> Response:
        """Ask for the good lines to come in. All of them do, or none; the others stay out.

        Whoever signs does this, with a password typed in the last ten minutes.
        """
        stored = self.get_import()
        fresh = did_recently_authenticate(request)
        if not uploads.request_import(stored, by=get_person(request), fresh=fresh):
            raise Conflict({"state": "The file is not read yet, or its import was asked for before."})
        stored.refresh_from_db()
        return Response(ImportDetailSerializer(stored).data, status=status.HTTP_202_ACCEPTED)


class ImportLinesView(OneImportView, generics.ListAPIView[ImportLine]):
    serializer_class = LineSerializer
    pagination_class = LinePagination
    queryset = ImportLine.objects.none()

    def get_queryset(self) -> QuerySet[ImportLine]:
        lines = self.get_import().verdicts.select_related("catalog_import")
        verdict = self.request.query_params.get("verdict", "")
        if verdict and verdict not in ImportLine.Verdict:
            raise serializers.ValidationError({"verdict": f"One of {', '.join(ImportLine.Verdict.values)}."})
        return lines.filter(verdict=verdict) if verdict else lines

    @extend_schema(parameters=[OpenApiParameter("verdict", enum=ImportLine.Verdict.values)])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the lines of a file with the verdict on each, in the order of the file."""
        return super().get(request, *args, **kwargs)
