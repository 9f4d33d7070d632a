"""Pictures over the API: sent as the body of a request, and shown as two addresses."""

from typing import Any

from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from catalog import picture_encoding
from catalog.picture_encoding import EncodedPicture

PICTURE_BODY = dict.fromkeys(("image/jpeg", "image/png", "image/webp"), OpenApiTypes.BINARY)
"""What a client may send, for the schema. What the content is decides, not what its header says."""


class PictureParser(BaseParser):
    """Reads the body of any `image/…`. It decodes nothing: parsers run before anybody asked who may send it."""

    media_type = "image/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        return stream.read()


def read_picture(request: Request) -> EncodedPicture:
    """The picture in the body. Raises DRF's ValidationError where there is none that can be used."""
    content: Any = request.data
    try:
        return picture_encoding.encode(content if isinstance(content, bytes) else b"")
    except picture_encoding.PictureRefused as error:
        raise serializers.ValidationError({"picture": str(error)}) from error


class PictureSerializer(serializers.Serializer[Any]):
    """The addresses of a picture, from its key."""

    large = serializers.CharField(read_only=True)
    small = serializers.CharField(read_only=True)

    def to_representation(self, key: Any) -> dict[str, str]:
        return {size: reverse("picture", kwargs={"digest": key, "size": size}) for size in ("large", "small")}
