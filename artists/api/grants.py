"""The artist's grants over the API: what was said, the switches, what a press would change, and the press itself."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.reauthentication import did_recently_authenticate
from accounts.requests import get_person
from artists import artist_grants, switch_effects, switches
from artists.api.access import StudioView
from artists.api.recordings import QUERY_PARAMETER, SongListView
from artists.switches import SWITCHED_USES
from catalog.models import Artist, Recording
from rights import grants
from rights.models import AfterEnd, Grant, Use
from web.parsers import parse_integer
from web.serializers import IdField, JSONSerializer

USE_CHOICES = [(use.value, use.label) for use in SWITCHED_USES]


class GrantSerializer(serializers.ModelSerializer[Grant]):
    use = serializers.CharField(help_text="more uses can be granted than have a switch")

    class Meta:
        model = Grant
        fields = [
            "id", "use", "recording", "allows", "covers_later", "after_end", "version", "live_from", "live_until",
            "ended_at",
        ]  # fmt: skip


class GrantScopeSerializer(JSONSerializer):
    use = serializers.ChoiceField(choices=USE_CHOICES)
    recording = IdField(required=False, allow_null=True, help_text="none: all songs")


class GrantSwitchSerializer(GrantScopeSerializer):
    on = serializers.BooleanField()
    covers_later = serializers.BooleanField(
        required=False, help_text="for all songs: also those that are added later. Messages always cover them."
    )
    after_end = serializers.ChoiceField(
        choices=AfterEnd.choices, required=False, help_text="what fans keep when it ends. Messages always stay."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["use"] == Use.PERSONAL_MESSAGE and attrs.get("after_end") == AfterEnd.STOPS:
            raise serializers.ValidationError({"after_end": "Messages stay readable."})
        return attrs


class SwitchSerializer(serializers.Serializer[switches.Switch]):
    use = serializers.ChoiceField(choices=USE_CHOICES)
    on = serializers.BooleanField(source="is_on", help_text="the artist's own yes is in")
    since = serializers.DateTimeField(allow_null=True)
    waiting_for = serializers.ListField(child=serializers.CharField(), help_text="who still has to say yes")
    refused_by = serializers.ListField(child=serializers.CharField(), help_text="who said no; nobody waits for them")
    unsettled = serializers.ListField(child=serializers.CharField(), help_text="what is not known about its owners")


class SongSwitchesSerializer(serializers.Serializer[Any]):
    recording = serializers.IntegerField(source="recording.pk", allow_null=True, default=None, help_text="none: all")
    title = serializers.CharField(source="recording.title", allow_null=True, default=None)
    switches = SwitchSerializer(many=True)


class EffectSerializer(serializers.Serializer[switch_effects.Effect]):
    programs = serializers.IntegerField(help_text="live programs that start or stop")
    waiting_drafts = serializers.IntegerField(
        help_text="drafts that are refused while it is off; 10,000 are that many or more"
    )
    delivered = serializers.IntegerField(help_text="what fans have already; 10,000 are that many or more")
    stopping = serializers.IntegerField(help_text="of what fans have already, what stops while it is off")


class GrantsView(StudioView):
    @extend_schema(responses=GrantSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """List every version of the artist's grants for all songs, newest first. A use is off until it is on."""
        return Response(GrantSerializer(grants.list_versions(self.get_artist()), many=True).data)

    @extend_schema(request=GrantSwitchSerializer, responses=GrantSerializer(many=True))
    def post(self, request: Request, slug: str) -> Response:
        """Switch a use on or off, and list what was said about it and these songs.

        On needs a principal with a password typed in the last ten minutes.
        """
        artist = self.get_artist()
        serializer = GrantSwitchSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        sent, by = serializer.validated_data, get_person(request)
        song = _get_song(artist, sent.get("recording"))
        if sent["on"]:
            fresh, later = did_recently_authenticate(request), sent.get("covers_later") or None
            limits = {"covers_later": later, "after_end": sent.get("after_end")}
            artist_grants.switch_on(artist, sent["use"], by=by, fresh=fresh, recording=song, **limits)
        else:
            artist_grants.switch_off(artist, sent["use"], by=by, recording=song)
        said = grants.list_said(artist).filter(recording=song) if song else grants.list_versions(artist)
        return Response(GrantSerializer(said, many=True).data)


class SongSwitchesView(SongListView):
    serializer_class = SongSwitchesSerializer

    @extend_schema(parameters=[QUERY_PARAMETER])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the switches of each song, newest first. The first item of each page is about all songs."""
        page = self.paginate_queryset(self.get_queryset())
        channels = switches.list_channels(self.artist, page or [])
        return self.get_paginated_response(SongSwitchesSerializer(channels, many=True).data)


class GrantEffectView(StudioView):
    @extend_schema(parameters=[GrantScopeSerializer], responses=EffectSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """Count what a switch of a use starts or stops. Nothing is changed."""
        artist = self.get_artist()
        number = parse_integer(request.query_params.get("recording"))  # an address has text only
        scope = request.query_params.dict() | ({} if number is None else {"recording": number})
        serializer = GrantScopeSerializer(data=scope)
        serializer.is_valid(raise_exception=True)
        song = _get_song(artist, serializer.validated_data.get("recording"))
        effect = switch_effects.measure_effect(artist, serializer.validated_data["use"], song)
        return Response(EffectSerializer(effect).data)


def _get_song(artist: Artist, pk: int | None) -> Recording | None:
    return None if pk is None else get_object_or_404(Recording, pk=pk, artist=artist)
