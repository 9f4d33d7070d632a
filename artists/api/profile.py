"""An artist's profile over the API: the line for fans, the colour, the links and the picture."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.requests import get_person
from artists import profile
from artists.api.access import StudioView
from artists.api.pictures import PICTURE_BODY, PictureParser, PictureSerializer, read_picture
from artists.validation import validate_visible
from catalog import links
from catalog.models import SpotColor
from web.serializers import JSONSerializer


class LinkSerializer(JSONSerializer):
    label = serializers.CharField(max_length=links.MAX_LABEL, validators=[validate_visible])  # type: ignore[assignment]
    url = serializers.CharField(max_length=links.MAX_URL, help_text="https, without parameters that track people")

    def validate_url(self, url: str) -> str:
        try:
            return links.parse_link(url)
        except links.InvalidLink as error:
            raise serializers.ValidationError(str(error)) from error


class ProfileSerializer(JSONSerializer):
    about = serializers.CharField(max_length=300, allow_blank=True, validators=[validate_visible])
    spot = serializers.ChoiceField(SpotColor.choices, allow_blank=True, help_text="the colour; empty: one by the id")
    links = LinkSerializer(many=True, max_length=links.MAX_LINKS)  # type: ignore[call-arg]  # missing in the stubs
    picture = PictureSerializer(source="picture_id", read_only=True, allow_null=True)


class ProfileView(StudioView):
    @extend_schema(responses=ProfileSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """Show what fans see of the artist."""
        return Response(ProfileSerializer(self.get_artist()).data)

    @extend_schema(request=ProfileSerializer, responses=ProfileSerializer)
    def put(self, request: Request, slug: str) -> Response:
        """Set the line for fans, the colour and the links. An editor, an owner or a principal does this."""
        artist = self.get_artist()
        profile.require_editor(artist, get_person(request))
        serializer = ProfileSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        values = serializer.validated_data
        chosen = [links.Link(**link) for link in values["links"]]
        profile.edit(artist, by=get_person(request), about=values["about"], spot=values["spot"], links=chosen)
        return Response(ProfileSerializer(artist).data)


class ProfilePictureView(StudioView):
    parser_classes = [PictureParser]

    @extend_schema(request=PICTURE_BODY, responses=PictureSerializer)
    def put(self, request: Request, slug: str) -> Response:
        """Replace the artist's picture: PNG, JPEG or WebP, at most 8 MB and 25 megapixels."""
        artist = self.get_artist()
        profile.require_editor(artist, get_person(request))
        profile.set_picture(artist, read_picture(request), by=get_person(request))
        return Response(PictureSerializer(artist.picture_id).data)

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request, slug: str) -> Response:
        """Remove the artist's picture."""
        profile.set_picture(self.get_artist(), None, by=get_person(request))
        return Response(status=status.HTTP_204_NO_CONTENT)
