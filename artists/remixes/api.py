"""The API for fans about remixes: what can be made of a song, what is on one's desk, and asking for it."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import Person
from accounts.requests import get_person
from ai.remix import canonical
from ai.remix.check import OutOfBounds, check
from ai.remix.recipe import schema
from artists.exceptions import NotOffered
from artists.remixes import asking, offers
from artists.requests import consent_text, prices
from artists.requests.api import PriceSerializer, StartedRequestSerializer, answer_asked, describe_words
from fans.desk import state, words
from fans.desk.state import Desk
from fans.models import RemixOffer
from web.serializers import StrictSerializer


class ChangeSerializer(serializers.Serializer[Any]):
    what = serializers.CharField()
    how = serializers.CharField()


class RemixDeskSerializer(serializers.Serializer[Any]):
    recording = serializers.IntegerField()
    title = serializers.CharField()
    version = serializers.IntegerField(help_text="of the limits that the artist signed")
    limits = serializers.JSONField(
        help_text="a JSON schema of recipes inside them; order and length are checked besides"
    )
    recipe = serializers.JSONField(help_text="what is on your desk")
    changes = ChangeSerializer(many=True)
    length = serializers.CharField(help_text="of the remix, in minutes and seconds")
    days = serializers.IntegerField(allow_null=True, help_text="within which an answer comes at most")
    price = PriceSerializer(allow_null=True, help_text="what would pay for a request of yours now")
    words = serializers.CharField(allow_blank=True, help_text="what you agree to by asking for exactly this")
    payment_words = serializers.CharField(allow_blank=True, help_text="and of what pays for it")
    immediate_start = serializers.CharField(allow_blank=True, help_text="what `start_now` agrees to")
    words_hash = serializers.CharField(
        allow_blank=True, help_text="a request sends it back; empty where nothing would pay, or nothing is offered"
    )


class NewRecipeSerializer(StrictSerializer):
    recipe = serializers.JSONField(help_text="inside `limits`")


class NewRemixRequestSerializer(StrictSerializer):
    words_hash = serializers.CharField(max_length=64, help_text="of the desk, as you saw it")
    start_now = serializers.BooleanField(default=False, help_text="you agree to `immediate_start`")


class RemixDeskView(APIView):
    @extend_schema(responses=RemixDeskSerializer)
    def get(self, request: Request, slug: str, pk: int) -> Response:
        """What you can make of a song, what is on your desk, and what asking for it would cost."""
        return Response(RemixDeskSerializer(_describe(_open_desk(get_person(request), slug, pk))).data)

    @extend_schema(request=NewRecipeSerializer, responses=RemixDeskSerializer)
    def put(self, request: Request, slug: str, pk: int) -> Response:
        """Put a recipe on your desk."""
        desk = _open_desk(get_person(request), slug, pk)
        serializer = NewRecipeSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        try:
            recipe = check(desk.envelope, desk.source, canonical.write(serializer.validated_data["recipe"]))
        except OutOfBounds as error:
            raise serializers.ValidationError({"recipe": str(error).split("; ")}) from error
        state.change(desk, recipe)
        return Response(RemixDeskSerializer(_describe(desk)).data)


class RemixRequestsView(APIView):
    @extend_schema(request=NewRemixRequestSerializer, responses={201: StartedRequestSerializer})
    def post(self, request: Request, slug: str, pk: int) -> Response:
        """Ask for what is on your desk. Where a card pays, `url` leads to where it is held."""
        person = get_person(request)
        desk = _open_desk(person, slug, pk)
        serializer = NewRemixRequestSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        chosen = serializer.validated_data
        version = offers.find_offer(desk.offer.artist)
        if version is None:
            raise NotOffered("The artist takes no requests for remixes at the moment.")
        asked = asking.ask(person, version, desk, words_hash=chosen["words_hash"], starts_now=chosen["start_now"])
        return Response(answer_asked(request, asked), status=status.HTTP_201_CREATED)


def _open_desk(person: Person, slug: str, pk: int) -> Desk:
    found = RemixOffer.objects.open().filter(recording=pk, artist__slug=slug)
    offer = found.select_related("artist", "recording", "source").first()
    if offer is None:
        raise Http404
    return state.open_desk(person, offer)


def _describe(desk: Desk) -> dict[str, Any]:
    version = offers.find_offer(desk.offer.artist)
    price = prices.find_price(desk.row.person, version) if version else None
    agreed = asking.write_words(version, price, desk=desk) if version and price else None
    return {
        "recording": desk.offer.recording_id,
        "title": desk.offer.recording.title,
        "version": desk.offer.version,
        "limits": schema(desk.envelope, desk.source),
        "recipe": canonical.as_json(desk.recipe),
        "changes": [{"what": what, "how": how} for what, how in words.describe(desk.source, desk.recipe)],
        "length": words.describe_length(desk.source, desk.recipe),
        "days": consent_text.find_days(version) if version else None,
        "price": price,
        **describe_words(agreed),
    }
