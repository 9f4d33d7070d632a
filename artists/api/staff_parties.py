"""The API for the platform's staff: only staff create and verify rightsholders, and name who signs for them."""

from typing import Any

from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import IsAdminUser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import roles
from accounts.reauthentication import require_recent_password
from accounts.requests import get_person
from artists.api.staff import find_person
from catalog.lookalikes import has_visible_character
from rights import parties
from rights.models import Party
from rights.validators import validate_dpid, validate_ipi, validate_isni
from web.exceptions import Conflict
from web.serializers import JSONSerializer

KINDS = [(kind.value, kind.label) for kind in Party.Kind if kind != Party.Kind.ARTIST]


class SignatorySerializer(JSONSerializer):
    signatory = serializers.EmailField(help_text="address of who signs, who has an account and was verified")


class NewPartySerializer(SignatorySerializer):
    kind = serializers.ChoiceField(choices=KINDS)
    name = serializers.CharField(max_length=120)
    isni = serializers.CharField(max_length=16, required=False, validators=[validate_isni])
    ipi = serializers.CharField(max_length=11, required=False, validators=[validate_ipi])
    dpid = serializers.CharField(max_length=18, required=False, validators=[validate_dpid])

    def validate_name(self, name: str) -> str:
        if not has_visible_character(name):
            raise serializers.ValidationError("Nobody can see this name.")
        return name


class PartySerializer(serializers.ModelSerializer[Party]):
    class Meta:
        model = Party
        fields = ["id", "kind", "name", "isni", "ipi", "dpid"]


class PartiesView(APIView):
    permission_classes = [IsAdminUser]

    @extend_schema(request=NewPartySerializer, responses={201: PartySerializer})
    def post(self, request: Request) -> Response:
        """Create a verified rightsholder and name its signatory, with a password typed in the last ten minutes."""
        serializer = NewPartySerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        values: dict[str, Any] = dict(serializer.validated_data)
        kind, name, email = values.pop("kind"), values.pop("name"), values.pop("signatory")
        for identifier, value in values.items():
            if Party.objects.filter(**{identifier: value}).exists():
                raise Conflict({identifier: "Another rightsholder has this one."})
        signatory = find_person("signatory", email)
        require_recent_password(request)
        try:
            party = parties.add_rightsholder(kind, name, signatory=signatory, by=get_person(request), **values)
        except ValidationError as error:
            raise serializers.ValidationError(error.message_dict) from error
        return Response(PartySerializer(party).data, status=status.HTTP_201_CREATED)


class SignatoriesView(APIView):
    permission_classes = [IsAdminUser]

    @extend_schema(request=SignatorySerializer, responses={204: None})
    def post(self, request: Request, pk: int) -> Response:
        """Name one more signatory of a rightsholder, with a password typed in the last ten minutes."""
        party = get_object_or_404(Party.objects.select_related("team"), pk=pk, team__isnull=False)
        serializer = SignatorySerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        signatory = find_person("signatory", serializer.validated_data["signatory"])
        require_recent_password(request)
        assert party.team
        roles.name_signatory(party.team, signatory, by=get_person(request))
        return Response(status=status.HTTP_204_NO_CONTENT)
