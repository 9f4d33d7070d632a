"""Programs and their versions over the API."""

import json
from collections.abc import Sequence
from typing import Any, cast

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.reauthentication import did_recently_authenticate
from accounts.requests import get_person
from artists import artist_grants, program_status, programs
from artists.api.access import StudioView
from artists.models import Program, ProgramVersion
from artists.program_status import ProgramStatus
from catalog.models import Recording
from web.serializers import JSONSerializer


class VersionSerializer(JSONSerializer, serializers.ModelSerializer[ProgramVersion]):
    wording = serializers.JSONField(
        required=False,
        help_text="locale, templates, fragments, and unread where nobody reads the messages; messages need it. "
        "A stored one also says where each sentence came from",
    )
    recording = serializers.PrimaryKeyRelatedField(
        queryset=Recording.objects.all(),
        required=False,
        allow_null=True,
        help_text="one of this artist's; of remixes required: it is counted, and remixed",
    )
    terms = serializers.JSONField(
        required=False,
        help_text="of what fans ask for: prices, free_tries, occasions, relations, events, has_day, has_song",
    )
    signed = serializers.SerializerMethodField()

    class Meta:
        model = ProgramVersion
        fields = [
            "version", "moment", "nth", "recording", "audience", "wording", "terms", "review_seconds", "signed",
            "created_at",
        ]  # fmt: skip
        read_only_fields = ["version", "created_at"]

    def get_signed(self, version: ProgramVersion) -> bool:
        return version.decision_id is not None

    def to_representation(self, instance: ProgramVersion) -> dict[str, Any]:
        """The wording and the terms as JSON: they are stored as canonical text."""
        terms = json.loads(instance.terms) if instance.terms else {}
        return {**super().to_representation(instance), "wording": instance.words, "terms": terms}


class ProgramSerializer(JSONSerializer, serializers.ModelSerializer[Program]):
    current = VersionSerializer(read_only=True, allow_null=True)
    standing = serializers.SerializerMethodField(help_text="the program's status, as the studio shows it")

    class Meta:
        model = Program
        fields = ["id", "name", "kind", "state", "standing", "paused_because", "current", "created_at"]
        read_only_fields = ["state", "paused_because", "created_at"]

    @extend_schema_field(serializers.ChoiceField([status.value for status in ProgramStatus]))
    def get_standing(self, program: Program) -> str:
        """The programs of one list share one query for what is permitted."""
        context = cast(dict[str, Any], self.context)
        if "obstacles" not in context:
            listed = cast(Sequence[Program] | None, getattr(self.parent, "instance", None)) or [program]
            context["obstacles"] = artist_grants.find_obstacles(program.artist, listed)
        return str(program_status.get_status(program, context["obstacles"]))


class ProgramsView(StudioView):
    @extend_schema(responses=ProgramSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """List the artist's programs."""
        artist_programs = self.get_artist().programs.select_related("current", "artist").order_by("id")
        return Response(ProgramSerializer(artist_programs, many=True).data)

    @extend_schema(request=ProgramSerializer, responses={201: ProgramSerializer})
    def post(self, request: Request, slug: str) -> Response:
        """Create a program. It sends nothing until a principal signs a version of it."""
        artist = self.get_artist()
        serializer = ProgramSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        program = programs.create(artist, by=get_person(request), **serializer.validated_data)
        return Response(ProgramSerializer(program).data, status=status.HTTP_201_CREATED)


class VersionsView(StudioView):
    @extend_schema(responses=VersionSerializer(many=True))
    def get(self, request: Request, slug: str, pk: int) -> Response:
        """List the versions of a program, newest first. Only a signed version answers moments."""
        return Response(VersionSerializer(self.get_program().versions.order_by("-version"), many=True).data)

    @extend_schema(request=VersionSerializer, responses={201: VersionSerializer})
    def post(self, request: Request, slug: str, pk: int) -> Response:
        """Add a version to a program. The signed version stays in use until a principal signs this one."""
        program = self.get_program()
        serializer = VersionSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        version = programs.edit(program, by=get_person(request), **serializer.validated_data)
        return Response(VersionSerializer(version).data, status=status.HTTP_201_CREATED)


class SignView(StudioView):
    @extend_schema(request=None, responses=ProgramSerializer)
    def post(self, request: Request, slug: str, pk: int, version: int) -> Response:
        """Sign a version, as a principal with a password typed in the last ten minutes."""
        unsigned = get_object_or_404(ProgramVersion, program=self.get_program(), version=version)
        programs.sign(unsigned, by=get_person(request), fresh=did_recently_authenticate(request))
        return Response(ProgramSerializer(self.get_program()).data)


class PauseView(StudioView):
    @extend_schema(request=None, responses=ProgramSerializer)
    def put(self, request: Request, slug: str, pk: int) -> Response:
        """Pause a program at once."""
        programs.pause(self.get_program(), by=get_person(request))
        return Response(ProgramSerializer(self.get_program()).data)

    @extend_schema(request=None, responses={200: ProgramSerializer})
    def delete(self, request: Request, slug: str, pk: int) -> Response:
        """Resume a paused program."""
        programs.resume(self.get_program(), by=get_person(request))
        return Response(ProgramSerializer(self.get_program()).data)
