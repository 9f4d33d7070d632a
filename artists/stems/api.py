"""The API of a song's parts, for the artist's team: the files, what a machine heard, what was typed, the confirmation.

Files come in parts by the protocol tus, at the address that `send_to` names.
"""

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.requests import get_person
from ai.remix.source import SAMPLE_RATE
from artists.api.recordings import OneRecordingView
from artists.stems import outlines, uploads
from artists.studio.forms.stems import KEYS, KINDS, LAST_BAR, ROWS
from artists.validation import validate_visible
from catalog import audio_uploads, sources
from catalog.models import AudioUpload, Recording, RecordingSource
from catalog.models.audio import StemRole
from web.serializers import JSONSerializer, StrictSerializer


def bar_field(**options: Any) -> serializers.IntegerField:
    return serializers.IntegerField(min_value=1, max_value=LAST_BAR, **options)


class SongSectionSerializer(JSONSerializer):
    first_bar = bar_field(help_text="the next section's ends it")
    name = serializers.CharField(max_length=80, required=False, allow_blank=True, validators=[validate_visible])
    kind = serializers.ChoiceField(choices=KINDS)


class UncutPhraseSerializer(JSONSerializer):
    """A phrase that is never cut."""

    first_bar = bar_field()
    last_bar = bar_field()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["last_bar"] < attrs["first_bar"]:
            raise serializers.ValidationError({"last_bar": "The phrase ends before it begins."})
        return attrs


class OutlineSerializer(StrictSerializer):
    bpm_milli = serializers.IntegerField(
        min_value=20_000, max_value=400_000, help_text="thousandths of a beat a minute"
    )
    key = serializers.ChoiceField(choices=KEYS)
    first_beat_frame = serializers.IntegerField(
        min_value=0, max_value=60 * SAMPLE_RATE, help_text=f"of which a second has {SAMPLE_RATE:,}"
    )
    beats_per_bar = serializers.IntegerField(min_value=1, max_value=16)
    last_bar = bar_field()
    sections = SongSectionSerializer(many=True, max_length=ROWS)  # type: ignore[call-arg]  # missing in the stubs
    no_cut = UncutPhraseSerializer(many=True, max_length=ROWS)  # type: ignore[call-arg]  # likewise

    def typed(self) -> dict[str, Any]:
        """What `artists.stems.outlines` takes, once it is valid."""
        return outlines.order_typed(self.validated_data)


class StemFileSerializer(serializers.ModelSerializer[AudioUpload]):
    problem = serializers.CharField(allow_blank=True, help_text="why it cannot be used, and what to do")

    class Meta:
        model = AudioUpload
        fields = ["id", "file_name", "role", "state", "size", "received", "problem"]


class StemRoleSerializer(StrictSerializer):
    role = serializers.ChoiceField(choices=StemRole.choices)


class ConfirmedSourceSerializer(serializers.ModelSerializer[RecordingSource]):
    class Meta:
        model = RecordingSource
        fields = ["version", "digest", "confirmed_at"]


class StemsSerializer(serializers.Serializer[Any]):
    files = StemFileSerializer(many=True)
    send_to = serializers.CharField(help_text="where a file is announced, by tus 1.0")
    used_bytes = serializers.IntegerField(help_text="by all songs of the artist")
    quota_bytes = serializers.IntegerField()
    is_listening = serializers.BooleanField(help_text="a machine listens at the moment")
    heard = serializers.JSONField(help_text="what it heard, and how sure it is of each; empty before")
    outline = OutlineSerializer(help_text="what was saved, or else what was heard")
    confirmed = ConfirmedSourceSerializer(allow_null=True, help_text="what remixes are made of")


class StemsView(OneRecordingView):
    @extend_schema(responses=StemsSerializer)
    def get(self, request: Request, slug: str, pk: int) -> Response:
        """Show the parts of a song: its files, and its tempo, key and sections."""
        return Response(_describe(self.get_recording()))

    @extend_schema(request=OutlineSerializer, responses=StemsSerializer)
    def put(self, request: Request, slug: str, pk: int) -> Response:
        """Save tempo, key and sections. Remixes go on as they are until somebody confirms it."""
        recording, typed = self.get_recording(), _read_outline(request)
        outlines.save(recording, typed, by=get_person(request))
        return Response(_describe(recording))


class StemsConfirmView(OneRecordingView):
    @extend_schema(request=OutlineSerializer, responses=StemsSerializer)
    def post(self, request: Request, slug: str, pk: int) -> Response:
        """Confirm tempo, key and sections with the files that are here. Remixes are made of this."""
        recording, typed = self.get_recording(), _read_outline(request)
        outlines.confirm(recording, typed, by=get_person(request))
        return Response(_describe(recording))


class StemsListenView(OneRecordingView):
    @extend_schema(request=None, responses={202: StemsSerializer})
    def post(self, request: Request, slug: str, pk: int) -> Response:
        """Let a machine listen anew. What was saved is forgotten; what is confirmed stays."""
        recording = self.get_recording()
        outlines.listen_again(recording, by=get_person(request))
        return Response(_describe(recording), status=status.HTTP_202_ACCEPTED)


class StemFileView(OneRecordingView):
    def get_file(self) -> AudioUpload:
        files = AudioUpload.objects.select_related("recording__artist")
        return get_object_or_404(files, pk=self.kwargs["file"], recording=self.get_recording())

    @extend_schema(request=StemRoleSerializer, responses=StemsSerializer)
    def put(self, request: Request, slug: str, pk: int, file: int) -> Response:
        """Say what one hears in a file."""
        upload = self.get_file()
        serializer = StemRoleSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        uploads.set_role(upload, serializer.validated_data["role"], by=get_person(request))
        return Response(_describe(upload.recording))

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request, slug: str, pk: int, file: int) -> Response:
        """Remove a file. What is confirmed already keeps its own."""
        uploads.remove(self.get_file(), by=get_person(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _read_outline(request: Request) -> dict[str, Any]:
    serializer = OutlineSerializer(data=request.data)
    serializer.is_valid(raise_exception=True)
    return serializer.typed()


def _describe(recording: Recording) -> dict[str, Any]:
    files = outlines.list_files(recording.pk)
    problems, usable = outlines.find_problems(files), outlines.pick_usable(files)
    for upload in files:
        problem = problems.get(upload.pk)
        upload.problem = f"{problem.problem} {problem.how_to_mend}" if problem else ""
    outline = outlines.find_outline(recording)
    shown = {
        "files": files,
        "send_to": reverse("studio-stem-files", args=[recording.artist.slug, recording.pk]),
        "used_bytes": audio_uploads.used_bytes(recording.artist),
        "quota_bytes": audio_uploads.QUOTA,
        "is_listening": outline.is_wanted,
        "heard": outline.heard,
        "outline": outlines.get_typed(outline, usable),
        "confirmed": sources.current(recording),
    }
    return dict(StemsSerializer(shown).data)
