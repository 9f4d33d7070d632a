"""A rightsholder's switches for the songs of one artist, and what changed, over the API."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.reauthentication import did_recently_authenticate
from accounts.requests import get_person
from artists.label import switches
from artists.label.access import get_artist_or_404
from artists.label.api.access import LabelView
from artists.label.rights_changes import list_changes
from artists.label.roster import claimed_recordings
from artists.rights_changes import RightsChange, write_before
from catalog.models import Artist, Recording
from rights import grants
from rights.grants import Songs
from rights.models import AfterEnd
from web.pagination import Cursor, NewestPagination
from web.serializers import IdField, StrictSerializer

USE_CHOICES = [(use.value, use.label) for use in switches.USES]
HISTORY_PAGE_SIZE = 100


class LabelSwitchSerializer(serializers.Serializer[Any]):
    use = serializers.ChoiceField(choices=USE_CHOICES)
    on = serializers.BooleanField(source="is_on", help_text="the rightsholder's own yes is in")


class LabelChannelSerializer(serializers.Serializer[Any]):
    recording = serializers.IntegerField(source="song.pk", help_text="its number")
    title = serializers.CharField(source="song.title")
    switches = LabelSwitchSerializer(many=True, help_text="none without a confirmed share")
    others = serializers.ListField(child=serializers.CharField(), help_text="what others have not said")
    unsold = serializers.ListField(child=serializers.CharField(), help_text="what is missing before it may be sold")


class LabelPressSerializer(StrictSerializer):
    use = serializers.ChoiceField(choices=USE_CHOICES)
    on = serializers.BooleanField()
    recording = IdField(required=False, allow_null=True, help_text="none: all songs of the artist")
    covers_later = serializers.BooleanField(required=False, help_text="for all songs: also those that are added later")
    after_end = serializers.ChoiceField(
        choices=AfterEnd.choices, required=False, help_text="what fans keep when it ends"
    )


class RightsChangeSerializer(serializers.Serializer[RightsChange]):
    at = serializers.DateTimeField()
    who = serializers.CharField(source="actor")
    change = serializers.CharField(source="sentence", help_text="what they did, without their name")


class RightsHistorySerializer(serializers.Serializer[Any]):
    next = serializers.URLField(allow_null=True, help_text="the address of older changes")
    results = RightsChangeSerializer(many=True)


class LabelSwitchesView(LabelView):
    @extend_schema(responses=LabelSwitchSerializer(many=True))
    def get(self, request: Request, party: int, slug: str) -> Response:
        """List the switches for all songs of the artist."""
        artist = get_artist_or_404(self.label, slug)
        return Response(LabelSwitchSerializer(switches.list_master(self.label.party, artist), many=True).data)

    @extend_schema(request=LabelPressSerializer, responses=LabelSwitchSerializer(many=True))
    def post(self, request: Request, party: int, slug: str) -> Response:
        """Switch a use on or off, for all songs or for one, and list the switches of these.

        On needs whoever signs, with a password typed in the last ten minutes.
        """
        artist = get_artist_or_404(self.label, slug)
        serializer = LabelPressSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        sent = serializer.validated_data
        song = self._find_song(artist, sent.get("recording"))
        self._press(request, sent, Songs(artist, song))
        return Response(LabelSwitchSerializer(self._list_switches(artist, song), many=True).data)

    def _find_song(self, artist: Artist, pk: int | None) -> Recording | None:
        found = claimed_recordings(self.label.party)
        return None if pk is None else get_object_or_404(found, pk=pk, artist=artist)

    def _press(self, request: Request, sent: dict[str, Any], songs: Songs) -> None:
        label, by = self.label.party, get_person(request)
        if not sent["on"]:
            grants.refuse(label, sent["use"], songs, by=by)
            return
        later = sent.get("covers_later", False)
        fresh = did_recently_authenticate(request)
        after_end = sent.get("after_end")
        grants.permit(label, sent["use"], songs, by=by, fresh=fresh, covers_later=later, after_end=after_end)

    def _list_switches(self, artist: Artist, song: Recording | None) -> list[switches.Switch]:
        if song is None:
            return switches.list_master(self.label.party, artist)
        return switches.list_channels(self.label.party, artist, [song])[0].switches


class LabelSongSwitchesView(LabelView, generics.ListAPIView[Recording]):
    serializer_class = LabelChannelSerializer
    pagination_class = NewestPagination
    queryset = Recording.objects.none()

    def get_queryset(self) -> QuerySet[Recording]:
        artist = get_artist_or_404(self.label, self.kwargs["slug"])
        return claimed_recordings(self.label.party).filter(artist=artist)

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the switches of each song of which the rightsholder claims a part, newest first."""
        artist = get_artist_or_404(self.label, self.kwargs["slug"])
        page = self.paginate_queryset(self.get_queryset())
        channels = switches.list_channels(self.label.party, artist, page or [])
        return self.get_paginated_response(LabelChannelSerializer(channels, many=True).data)


class LabelHistoryView(LabelView):
    @extend_schema(parameters=[OpenApiParameter("before", description="of `next`")], responses=RightsHistorySerializer)
    def get(self, request: Request, party: int, slug: str) -> Response:
        """List what changed between the rightsholder and the artist, newest first.

        Its switches and who pressed them, agreements, the roster and its shares.
        """
        artist = get_artist_or_404(self.label, slug)
        text = request.query_params.get("before", "")
        before = Cursor.parse(text).time if text else None
        changes, older = list_changes(
            self.label.party, artist, get_person(request), before=before, limit=HISTORY_PAGE_SIZE
        )
        address = f"{request.path}?{write_before(older)}" if older else None
        page = {"next": address and request.build_absolute_uri(address), "results": changes}
        return Response(RightsHistorySerializer(page).data)
