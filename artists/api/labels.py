"""The rightsholders that ask for an artist or have the artist on their roster, over the API, for the artist's team."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.reauthentication import did_recently_authenticate
from accounts.requests import get_person
from artists.api.access import StudioView
from artists.label.api.roster import EndSerializer, LabelSerializer
from artists.label.roster import answer
from rights import roster
from rights.models import RosterEntry
from web.exceptions import Conflict
from web.serializers import StrictSerializer

TOO_LATE = "This ended or was answered in the meantime."


class LabelEntrySerializer(serializers.ModelSerializer[RosterEntry]):
    label = LabelSerializer()  # type: ignore[assignment]

    class Meta:
        model = RosterEntry
        fields = ["id", "label", "proposed_at", "answered_at", "accepted", "live_from", "live_until"]
        extra_kwargs = {
            "accepted": {"help_text": "null: the artist has not answered yet"},
            "live_until": {"help_text": "the end, which may lie ahead; of a proposal, when it was taken back"},
        }


class LabelAnswerSerializer(StrictSerializer):
    answer = serializers.ChoiceField(choices=["accept", "refuse"])


class ArtistLabelsView(StudioView):
    @extend_schema(responses=LabelEntrySerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """List the rightsholders that ask, those the artist is with, and those before, newest first."""
        return Response(LabelEntrySerializer(roster.list_of_artist(self.get_artist()), many=True).data)


class OneLabelView(StudioView):
    """Base of the views of one entry, of which `pk` of the URL is the id."""

    def get_entry(self) -> RosterEntry:
        return get_object_or_404(roster.list_of_artist(self.get_artist()), pk=self.kwargs["pk"])


class LabelAnswerView(OneLabelView):
    @extend_schema(request=LabelAnswerSerializer, responses=LabelEntrySerializer)
    def post(self, request: Request, slug: str, pk: int) -> Response:
        """Say yes or no to a rightsholder that asks. A principal or an owner does this.

        A yes needs a password typed in the last ten minutes.
        """
        entry = self.get_entry()
        serializer = LabelAnswerSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        accepted = serializer.validated_data["answer"] == "accept"
        if not answer(entry, accepted=accepted, by=get_person(request), fresh=did_recently_authenticate(request)):
            raise Conflict({"answer": TOO_LATE})
        return Response(LabelEntrySerializer(entry).data)


class LabelEndView(OneLabelView):
    @extend_schema(request=EndSerializer, responses=LabelEntrySerializer)
    def post(self, request: Request, slug: str, pk: int) -> Response:
        """Leave a roster, now or later. A principal or an owner does this."""
        entry = self.get_entry()
        serializer = EndSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        if not roster.end(entry, by=get_person(request), at=serializer.validated_data.get("until")):
            raise Conflict({"until": f"{TOO_LATE[:-1]}, or ends before that."})
        return Response(LabelEntrySerializer(entry).data)
