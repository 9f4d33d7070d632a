"""The API for fans about requests: what an artist offers, asking, following and taking back."""

import json
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import Person
from accounts.requests import get_person
from artists.models import Draft, ExperienceRequest, Program, ProgramVersion
from artists.models.requests import MAX_NOTE, MAX_RECIPIENT
from artists.requests import asking, consent_text, endings, following, paying, prices
from artists.requests.asking import Wish
from artists.requests.consent_text import Words
from artists.requests.terms import load_terms
from billing.authorisations import SAID_OVER
from billing.exceptions import BillingError, Unpayable
from catalog.models import Artist
from fans.payment_refusals import describe_refusal
from web.serializers import IdField, StrictSerializer

MAX_LISTED = 100


class PriceSerializer(serializers.Serializer[Any]):
    paid_by = serializers.ChoiceField(choices=ExperienceRequest.PaidBy.choices)
    amount = serializers.IntegerField(allow_null=True, help_text="in minor units, where a card pays")
    currency = serializers.CharField(allow_blank=True)
    left = serializers.IntegerField(help_text="free tries, or requests of your tier, with this one")


class RequestOfferSerializer(serializers.Serializer[Any]):
    program = serializers.IntegerField()
    name = serializers.CharField()
    version = serializers.IntegerField(help_text="of the signed offer")
    days = serializers.IntegerField(help_text="within which an answer comes at most")
    occasions = serializers.ListField(child=serializers.CharField())
    relations = serializers.ListField(child=serializers.CharField())
    events = serializers.ListField(child=serializers.CharField())
    has_day = serializers.BooleanField(help_text="you may name a day")
    has_song = serializers.BooleanField(help_text="you may name a song of the artist")
    price = PriceSerializer(allow_null=True, help_text="what would pay for a request of yours now")
    words = serializers.CharField(allow_blank=True, help_text="what you agree to by asking")
    payment_words = serializers.CharField(allow_blank=True, help_text="and of what pays for it")
    immediate_start = serializers.CharField(
        allow_blank=True, help_text="what `start_now` agrees to; empty where no card pays"
    )
    words_hash = serializers.CharField(
        allow_blank=True,
        help_text="SHA-256 of the three that are not empty, each on its line; a request sends it back. All four are "
        "empty where nothing would pay",
    )


class NewRequestSerializer(StrictSerializer):
    program = IdField(help_text="of an offer")
    recipient = serializers.CharField(max_length=MAX_RECIPIENT, help_text="a first name")
    occasion = serializers.CharField(max_length=20)
    relation = serializers.CharField(max_length=20, required=False, allow_blank=True)
    event = serializers.CharField(max_length=20, required=False, allow_blank=True)
    day = serializers.DateField(required=False, allow_null=True)
    recording = IdField(required=False, allow_null=True)
    note = serializers.CharField(
        max_length=MAX_NOTE, required=False, allow_blank=True, help_text="a line to the team; no part of the message"
    )
    may_share_name = serializers.BooleanField(help_text="you may share the name of the person whom it greets")
    words_hash = serializers.CharField(max_length=64, help_text="of the offer, as you saw it")
    start_now = serializers.BooleanField(default=False, help_text="you agree to `immediate_start`")


class RequestSerializer(serializers.ModelSerializer[ExperienceRequest]):
    artist = serializers.SlugField(source="artist.slug")
    kind = serializers.ChoiceField(source="program.kind", choices=Program.Kind.choices)
    recipe = serializers.SerializerMethodField(help_text="of a remix; null of a message")
    deadline = serializers.SerializerMethodField(help_text="until when a draft that waits is decided")
    ending_words = serializers.SerializerMethodField()

    class Meta:
        model = ExperienceRequest
        fields = [
            "id", "artist", "kind", "program", "state", "ending", "ending_words", "recipient", "occasion", "relation",
            "event",
            "day", "recording", "recipe", "note", "paid_by", "amount", "currency", "deadline", "created_at",
            "ended_at",
        ]  # fmt: skip

    @extend_schema_field(serializers.JSONField(allow_null=True))
    def get_recipe(self, request: ExperienceRequest) -> Any:
        return json.loads(request.remix.recipe) if request.program.kind == Program.Kind.REMIX else None

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_deadline(self, request: ExperienceRequest) -> str | None:
        return request.draft_deadline.isoformat() if request.draft_deadline else None

    def get_ending_words(self, request: ExperienceRequest) -> str:
        return endings.describe(endings.Event(request.ending), request.program.kind) if request.ending else ""


class PaymentSerializer(serializers.Serializer[Any]):
    url = serializers.CharField(help_text="where the card is held")


