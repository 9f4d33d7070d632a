"""The API of what fans may make of a song, for the artist's team: versions, corners, signatures and the end."""

import json
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.reauthentication import did_recently_authenticate
from accounts.requests import get_person
from ai.remix import canonical
from ai.remix.envelope import Envelope
from ai.remix.source import Source
from artists.api.recordings import OneRecordingView
from artists.exceptions import Uncleared
from artists.models import RemixEnvelope
from artists.remixes import corners, envelopes
from artists.studio import remix_page
from catalog.models import Recording
from rights.clearance_result import ClearanceRefusal
from web.pagination import NewestPagination
from web.serializers import StrictSerializer


class LimitsVersionSerializer(serializers.ModelSerializer[RemixEnvelope]):
    content = serializers.SerializerMethodField()
    is_signed = serializers.SerializerMethodField(help_text="by a principal; wider limits need a second signature")
    is_signed_again = serializers.SerializerMethodField()

    class Meta:
        model = RemixEnvelope
        fields = [
            "version", "content", "is_signed", "is_signed_again", "expires_at", "in_force_from", "ended_at",
            "created_at",
        ]  # fmt: skip

    @extend_schema_field(serializers.JSONField())
    def get_content(self, envelope: RemixEnvelope) -> Any:
        return json.loads(envelope.content)

    def get_is_signed(self, envelope: RemixEnvelope) -> bool:
        return envelope.decision_id is not None

    def get_is_signed_again(self, envelope: RemixEnvelope) -> bool:
        return envelope.second_id is not None


class NewLimitsSerializer(StrictSerializer):
    content = serializers.JSONField(help_text="the limits, whole, as those of a version")


class CornerSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=["waiting", "ready", "silent"], help_text="silent: nobody makes its sound")
    is_heard = serializers.BooleanField(help_text="by you, to its end")
    sound = serializers.CharField(help_text="where to listen to its 20 seconds")


class LimitsView(generics.ListAPIView[RemixEnvelope], OneRecordingView):
    serializer_class = LimitsVersionSerializer
    pagination_class = NewestPagination
    queryset = RemixEnvelope.objects.none()

    def get_queryset(self) -> QuerySet[RemixEnvelope]:
        return self.get_recording().envelopes.all()

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the versions of what fans may make of a song, newest first."""
        return super().get(request, *args, **kwargs)

    @extend_schema(request=NewLimitsSerializer, responses={201: LimitsVersionSerializer})
    def post(self, request: Request, slug: str, pk: int) -> Response:
        """Add a version. What is in force stays so until this one is signed."""
        recording = self.get_recording()
        serializer = NewLimitsSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        try:
            content = Envelope.parse(canonical.write(serializer.validated_data["content"]))
        except canonical.InvalidValue as error:
            raise serializers.ValidationError({"content": str(error)}) from error
        saved = envelopes.save(recording, content, by=get_person(request))
        return Response(LimitsVersionSerializer(saved).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request, slug: str, pk: int) -> Response:
        """End remixes of a song at once. What fans have stays. A principal or an owner does this."""
        envelopes.end(self.get_recording(), by=get_person(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class SignLimitsView(OneRecordingView):
    @extend_schema(request=None, responses=LimitsVersionSerializer)
    def post(self, request: Request, slug: str, pk: int, version: int) -> Response:
        """Sign a version, as a principal who heard all its corners, or as the second person where it allows more.

        It needs a password typed in the last ten minutes.
        """
        envelope = get_object_or_404(RemixEnvelope, recording=self.get_recording(), version=version)
        signed = envelopes.sign(envelope, by=get_person(request), fresh=did_recently_authenticate(request))
        return Response(LimitsVersionSerializer(signed).data)


class CornersView(OneRecordingView):
    @extend_schema(responses=CornerSerializer(many=True))
    def get(self, request: Request, slug: str, pk: int) -> Response:
        """List the corners of the newest version: the furthest remixes that it allows."""
        recording = self.get_recording()
        newest = envelopes.find_newest(recording)
        return Response(_list_corners(request, recording, newest) if newest else [])

    @extend_schema(request=None, responses={202: CornerSerializer(many=True)})
    def post(self, request: Request, slug: str, pk: int) -> Response:
        """Make the sound of those that have none, where the newest version waits to be signed."""
        recording = self.get_recording()
        newest = envelopes.find_newest(recording)
        if newest is None or newest.in_force_from is not None:
            raise Http404
        answer = corners.want(newest, by=get_person(request))
        if isinstance(answer, ClearanceRefusal):
            raise Uncleared(f"Not everyone has said yes: {'; '.join(answer.missing)}.")
        return Response(_list_corners(request, recording, newest), status=status.HTTP_202_ACCEPTED)


class CornerHeardView(OneRecordingView):
    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, slug: str, pk: int, name: str) -> Response:
        """Say that you heard a corner to its end, once its length has passed since its sound was sent to you."""
        corner = envelopes.find_corner(self.get_recording(), name)
        if corner is None:
            raise Http404
        corners.note_heard(corner, by=get_person(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _list_corners(request: Request, recording: Recording, envelope: RemixEnvelope) -> list[dict[str, Any]]:
    rows = remix_page.list_corners(get_person(request), Source.parse(envelope.source.content), envelope)
    where = recording.artist.slug, recording.pk
    return [
        dict(
            CornerSerializer(
                {
                    "name": row.name,
                    "title": row.title,
                    "state": row.state,
                    "is_heard": row.is_heard,
                    "sound": reverse("song-remix-corner", args=[*where, row.name]),
                }
            ).data
        )
        for row in rows
    ]
