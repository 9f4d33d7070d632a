"""Who wrote a song and who owns it, over the API, for the artist's team."""

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.reauthentication import did_recently_authenticate
from accounts.requests import get_person
from artists import ownership, songs
from artists.api.recordings import OneRecordingView
from artists.validation import parse_identifier, validate_visible
from catalog import identifiers
from catalog.exceptions import AlreadyInCatalog
from catalog.models import Recording, Work
from rights import claims
from rights.sales import IncompleteSale
from rights.shares import CLAIMED_ROLES, RECORDING_ROLES, WHOLE, WORK_ROLES
from web.exceptions import Conflict
from web.serializers import IdField, StrictSerializer

SHARE_STATES = ["waiting", "confirmed", "disputed"]


class TeamWorkSerializer(serializers.ModelSerializer[Work]):
    class Meta:
        model = Work
        fields = ["id", "title", "iswc"]


class OwnerShareSerializer(serializers.Serializer[ownership.Share]):
    id = serializers.IntegerField(source="claim.pk")
    role = serializers.ChoiceField(source="claim.role", choices=CLAIMED_ROLES)
    party = serializers.CharField(source="claim.party.name")
    share = serializers.IntegerField(source="claim.share", help_text="in hundredths of a percent of the role")
    own = serializers.BooleanField(source="is_own", help_text="the artist's, which the artist confirms")
    state = serializers.ChoiceField(source="claim.state", choices=SHARE_STATES)


class OwnedSerializer(serializers.Serializer[ownership.Owned]):
    work = TeamWorkSerializer(allow_null=True, help_text="none: the recording itself")
    shares = OwnerShareSerializer(many=True)
    gaps = serializers.ListField(child=serializers.CharField(), help_text="shares that are more or less than all")


class OwnershipSerializer(serializers.Serializer[Any]):
    owned = OwnedSerializer(many=True, help_text="the recording first, then its works")
    missing = serializers.ListField(
        child=serializers.CharField(), help_text="what is missing before it may be used for remixes"
    )
    unsold = serializers.ListField(
        child=serializers.CharField(), help_text="what is missing besides before a remix of it may be sold"
    )


class NewWorkSerializer(StrictSerializer):
    title = serializers.CharField(
        max_length=1024, required=False, allow_blank=True, default="", validators=[validate_visible],
        help_text="empty: the title of the song",
    )  # fmt: skip
    iswc = serializers.CharField(max_length=40, required=False, allow_null=True, default=None)

    def validate_iswc(self, text: str | None) -> str | None:
        return parse_identifier(identifiers.parse_iswc, text)


class NewShareSerializer(StrictSerializer):
    role = serializers.ChoiceField(choices=CLAIMED_ROLES)
    party = serializers.CharField(
        max_length=120, required=False, allow_blank=True, default="",
        help_text="the name, the ISNI or the IPI; empty: the artist",
    )  # fmt: skip
    share = serializers.IntegerField(min_value=1, max_value=WHOLE, help_text="in hundredths of a percent of the role")
    work = IdField(required=False, allow_null=True, default=None, help_text="none: the recording")


class ClaimChangeSerializer(StrictSerializer):
    do = serializers.ChoiceField(choices=["confirm", "end"])


class OwnershipView(OneRecordingView):
    @extend_schema(responses=OwnershipSerializer)
    def get(self, request: Request, slug: str, pk: int) -> Response:
        """Show the works of a recording, who owns which share, and what is missing before it may be used."""
        return Response(serialize_ownership(self.get_recording()))


class WorksView(OneRecordingView):
    @extend_schema(request=NewWorkSerializer, responses={201: OwnershipSerializer})
    def post(self, request: Request, slug: str, pk: int) -> Response:
        """Say that the recording is of a work. An editor, an owner or a principal does this."""
        recording = self.get_recording()
        songs.require_editor(recording.artist, get_person(request))
        serializer = NewWorkSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        try:
            ownership.add_work(recording, by=get_person(request), **serializer.validated_data)
        except AlreadyInCatalog as error:
            raise Conflict({error.field: str(error)}) from error
        return Response(serialize_ownership(recording), status=status.HTTP_201_CREATED)


class WorkView(OneRecordingView):
    @extend_schema(responses={200: OwnershipSerializer})
    def delete(self, request: Request, slug: str, pk: int, work: int) -> Response:
        """Say that the recording is not of this work, from now on. An editor, an owner or a principal does this.

        Where somebody else confirmed a share in the work, staff do it.
        """
        recording = self.get_recording()
        ownership.end_work(recording, get_object_or_404(recording.works, pk=work), by=get_person(request))
        return Response(serialize_ownership(recording))


class SharesView(OneRecordingView):
    @extend_schema(request=NewShareSerializer, responses={201: OwnershipSerializer})
    def post(self, request: Request, slug: str, pk: int) -> Response:
        """Say who owns a share. It counts once that party confirms it. More than all of it is a dispute.

        An editor, an owner or a principal does this.
        """
        recording = self.get_recording()
        songs.require_editor(recording.artist, get_person(request))
        serializer = NewShareSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        sent = serializer.validated_data
        work = get_object_or_404(recording.works, pk=sent["work"]) if sent["work"] else None
        _require_role_of(work, sent["role"])
        try:
            party = ownership.find_party(sent["party"], sent["role"], recording=recording)
        except ownership.UnknownParty as error:
            raise serializers.ValidationError({"party": str(error)}) from error
        terms = {"role": sent["role"], "party": party, "share": sent["share"]}
        ownership.add_claim(recording, work, by=get_person(request), **terms)
        return Response(serialize_ownership(recording), status=status.HTTP_201_CREATED)


class ShareView(OneRecordingView):
    @extend_schema(
        operation_id="studio_recordings_share_change", request=ClaimChangeSerializer, responses=OwnershipSerializer
    )
    def post(self, request: Request, slug: str, pk: int, claim: int) -> Response:
        """Confirm or end a share of the artist, or end an unconfirmed share of others that may be taken back.

        A principal confirms, with a password typed in the last ten minutes; a principal or an owner ends. An editor
        may, too, end what the team wrote.
        """
        recording = self.get_recording()
        found = ownership.find_claim(ownership.list_owned(recording), claim)
        if found is None:
            raise Http404
        serializer = ClaimChangeSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        if serializer.validated_data["do"] == "end":
            claims.end(found, by=get_person(request))
        else:
            claims.confirm(found, by=get_person(request), fresh=did_recently_authenticate(request))
        return Response(serialize_ownership(recording))


def serialize_ownership(recording: Recording) -> Any:
    """Who owns the recording and its works, read anew."""
    sale = ownership.resolve_remix_sale(recording)
    missing, unsold = (sale.unused, sale.unsold) if isinstance(sale, IncompleteSale) else ((), ())
    owned = ownership.list_owned(recording, sale.owners)
    return OwnershipSerializer({"owned": owned, "missing": missing, "unsold": unsold}).data


def _require_role_of(work: Work | None, role: str) -> None:
    """Raise ValidationError for a role that only a recording has, or only a work."""
    possible = WORK_ROLES if work else RECORDING_ROLES
    if role not in possible:
        raise serializers.ValidationError({"role": f"One of {', '.join(possible)}."})