class StartedRequestSerializer(RequestSerializer):
    url = serializers.SerializerMethodField(help_text="where a card is held; empty where none pays, or cannot now")
    payment_problem = serializers.SerializerMethodField(help_text="why a card cannot be held now; empty if it can")

    class Meta(RequestSerializer.Meta):
        fields = [*RequestSerializer.Meta.fields, "url", "payment_problem"]

    def get_url(self, request: ExperienceRequest) -> str:
        return str(self.context["url"])

    def get_payment_problem(self, request: ExperienceRequest) -> str:
        return str(self.context["payment_problem"])


class RequestOffersView(APIView):
    @extend_schema(responses=RequestOfferSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """List what you can ask an artist for."""
        person, artist = get_person(request), get_object_or_404(Artist, slug=slug)
        return Response(
            [RequestOfferSerializer(_describe(version, person)).data for version in asking.list_offers(artist)]
        )


class RequestsView(APIView):
    @extend_schema(responses=RequestSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List what you asked for, the newest first; at most 100."""
        return Response(RequestSerializer(_requests(request).order_by("-pk")[:MAX_LISTED], many=True).data)

    @extend_schema(request=NewRequestSerializer, responses={201: StartedRequestSerializer})
    def post(self, request: Request) -> Response:
        """Ask for a message. Where a card pays, `url` leads to where it is held; the team gets it after that.

        The request is stored also where no card can be held now: `payment` tries again, for two hours.
        """
        serializer = NewRequestSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        chosen = dict(serializer.validated_data)
        offers = ProgramVersion.objects.offers().select_related("artist")
        version = offers.filter(program=chosen.pop("program")).first()
        if version is None:
            raise serializers.ValidationError({"program": ["Nothing can be asked for there."]})
        words_hash, starts_now = chosen.pop("words_hash"), chosen.pop("start_now")
        person = get_person(request)
        asked = asking.ask(person, version, Wish(**chosen), words_hash=words_hash, starts_now=starts_now)
        return Response(answer_asked(request, asked), status=status.HTTP_201_CREATED)


class RequestView(APIView):
    @extend_schema(responses=RequestSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Where a request of yours stands."""
        return Response(RequestSerializer(get_object_or_404(_requests(request), pk=pk)).data)

    @extend_schema(request=None, responses={200: RequestSerializer})
    def delete(self, request: Request, pk: int) -> Response:
        """Take a request back, until somebody decided."""
        following.take_back(get_object_or_404(_requests(request), pk=pk), by=get_person(request))
        return Response(RequestSerializer(_requests(request).get(pk=pk)).data)


class RequestPaymentView(APIView):
    @extend_schema(request=None, responses=PaymentSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Where the card is held for a request of yours that is not paid for yet."""
        asked = get_object_or_404(_requests(request), pk=pk)
        if asked.state != ExperienceRequest.State.PAYING:
            raise Unpayable(SAID_OVER)
        return Response(PaymentSerializer({"url": paying.start(asked).url}).data)


class RequestNoteView(APIView):
    @extend_schema(request=None, responses={200: RequestSerializer})
    def delete(self, request: Request, pk: int) -> Response:
        """Erase your line to the team."""
        asked = get_object_or_404(_requests(request), pk=pk)
        asking.erase_words(asked, by=get_person(request).actor, note_only=True)
        return Response(RequestSerializer(_requests(request).get(pk=pk)).data)


def answer_asked(request: Request, asked: ExperienceRequest) -> dict[str, Any]:
    """What a client reads of a request that was just stored, with where a card is held for it."""
    return StartedRequestSerializer(_requests(request).get(pk=asked.pk), context=_start_payment(asked)).data


def _start_payment(asked: ExperienceRequest) -> dict[str, str]:
    if asked.state != ExperienceRequest.State.PAYING:
        return {"url": "", "payment_problem": ""}
    try:
        return {"url": paying.start(asked).url, "payment_problem": ""}
    except BillingError as error:
        return {"url": "", "payment_problem": describe_refusal(error)}


def _describe(version: ProgramVersion, person: Person) -> dict[str, Any]:
    price = prices.find_price(person, version)
    words = Words.of(version, price) if price else None
    return {
        **load_terms(version.terms).to_dict(),
        "program": version.program_id,
        "name": version.program.name,
        "version": version.version,
        "days": consent_text.find_days(version),
        "price": price,
        **describe_words(words),
    }


def describe_words(words: Words | None) -> dict[str, str]:
    """What a fan agrees to by asking, and its hash; empty where nothing would pay."""
    return {
        "words": words.asking if words else "",
        "payment_words": words.payment if words else "",
        "immediate_start": words.immediate_start if words else "",
        "words_hash": words.words_hash if words else "",
    }


def _requests(request: Request) -> QuerySet[ExperienceRequest]:
    own = ExperienceRequest.objects.filter(person=get_person(request))
    waiting = Draft.objects.filter(moment=OuterRef("moment"), state=Draft.State.PENDING)
    added = {"draft_deadline": Subquery(waiting.order_by("pk").values("deadline")[:1])}
    return own.select_related("artist", "person", "program", "version", "remix").annotate(**added)
