"""What a rightsholder owns, over the API: list the claims, read one with who else owns, confirm or refuse it."""

from typing import Any

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.reauthentication import did_recently_authenticate
from accounts.requests import get_person
from artists.label.api.access import LabelView
from artists.label.claims import WAITING, with_rivals
from catalog.models import Recording, Work
from rights import claims
from rights.claims import DISPUTED, LIVE
from rights.models import Claim
from web.pagination import NewestPagination
from web.serializers import StrictSerializer

STATES = {"waiting": WAITING, "disputed": DISPUTED, "confirmed": Q(confirmed_at__isnull=False) & ~DISPUTED}


class OwnedRecordingSerializer(serializers.ModelSerializer[Recording]):
    class Meta:
        model = Recording
        fields = ["id", "title", "artist_credit", "isrc"]


class OwnedWorkSerializer(serializers.ModelSerializer[Work]):
    class Meta:
        model = Work
        fields = ["id", "title", "iswc"]


class ShareSerializer(serializers.ModelSerializer[Claim]):
    party = serializers.CharField(source="party.name")
    confirmed = serializers.SerializerMethodField()
    disputed = serializers.BooleanField(
        source="is_disputed", read_only=True, help_text="until staff settle it, nothing new is cleared with it"
    )

    class Meta:
        model = Claim
        fields = ["id", "party", "role", "share", "confirmed", "disputed"]
        extra_kwargs = {"share": {"help_text": "in hundredths of a percent of the role"}}

    def get_confirmed(self, claim: Claim) -> bool:
        return claim.confirmed_at is not None


class ClaimSerializer(ShareSerializer):
    recording = OwnedRecordingSerializer(allow_null=True)
    work = OwnedWorkSerializer(allow_null=True)

    class Meta:
        model = Claim
        fields = [
            "id", "party", "recording", "work", "role", "share", "confirmed", "disputed", "claimed_at", "confirmed_at",
            "disputed_at", "settled_at", "note",
        ]  # fmt: skip


class ClaimDetailSerializer(ClaimSerializer):
    others = serializers.SerializerMethodField(
        help_text="the other claims there in this role; none before this one is confirmed or disputed"
    )

    class Meta(ClaimSerializer.Meta):
        fields = [*ClaimSerializer.Meta.fields, "others"]

    @extend_schema_field(ShareSerializer(many=True))
    def get_others(self, claim: Claim) -> Any:
        if claim.state == "waiting":
            return []
        [row] = with_rivals(Claim.objects.filter(pk=claim.pk).select_related("party", "recording", "work"))
        return ShareSerializer(row.rivals, many=True).data


class AnswerSerializer(StrictSerializer):
    answer = serializers.ChoiceField(choices=["confirm", "refuse"], help_text="refuse ends the claim")


class ClaimsView(LabelView, generics.ListAPIView[Claim]):
    serializer_class = ClaimSerializer
    pagination_class = NewestPagination
    queryset = Claim.objects.none()

    def get_queryset(self) -> QuerySet[Claim]:
        found = _own_claims(self.label.party.pk).filter(LIVE)
        state = self.request.query_params.get("state", "")
        if state and state not in STATES:
            raise serializers.ValidationError({"state": f"One of {', '.join(STATES)}."})
        return found.filter(STATES[state]) if state else found

    @extend_schema(parameters=[OpenApiParameter("state", enum=list(STATES))])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the claims of the rightsholder that have not ended, newest first."""
        return super().get(request, *args, **kwargs)


class ClaimView(LabelView):
    @extend_schema(responses=ClaimDetailSerializer)
    def get(self, request: Request, party: int, pk: int) -> Response:
        """Show one claim, and who else claims a share there."""
        return Response(ClaimDetailSerializer(self._get_claim(pk)).data)

    @extend_schema(request=AnswerSerializer, responses=ClaimDetailSerializer)
    def post(self, request: Request, party: int, pk: int) -> Response:
        """Confirm a claim, or refuse it, which ends it. Whoever signs does this.

        To confirm needs a password typed in the last ten minutes.
        """
        claim, by = self._get_claim(pk), get_person(request)
        serializer = AnswerSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        if serializer.validated_data["answer"] == "confirm":
            claims.confirm(claim, by=by, fresh=did_recently_authenticate(request))
        else:
            claims.end(claim, by=by)
        return Response(ClaimDetailSerializer(self._get_claim(pk)).data)

    def _get_claim(self, pk: int) -> Claim:
        return get_object_or_404(_own_claims(self.label.party.pk), pk=pk)


def _own_claims(party: int) -> QuerySet[Claim]:
    return Claim.objects.filter(party=party).select_related("party", "recording", "work")
