"""The studio over HTTP: what the artist allows and offers. Every view begins by getting the thing or refusing."""

from typing import Any, cast

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import reauthentication, roles
from accounts.requests import get_person
from artists import artist_grants, program_status, programs
from artists.models import Practice, Program, ProgramVersion
from artists.program_status import ProgramStatus
from catalog.models import Artist, Recording
from rights import grants
from rights.models import Grant, Use


def password_is_fresh(request: Request) -> bool:
    """Whether a password was typed in this session a moment ago."""
    return reauthentication.did_recently_authenticate(
        cast(HttpRequest, request)
    )  # DRF's request has the same session and user


def get_studio_artist(request: Request, slug: str) -> Artist:
    """The artist whose studio this is. To anyone outside the team there is no such studio."""
    artist = get_object_or_404(Artist, slug=slug)
    if roles.role_of(get_person(request), artist.team_id) is None:
        raise Http404
    return artist


class StudioView(APIView):
    """A view of one artist's studio."""

    def studio(self) -> Artist:
        return get_studio_artist(self.request, self.kwargs["slug"])

    def program(self) -> Program:
        return get_object_or_404(Program, pk=self.kwargs["pk"], artist=self.studio())


class GrantSerializer(serializers.ModelSerializer[Grant]):
    class Meta:
        model = Grant
        fields = ["id", "use", "version", "live_from", "live_until", "ended_at"]


class GrantSwitchSerializer(serializers.Serializer[dict[str, Any]]):
    use = serializers.ChoiceField(choices=Use.choices)
    on = serializers.BooleanField()


class GrantsView(StudioView):
    """What this artist allows AI to do, every version, newest first. Off until a principal switches it on."""

    @extend_schema(responses=GrantSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        return Response(GrantSerializer(grants.list_versions(self.studio()), many=True).data)

    @extend_schema(request=GrantSwitchSerializer, responses=GrantSerializer(many=True))
    def post(self, request: Request, slug: str) -> Response:
        artist = self.studio()
        asked = GrantSwitchSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        use, by = asked.validated_data["use"], get_person(request)
        if asked.validated_data["on"]:
            artist_grants.switch_on(artist, use, by=by, fresh=password_is_fresh(request))
        else:
            artist_grants.switch_off(artist, use, by=by)
        return Response(GrantSerializer(grants.list_versions(artist), many=True).data)


class PracticeSerializer(serializers.ModelSerializer[Practice]):
    class Meta:
        model = Practice
        fields = ["grace_seconds"]
        extra_kwargs = {
            "grace_seconds": {"required": True, "max_value": 86_400, "help_text": "the time to undo a decision"}
        }


class PracticeView(StudioView):
    """How the team works: the seconds in which a decision can be undone."""

    @extend_schema(responses=PracticeSerializer)
    def get(self, request: Request, slug: str) -> Response:
        return Response(PracticeSerializer(programs.get_practice(self.studio())).data)

    @extend_schema(request=PracticeSerializer, responses=PracticeSerializer)
    def put(self, request: Request, slug: str) -> Response:
        artist = self.studio()
        asked = PracticeSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        changed = programs.set_practice(artist, by=get_person(request), **asked.validated_data)
        return Response(PracticeSerializer(changed).data)


class VersionSerializer(serializers.ModelSerializer[ProgramVersion]):
    wording = serializers.JSONField(help_text="locale, templates, fragments")
    recording = serializers.PrimaryKeyRelatedField(
        queryset=Recording.objects.all(), required=False, allow_null=True, help_text="one of this artist's"
    )
    signed = serializers.SerializerMethodField()

    class Meta:
        model = ProgramVersion
        fields = ["version", "moment", "nth", "recording", "wording", "review_seconds", "signed", "created_at"]
        read_only_fields = ["version", "created_at"]

    def get_signed(self, version: ProgramVersion) -> bool:
        return version.decision_id is not None

    def to_representation(self, instance: ProgramVersion) -> dict[str, Any]:
        shown = super().to_representation(instance)
        shown["wording"] = instance.words
        return shown


class ProgramSerializer(serializers.ModelSerializer[Program]):
    current = VersionSerializer(read_only=True)
    standing = serializers.SerializerMethodField(help_text="what comes of it now, as the studio says it")

    class Meta:
        model = Program
        fields = ["id", "name", "state", "standing", "paused_because", "current", "created_at"]
        read_only_fields = ["state", "paused_because", "created_at"]

    @extend_schema_field(serializers.ChoiceField([each.value for each in ProgramStatus]))
    def get_standing(self, program: Program) -> str:
        """A live program answers nobody while personal messages are off: it waits. Asked once for all of an artist."""
        asked = cast(dict[str, Any], self.context)
        if "yes" not in asked:
            asked["yes"] = program_status.allowed(program.artist)
        return str(program_status.get_status(program, asked["yes"]))


class ProgramsView(StudioView):
    """What this artist offers."""

    @extend_schema(responses=ProgramSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        offered = self.studio().programs.select_related("current", "artist").order_by("id")
        return Response(ProgramSerializer(offered, many=True).data)

    @extend_schema(request=ProgramSerializer, responses={201: ProgramSerializer})
    def post(self, request: Request, slug: str) -> Response:
        artist = self.studio()
        asked = ProgramSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        program = programs.create(artist, name=asked.validated_data["name"], by=get_person(request))
        return Response(ProgramSerializer(program).data, status=status.HTTP_201_CREATED)


class VersionsView(StudioView):
    """The edits of one program; each is a version, and only a signed one answers moments."""

    @extend_schema(responses=VersionSerializer(many=True))
    def get(self, request: Request, slug: str, pk: int) -> Response:
        return Response(VersionSerializer(self.program().versions.order_by("-version"), many=True).data)

    @extend_schema(request=VersionSerializer, responses={201: VersionSerializer})
    def post(self, request: Request, slug: str, pk: int) -> Response:
        program = self.program()
        asked = VersionSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        version = programs.edit(program, by=get_person(request), **asked.validated_data)
        return Response(VersionSerializer(version).data, status=status.HTTP_201_CREATED)


class SignView(StudioView):
    """Sign one version: a principal, with a password typed in the last ten minutes."""

    @extend_schema(request=None, responses=ProgramSerializer)
    def post(self, request: Request, slug: str, pk: int, version: int) -> Response:
        signed = get_object_or_404(ProgramVersion, program=self.program(), version=version)
        programs.sign(signed, by=get_person(request), fresh=password_is_fresh(request))
        return Response(ProgramSerializer(self.program()).data)


class PauseView(StudioView):
    """Stop a program at once, or let it go on."""

    @extend_schema(request=None, responses=ProgramSerializer)
    def put(self, request: Request, slug: str, pk: int) -> Response:
        program = self.program()
        programs.pause(program, by=get_person(request))
        return Response(ProgramSerializer(self.program()).data)

    @extend_schema(request=None, responses=ProgramSerializer)
    def delete(self, request: Request, slug: str, pk: int) -> Response:
        program = self.program()
        programs.resume(program, by=get_person(request))
        return Response(ProgramSerializer(self.program()).data)
