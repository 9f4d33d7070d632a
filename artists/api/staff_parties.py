"""The API for the platform's staff: only staff create and verify rightsholders, and name who signs for them."""

from typing import Any

from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import roles
from accounts.models import MAX_EMAIL_LENGTH, Role
from accounts.reauthentication import require_recent_password
from accounts.requests import get_person
from artists import invitation_mail
from artists.api.access import IsStaff
from artists.api.staff import find_person
from artists.api.team import InvitationSerializer
from artists.validation import parse_identifier
from catalog import identifiers
from catalog.lookalikes import has_visible_character
from catalog.validators import validate_name
from rights import parties
from rights.exceptions import AlreadyRegistered
from rights.models import Party
from rights.validators import validate_dpid, validate_ipi, validate_isni
from web.exceptions import Conflict
from web.serializers import IdField, JSONSerializer, StrictSerializer

KINDS = [(kind.value, kind.label) for kind in Party.Kind if kind != Party.Kind.ARTIST]


class SignatorySerializer(JSONSerializer):
    signatory = serializers.EmailField(help_text="address of who signs, who has an account and was verified")


class NewPartySerializer(JSONSerializer):
    signatory = serializers.EmailField(
        required=False,
        help_text="address of who signs, who has an account and was verified; without one, send an invitation next",
    )
    kind = serializers.ChoiceField(choices=KINDS)
    name = serializers.CharField(max_length=120, validators=[validate_name])
    isni = serializers.CharField(max_length=16, required=False, validators=[validate_isni])
    ipi = serializers.CharField(max_length=11, required=False, validators=[validate_ipi])
    dpid = serializers.CharField(max_length=18, required=False, validators=[validate_dpid])

    def validate_name(self, name: str) -> str:
        if not has_visible_character(name):
            raise serializers.ValidationError("Nobody can see this name.")
        return name


class IsrcPrefixSerializer(JSONSerializer):
    prefix = serializers.CharField(max_length=12, help_text="the first five characters of its ISRCs, such as PTABC")

    def validate_prefix(self, text: str) -> str:
        return str(parse_identifier(identifiers.parse_isrc_prefix, text))


class PartySerializer(serializers.ModelSerializer[Party]):
    class Meta:
        model = Party
        fields = ["id", "kind", "name", "isni", "ipi", "dpid", "represented_by", "mandate"]


class MandateSerializer(StrictSerializer):
    represented_by = IdField(help_text="id of the party that acts")
    mandate = serializers.CharField(max_length=200, help_text="where the mandate is kept")


class SignatoryInvitationSerializer(StrictSerializer):
    email = serializers.EmailField(max_length=MAX_EMAIL_LENGTH, help_text="gets the link, and needs no account yet")


class PartiesView(APIView):
    permission_classes = [IsStaff]

    @extend_schema(request=NewPartySerializer, responses={201: PartySerializer})
    def post(self, request: Request) -> Response:
        """Create a verified rightsholder and name its signatory, with a password typed in the last ten minutes.

        Without a signatory nobody acts for it yet: invite one, or store the mandate of a party that acts for it.
        """
        serializer = NewPartySerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        values: dict[str, Any] = dict(serializer.validated_data)
        kind, name, email = values.pop("kind"), values.pop("name"), values.pop("signatory", None)
        for identifier, value in values.items():
            if Party.objects.filter(**{identifier: value}).exists():
                raise Conflict({identifier: "Another rightsholder has this one."})
        signatory = find_person("signatory", email) if email else None
        require_recent_password(request)
        try:
            party = parties.add_rightsholder(kind, name, signatory=signatory, by=get_person(request), **values)
        except ValidationError as error:
            raise serializers.ValidationError(error.message_dict) from error
        return Response(PartySerializer(party).data, status=status.HTTP_201_CREATED)


class IsrcPrefixesView(APIView):
    permission_classes = [IsStaff]

    @extend_schema(request=IsrcPrefixSerializer, responses={204: None})
    def post(self, request: Request, pk: int) -> Response:
        """Register the ISRC prefix of a party. Claims of others on such ISRCs are disputed from then on."""
        party = get_object_or_404(Party, pk=pk)
        serializer = IsrcPrefixSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        require_recent_password(request)
        try:
            parties.register_isrc_prefix(party, serializer.validated_data["prefix"], by=get_person(request))
        except AlreadyRegistered as error:
            raise Conflict({"prefix": str(error)}) from error
        return Response(status=status.HTTP_204_NO_CONTENT)


class IsrcPrefixView(APIView):
    permission_classes = [IsStaff]

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int, prefix: str) -> Response:
        """End the registration of an ISRC prefix. Claims that are disputed stay so until they are settled."""
        party = get_object_or_404(Party, pk=pk, isrc_prefixes__prefix=prefix, isrc_prefixes__ended_at=None)
        require_recent_password(request)
        parties.end_isrc_prefix(party, prefix, by=get_person(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class SignatoriesView(APIView):
    permission_classes = [IsStaff]

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


class SignatoryInvitationsView(APIView):
    permission_classes = [IsStaff]

    @extend_schema(request=SignatoryInvitationSerializer, responses={202: InvitationSerializer})
    def post(self, request: Request, pk: int) -> Response:
        """Invite an address to sign for a rightsholder, by mail, with a password typed in the last ten minutes.

        Whoever reads the mail signs for it after accepting. The link is valid for a week, and replaces an older one.
        """
        party = get_object_or_404(Party.objects.select_related("team"), pk=pk, artist=None)
        serializer = SignatoryInvitationSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        require_recent_password(request)
        staff = get_person(request)
        parties.ensure_team(party, by=staff)
        invitation = invitation_mail.invite(party, serializer.validated_data["email"], Role.SIGNATORY, by=staff)
        return Response(InvitationSerializer(invitation).data, status=status.HTTP_202_ACCEPTED)


class MandateView(APIView):
    permission_classes = [IsStaff]

    @extend_schema(request=MandateSerializer, responses=PartySerializer)
    def put(self, request: Request, pk: int) -> Response:
        """Let another rightsholder act for this one, with a password typed in the last ten minutes."""
        party = get_object_or_404(Party, pk=pk, artist=None)
        serializer = MandateSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        sent = serializer.validated_data
        representative = Party.objects.filter(pk=sent["represented_by"], artist=None).first()
        if representative is None:
            raise serializers.ValidationError({"represented_by": "There is no such rightsholder."})
        require_recent_password(request)
        try:
            parties.represent(party, representative, mandate=sent["mandate"], by=get_person(request))
        except ValidationError as error:
            raise serializers.ValidationError(error.message_dict) from error
        return Response(PartySerializer(party).data)

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """End the mandate, with a password typed in the last ten minutes.

        Nobody else acts for this rightsholder any more.
        """
        party = get_object_or_404(Party, pk=pk, artist=None)
        require_recent_password(request)
        parties.end_mandate(party, by=get_person(request))
        return Response(status=status.HTTP_204_NO_CONTENT)
