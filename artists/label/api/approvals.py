"""The drafts that a rightsholder approves too, over the API: list those that wait for it, approve or decline one."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.reauthentication import did_recently_authenticate
from accounts.requests import get_person
from artists import second_key
from artists.api.drafts import DeadlinePagination
from artists.label.api.access import LabelView
from artists.label.api.claims import OwnedRecordingSerializer
from artists.label.approvals import read_drafts
from artists.models import Draft
from rights.models import Use
from web.serializers import StrictSerializer


class ApprovalSerializer(serializers.Serializer[Any]):
    """Nothing of the fan: no text, no facts, no moment."""

    id = serializers.IntegerField(source="pk")
    artist = serializers.CharField(source="artist.slug")
    use = serializers.ChoiceField(choices=Use.choices)
    recording = OwnedRecordingSerializer(source="song", allow_null=True)
    sound = serializers.CharField(source="sound_url", help_text="where to hear it; empty of what has no sound")
    changes = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField(), min_length=2, max_length=2),
        help_text="what was changed of the recording, as pairs of what and how",
    )
    revision = serializers.IntegerField(help_text="one more with each edit")
    deadline = serializers.DateTimeField()
    waits_for = serializers.ListField(child=serializers.CharField(), help_text="whose key is missing, by name")


class DecidedSerializer(serializers.ModelSerializer[Draft]):
    class Meta:
        model = Draft
        fields = ["id", "state", "deliver_after"]
        extra_kwargs = {
            "state": {"help_text": "awaiting, where another key is missing; approved or declined"},
            "deliver_after": {"help_text": "until then the decision can be undone; null while a key is missing"},
        }


class DecisionSerializer(StrictSerializer):
    answer = serializers.ChoiceField(choices=["approve", "decline"])
    reason = serializers.CharField(
        max_length=second_key.MAX_REASON_LENGTH, required=False, allow_blank=True, help_text="of a decline"
    )
    revision = serializers.IntegerField(help_text="the revision that you saw; another is refused")


class ApprovalsView(LabelView, generics.ListAPIView[Draft]):
    """List the drafts that wait for the rightsholder, earliest deadline first. Nothing says who the fan is."""

    serializer_class = ApprovalSerializer
    pagination_class = DeadlinePagination
    queryset = Draft.objects.none()

    def get_queryset(self) -> QuerySet[Draft]:
        return second_key.list_awaiting(self.label.party)

    def paginate_queryset(self, queryset: Any) -> Any:
        return read_drafts(super().paginate_queryset(queryset) or (), self.label.party)


class ApprovalView(LabelView):
    @extend_schema(request=DecisionSerializer, responses=DecidedSerializer)
    def post(self, request: Request, party: int, pk: int) -> Response:
        """Approve or decline a draft. Whoever signs does this; nobody can override a decline.

        To approve needs a password typed in the last ten minutes.
        """
        label, by = self.label.party, get_person(request)
        serializer = DecisionSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        sent: dict[str, Any] = dict(serializer.validated_data)
        if sent["answer"] == "approve":
            is_fresh = did_recently_authenticate(request)
            draft = second_key.approve(pk, label, by=by, revision=sent["revision"], fresh=is_fresh)
        else:
            reason = sent.get("reason", "")
            draft = second_key.decline(pk, label, by=by, reason=reason, revision=sent["revision"])
        return Response(DecidedSerializer(draft).data)
