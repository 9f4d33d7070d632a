"""The API for fans: opt in and out, read what they received, and read and correct their listens."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import Person
from accounts.requests import get_person
from catalog.models import Artist
from fans import engagement, experiences, opt_ins
from fans.consent_texts import CONSENT_VERSION
from fans.models import Experience, RemixRefund
from fans.remixes import STREAM
from listens import retraction
from listens.models import DuplicateReason, Listen
from rights.stops import Stop
from web.pagination import StrictCursorPagination
from web.serializers import StrictSerializer


class OptInStateSerializer(serializers.Serializer[dict[str, Any]]):
    artist = serializers.SlugField(help_text="the artist's address")
    name = serializers.CharField()
    opted_in = serializers.BooleanField()
    since = serializers.DateTimeField(allow_null=True)
    words = serializers.CharField(help_text="exactly what the team will see")
    version = serializers.IntegerField(help_text="of those words")
    agreed_version = serializers.IntegerField(
        allow_null=True, help_text="the version that you agreed to; where it is older, PUT agrees to the newest words"
    )
    listens = serializers.IntegerField(help_text="how often you played this artist")


class OptInView(APIView):
    """Read, give or end your opt-in with one artist."""

    serializer_class = OptInStateSerializer

    def get(self, request: Request, slug: str) -> Response:
        """Read whether you opted in to an artist, and the consent text. It is off until you opt in."""
        return Response(self.serialize_state(get_person(request), self.get_artist(slug)))

    @extend_schema(request=None, responses=OptInStateSerializer)
    def put(self, request: Request, slug: str) -> Response:
        """Opt in to an artist, or agree to the newest words."""
        artist = self.get_artist(slug)
        opt_ins.opt_in(get_person(request), artist)
        return Response(self.serialize_state(get_person(request), artist))

    @extend_schema(request=None, responses={200: OptInStateSerializer})
    def delete(self, request: Request, slug: str) -> Response:
        """End your opt-in."""
        artist = self.get_artist(slug)
        opt_ins.opt_out(get_person(request), artist)
        return Response(self.serialize_state(get_person(request), artist))

    def get_artist(self, slug: str) -> Artist:
        return get_object_or_404(Artist, slug=slug)

    def serialize_state(self, fan: Person, artist: Artist) -> dict[str, Any]:
        opt_in = opt_ins.find_opt_in(fan, artist)
        counts = engagement.find_engagement(fan, artist)
        state = {
            "artist": artist.slug,
            "name": artist.name,
            "opted_in": opt_in is not None,
            "since": opt_in and opt_in.since,
            "words": opt_ins.consent_text(artist),
            "version": CONSENT_VERSION,
            "agreed_version": opt_in and opt_in.consent.version,
            "listens": counts.listens if counts else 0,
        }
        return dict(OptInStateSerializer(state).data)


class StopSerializer(serializers.Serializer[Stop]):
    by = serializers.CharField(allow_blank=True, help_text="empty where nobody knows who owns the song any more")
    at = serializers.DateTimeField(allow_null=True)
    country = serializers.CharField(
        allow_blank=True, help_text="where you are now, if `by` has permitted nothing there; empty where a yes ended"
    )


class RemixRefundSerializer(serializers.ModelSerializer[RemixRefund]):
    paid_by = serializers.CharField(help_text="card, or credit: a request of your tier, which you can use again")

    class Meta:
        model = RemixRefund
        fields = ["by", "stopped_at", "at", "paid_by", "amount", "currency"]


class ExperienceSerializer(serializers.ModelSerializer[Experience]):
    artist = serializers.CharField(source="artist.name")
    mark_words = serializers.CharField()
    text = serializers.SerializerMethodField(
        help_text="of a remix: its recipe, limits and files, as JSON; null once it was erased, withdrawn or stopped"
    )
    sound = serializers.SerializerMethodField(help_text="of a remix: where to listen to it; null where the text is")
    why = serializers.SerializerMethodField(
        help_text="why you got it, as facts and as a sentence made of them; null where the text is"
    )
    salt = serializers.SerializerMethodField(
        help_text="with it and the text you can check the receipt's commitment; null where the text is"
    )
    stopped = StopSerializer(
        allow_null=True, help_text="where a yes behind it ended: by whom and since when; its text is null then"
    )
    refund = RemixRefundSerializer(
        allow_null=True, read_only=True, help_text="of a remix: what was paid back because it stopped soon"
    )
    receipt = serializers.SerializerMethodField(help_text="the unlisted address of its receipt")

    class Meta:
        model = Experience
        fields = [
            "id", "artist", "kind", "text", "sound", "mark", "mark_words", "why", "salt",
            "delivered_at", "opened_at", "withdrawn_at", "stopped", "refund", "receipt",
        ]  # fmt: skip

    def get_receipt(self, experience: Experience) -> str:
        return f"/r/{experience.receipt_key}"

    def get_why(self, experience: Experience) -> dict[str, Any] | None:
        if not experience.why or experience.is_hidden:
            return None
        return {**experience.why, "sentence": experience.reason_sentence}

    def get_text(self, experience: Experience) -> str | None:
        return None if experience.is_hidden else experience.text

    def get_sound(self, experience: Experience) -> str | None:
        if self.get_text(experience) is None or not experience.is_sound:
            return None
        return reverse("experience-sound", args=[experience.pk, STREAM])

    def get_salt(self, experience: Experience) -> str | None:
        return None if experience.is_hidden else experience.salt


class NewestDeliveredFirst(StrictCursorPagination):
    ordering = "-delivered_at"


class ExperienceListView(generics.ListAPIView[Experience]):
    """List what you received, newest first."""

    serializer_class = ExperienceSerializer
    pagination_class = NewestDeliveredFirst
    queryset = Experience.objects.none()

    def get_queryset(self) -> QuerySet[Experience]:
        return experiences.received_by(get_person(self.request)).select_related("artist", "refund")


class ExperienceDetailView(generics.RetrieveAPIView[Experience]):
    """Read one of your experiences."""

    serializer_class = ExperienceSerializer
    queryset = Experience.objects.none()

    def get_object(self) -> Experience:
        own = experiences.received_by(get_person(self.request)).select_related("artist", "refund")
        return get_object_or_404(own, pk=self.kwargs["pk"])

    @extend_schema(request=None, responses=ExperienceSerializer)
    def post(self, request: Request, pk: str) -> Response:
        """Mark it as opened."""
        experience = self.get_object()
        experiences.mark_opened(experience, by=get_person(request))
        return Response(self.get_serializer(experience).data, status=status.HTTP_200_OK)


class ListenSerializer(StrictSerializer, serializers.ModelSerializer[Listen]):
    counts = serializers.SerializerMethodField(help_text="false for a duplicate, and for what is set aside or deleted")
    duplicate_reason = serializers.ChoiceField(DuplicateReason.choices, allow_blank=True, read_only=True)
    is_separate = serializers.BooleanField(help_text="you said that it is a play of its own; change it to count one")
    is_being_deleted = serializers.SerializerMethodField()

    class Meta:
        model = Listen
        fields = [
            "id", "started_at", "title", "artist_credit", "album", "client", "origin", "counts", "duplicate_of",
            "duplicate_reason", "is_separate", "is_being_deleted",
        ]  # fmt: skip
        read_only_fields = [name for name in fields if name != "is_separate"]

    def get_counts(self, listen: Listen) -> bool:
        return not (listen.duplicate_of_id or listen.set_aside or listen.retracted_at)

    def get_is_being_deleted(self, listen: Listen) -> bool:
        return listen.retracted_at is not None


class NewestStartedFirst(StrictCursorPagination):
    ordering = "-started_at"


class ListenListView(generics.ListAPIView[Listen]):
    """List your listens, newest first, with the duplicates among them."""

    serializer_class = ListenSerializer
    pagination_class = NewestStartedFirst
    queryset = Listen.objects.none()

    def get_queryset(self) -> QuerySet[Listen]:
        return Listen.objects.filter(person=get_person(self.request))


class ListenDetailView(APIView):
    """Read, correct or delete one of your listens."""

    serializer_class = ListenSerializer

    def get(self, request: Request, pk: int) -> Response:
        """Read one of your listens."""
        return Response(ListenSerializer(self.get_listen(request, pk)).data)

    def patch(self, request: Request, pk: int) -> Response:
        """Count a duplicate as a play of its own, or take that back."""
        listen = self.get_listen(request, pk)
        serializer = ListenSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        separate = serializer.validated_data["is_separate"]
        engagement.set_separate(listen, separate=separate, by=get_person(request).actor)
        listen.refresh_from_db()
        return Response(ListenSerializer(listen).data)

    @extend_schema(responses={status.HTTP_204_NO_CONTENT: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Delete one of your listens, and its duplicates. It stays deleted, also if it is sent again."""
        retraction.retract(self.get_listen(request, pk), by=get_person(request).actor)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def get_listen(self, request: Request, pk: int) -> Listen:
        return get_object_or_404(Listen, person=get_person(request), pk=pk)
