"""The fan's side over HTTP: opt in and out, fetch what arrived."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import Person
from accounts.requests import get_person
from catalog.models import Artist
from fans import experiences, opt_ins
from fans.models import Engagement, Experience, OptIn
from web.pagination import StrictCursorPagination


class OptInStateSerializer(serializers.Serializer[dict[str, Any]]):
    artist = serializers.SlugField(help_text="the artist's address")
    name = serializers.CharField()
    opted_in = serializers.BooleanField()
    since = serializers.DateTimeField(allow_null=True)
    words = serializers.CharField(help_text="exactly what the team will see")
    version = serializers.IntegerField(help_text="of those words")
    listens = serializers.IntegerField(help_text="how often you played this artist")


class OptInView(APIView):
    """Whether an artist's team may know of you; off until you switch it on."""

    serializer_class = OptInStateSerializer

    def get(self, request: Request, slug: str) -> Response:
        return Response(self.state(get_person(request), self.artist(slug)))

    @extend_schema(request=None, responses=OptInStateSerializer)
    def put(self, request: Request, slug: str) -> Response:
        artist = self.artist(slug)
        opt_ins.opt_in(get_person(request), artist)
        return Response(self.state(get_person(request), artist))

    @extend_schema(request=None, responses=OptInStateSerializer)
    def delete(self, request: Request, slug: str) -> Response:
        artist = self.artist(slug)
        opt_ins.opt_out(get_person(request), artist)
        return Response(self.state(get_person(request), artist))

    def artist(self, slug: str) -> Artist:
        return get_object_or_404(Artist, slug=slug)

    def state(self, fan: Person, artist: Artist) -> dict[str, Any]:
        standing = OptIn.objects.filter(person=fan, artist=artist, ended_at=None).first()
        engagement = Engagement.objects.filter(person=fan, artist=artist).first()
        state = {
            "artist": artist.slug,
            "name": artist.name,
            "opted_in": standing is not None,
            "since": standing and standing.since,
            "words": opt_ins.consent_text(artist),
            "version": opt_ins.CONSENT_VERSION,
            "listens": engagement.listens if engagement else 0,
        }
        return dict(OptInStateSerializer(state).data)


class ExperienceSerializer(serializers.ModelSerializer[Experience]):
    artist = serializers.CharField(source="artist.name")
    mark_words = serializers.CharField()
    receipt = serializers.SerializerMethodField(help_text="the unlisted address of its receipt")

    class Meta:
        model = Experience
        fields = [
            "id", "artist", "kind", "text", "mark", "mark_words", "why", "salt",
            "delivered_at", "opened_at", "withdrawn_at", "receipt",
        ]  # fmt: skip
        extra_kwargs = {"salt": {"help_text": "with it and the text you can check the receipt's commitment"}}

    def get_receipt(self, experience: Experience) -> str:
        return f"/r/{experience.receipt_key}"


class NewestDeliveredFirst(StrictCursorPagination):
    ordering = "-delivered_at"


class ExperienceListView(generics.ListAPIView[Experience]):
    """What reached you, newest first."""

    serializer_class = ExperienceSerializer
    pagination_class = NewestDeliveredFirst
    queryset = Experience.objects.none()

    def get_queryset(self) -> QuerySet[Experience]:
        return experiences.received_by(get_person(self.request)).select_related("artist")


class ExperienceDetailView(generics.RetrieveAPIView[Experience]):
    """One of your experiences; somebody else's is not there."""

    serializer_class = ExperienceSerializer
    queryset = Experience.objects.none()

    def get_object(self) -> Experience:
        own = experiences.received_by(get_person(self.request)).select_related("artist")
        return get_object_or_404(own, pk=self.kwargs["pk"])

    @extend_schema(request=None, responses=ExperienceSerializer)
    def post(self, request: Request, pk: str) -> Response:
        """Say that you opened it."""
        experience = self.get_object()
        experiences.mark_opened(experience, by=get_person(request))
        return Response(self.get_serializer(experience).data, status=status.HTTP_200_OK)
