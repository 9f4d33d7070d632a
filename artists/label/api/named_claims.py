"""What catalogue files of others name for a party, over the API: list the files, and confirm all that one names."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.reauthentication import did_recently_authenticate
from accounts.requests import get_person
from artists.label.api.access import LabelView
from rights.imports import named_claims
from rights.models import Party
from web.serializers import StrictSerializer


class NamedInSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="catalog_import.pk", help_text="of the import")
    party = serializers.CharField(source="catalog_import.party.name", help_text="who brought the file")
    imported_at = serializers.DateTimeField(source="catalog_import.imported_at")
    waiting = serializers.IntegerField(source="number", help_text="how many shares wait for a yes")
    at_once = serializers.IntegerField(help_text="how many of them one request confirms")


class ConfirmAllSerializer(StrictSerializer):
    waiting = serializers.IntegerField(
        min_value=1, max_value=2**31 - 1, help_text="the number that the list shows; where another waits, it is a 409"
    )


class ConfirmedSerializer(serializers.Serializer[Any]):
    confirmed = serializers.IntegerField(help_text="how many shares were confirmed")
    waiting = serializers.IntegerField(help_text="how many still wait")


class ImportedClaimsView(LabelView):
    @extend_schema(responses=NamedInSerializer(many=True))
    def get(self, request: Request, party: int) -> Response:
        """List the files of others whose shares wait for this rightsholder, newest first."""
        return list_named(Party.objects.filter(pk=self.label.party.pk))


class ConfirmImportedView(LabelView):
    @extend_schema(request=ConfirmAllSerializer, responses=ConfirmedSerializer)
    def post(self, request: Request, party: int, pk: int) -> Response:
        """Confirm all shares that a file names for this rightsholder, at most 5,000 at once.

        Whoever signs does this, with a password typed in the last ten minutes. Disputed claims are left out.
        """
        return confirm_named(request, self.label.party, pk)


def list_named(parties: QuerySet[Party]) -> Response:
    return Response(NamedInSerializer(named_claims.list_waiting(parties), many=True).data)


def confirm_named(request: Request, party: Party, pk: int) -> Response:
    """Confirm what one import names for the party. An import that names it nowhere is a 404."""
    brought = get_object_or_404(named_claims.list_imports(party), pk=pk)
    serializer = ConfirmAllSerializer(data=request.data)
    serializer.is_valid(raise_exception=True)
    by, fresh = get_person(request), did_recently_authenticate(request)
    waiting = serializer.validated_data["waiting"]
    confirmed = named_claims.confirm_all(party, brought, waiting=waiting, by=by, fresh=fresh)
    return Response(ConfirmedSerializer({"confirmed": confirmed, "waiting": waiting - confirmed}).data)
