"""The staff's API of disputed claims: list them, and settle one with a note."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.requests import get_person
from artists.api.access import IsStaff
from artists.label.api.claims import ClaimSerializer, ShareSerializer
from artists.label.claims import ClaimRow, find_disputed, list_all_disputed, settle
from rights.exceptions import Overclaimed
from rights.models import Claim
from web.exceptions import Conflict
from web.serializers import IdField, StrictSerializer


class DisputeSerializer(serializers.Serializer[Any]):
    claim = ClaimSerializer()
    others = ShareSerializer(source="rivals", many=True, help_text="the other claims there in this role")
    holder = serializers.CharField(
        source="holder.name", default=None, allow_null=True, read_only=True,
        help_text="who registered the prefix of the ISRC, where that is somebody else",
    )  # fmt: skip


class SettlementSerializer(StrictSerializer):
    note = serializers.CharField(max_length=500, help_text="why; both sides read it")
    stands = serializers.BooleanField(help_text="false: the claim is wrong, and ends")
    end = serializers.ListField(
        child=IdField(), required=False, default=list, help_text="the ids of other claims there that end with it"
    )


class DisputesView(APIView):
    permission_classes = [IsStaff]

    @extend_schema(responses=DisputeSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List the open disputes of all rightsholders, oldest first, at most 50."""
        return Response(DisputeSerializer(list_all_disputed(), many=True).data)


class DisputeView(APIView):
    permission_classes = [IsStaff]

    @extend_schema(request=SettlementSerializer, responses=ClaimSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Settle a dispute: the claim stands, or it is wrong and ends. Other claims there can be ended with it."""
        row = find_disputed(pk)
        if row is None:
            raise Http404
        serializer = SettlementSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        said: dict[str, Any] = serializer.validated_data
        ending = _find_rivals(row, said["end"]) + ([] if said["stands"] else [row.claim])
        try:
            settle(row.claim, by=get_person(request), note=said["note"], ending=ending)
        except Overclaimed as error:
            raise Conflict({"end": str(error)}) from error
        return Response(ClaimSerializer(row.claim).data)


def _find_rivals(row: ClaimRow, ids: list[int]) -> list[Claim]:
    found = [rival for rival in row.rivals if rival.pk in ids]
    if len(found) < len(set(ids)):
        raise serializers.ValidationError({"end": "One of these is no other claim there in this role."})
    return found
