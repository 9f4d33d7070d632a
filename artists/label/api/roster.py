"""The roster of a rightsholder over the API: list it, ask an artist, end an entry."""

from datetime import datetime

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.reauthentication import did_recently_authenticate
from accounts.requests import get_person
from artists.label.access import list_parties
from artists.label.api.access import LabelView
from artists.label.forms.roster import FARTHEST_END
from artists.label.roster import find_artist, propose
from catalog.models import Artist
from rights import parties, roster
from rights.models import Party, RosterEntry
from web.exceptions import Conflict
from web.serializers import StrictSerializer


class LabelSerializer(serializers.ModelSerializer[Party]):
    class Meta:
        model = Party
        fields = ["id", "kind", "name", "isni", "ipi", "dpid"]


class RosterEntrySerializer(serializers.ModelSerializer[RosterEntry]):
    artist = serializers.SlugField(source="artist.slug")
    name = serializers.CharField(source="artist.name")

    class Meta:
        model = RosterEntry
        fields = ["id", "artist", "name", "proposed_at", "answered_at", "accepted", "live_from", "live_until"]
        extra_kwargs = {
            "accepted": {"help_text": "null: the artist has not answered yet"},
            "live_until": {"help_text": "the end, which may lie ahead; of a proposal, when it was taken back"},
        }


class ProposalSerializer(StrictSerializer):
    artist = serializers.CharField(max_length=120, help_text="the end of the address of the artist's page, or the name")

    def validate_artist(self, text: str) -> Artist:
        artist = find_artist(text.strip())
        if artist is None:
            raise serializers.ValidationError("No artist, or more than one, goes by this.")
        return artist


class EndSerializer(StrictSerializer):
    until = serializers.DateTimeField(required=False, allow_null=True, help_text="the end; without one it ends now")

    def validate_until(self, until: datetime | None) -> datetime | None:
        if until and not timezone.now() <= until <= timezone.now() + FARTHEST_END:
            raise serializers.ValidationError("This is in the past, or further away than five years.")
        return until


class LabelsView(APIView):
    @extend_schema(responses=LabelSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List the rightsholders that your teams act for, by name."""
        return Response(LabelSerializer(list_parties(get_person(request)), many=True).data)


class RosterView(LabelView):
    @extend_schema(responses=RosterEntrySerializer(many=True))
    def get(self, request: Request, party: int) -> Response:
        """List who is on the roster, was asked, or was on it, newest first."""
        entries = self.label.party.roster.select_related("artist").order_by("-proposed_at", "-pk")
        return Response(RosterEntrySerializer(entries, many=True).data)

    @extend_schema(request=ProposalSerializer, responses={201: RosterEntrySerializer})
    def post(self, request: Request, party: int) -> Response:
        """Ask an artist to be on the roster. It holds once the artist says yes.

        Whoever signs does this, with a password typed in the last ten minutes.
        """
        label, by = self.label.party, get_person(request)
        fresh = did_recently_authenticate(request)
        parties.require_signer(label, by=by, fresh=fresh, what="add an artist to its roster")
        serializer = ProposalSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        try:
            entry = propose(label, serializer.validated_data["artist"], by=by, fresh=fresh)
        except roster.AlreadyOnRoster as error:
            raise Conflict({"artist": str(error)}) from error
        entry.refresh_from_db()
        return Response(RosterEntrySerializer(entry).data, status=status.HTTP_201_CREATED)


class RosterEndView(LabelView):
    @extend_schema(request=EndSerializer, responses=RosterEntrySerializer)
    def post(self, request: Request, party: int, pk: int) -> Response:
        """End an entry now or later, or take a proposal back. Whoever signs or owns the team does this."""
        entries = RosterEntry.objects.select_related("label", "artist")
        entry = get_object_or_404(entries, pk=pk, label=self.label.party)
        serializer = EndSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        if not roster.end(entry, by=get_person(request), at=serializer.validated_data.get("until")):
            raise Conflict({"until": "This ended or was answered in the meantime, or ends before that."})
        entry.refresh_from_db()
        return Response(RosterEntrySerializer(entry).data)
