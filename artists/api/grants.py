"""The artist's grants over the API."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.reauthentication import did_recently_authenticate
from accounts.requests import get_person
from artists import artist_grants
from artists.api.access import StudioView
from rights import grants
from rights.models import Grant, Use
from web.serializers import JSONSerializer


class GrantSerializer(serializers.ModelSerializer[Grant]):
    class Meta:
        model = Grant
        fields = ["id", "use", "version", "live_from", "live_until", "ended_at"]


class GrantSwitchSerializer(JSONSerializer):
    use = serializers.ChoiceField(choices=[(Use.PERSONAL_MESSAGE.value, Use.PERSONAL_MESSAGE.label)])
    on = serializers.BooleanField()


class GrantsView(StudioView):
    @extend_schema(responses=GrantSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """List every version of the artist's grants, newest first. A use is off until a principal switches it on."""
        return Response(GrantSerializer(grants.list_versions(self.get_artist()), many=True).data)

    @extend_schema(request=GrantSwitchSerializer, responses=GrantSerializer(many=True))
    def post(self, request: Request, slug: str) -> Response:
        """Switch a use on or off. On needs a principal with a password typed in the last ten minutes."""
        artist = self.get_artist()
        serializer = GrantSwitchSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        use, by = serializer.validated_data["use"], get_person(request)
        if serializer.validated_data["on"]:
            artist_grants.switch_on(artist, use, by=by, fresh=did_recently_authenticate(request))
        else:
            artist_grants.switch_off(artist, use, by=by)
        return Response(GrantSerializer(grants.list_versions(artist), many=True).data)
