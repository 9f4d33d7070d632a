"""The API for fans about gifts: what can be given, what became of a gift, and redeeming one."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import consents
from accounts.models import Person
from accounts.requests import get_person
from billing import gift_terms, gifts, offers
from billing.models import Gift, TierPrice
from billing.models.gifts import MONTHS
from catalog.models import Artist
from fans import gift_links, wrong_codes
from fans.tier_api import PAYMENTS
from web.serializers import IdField, StrictSerializer


class GiftLengthSerializer(serializers.Serializer[Any]):
    months = serializers.IntegerField()
    amount = serializers.IntegerField(help_text="what you pay, once, in minor units")
    words = serializers.CharField(help_text="what you agree to by ordering, in words")
    words_hash = serializers.CharField(help_text="SHA-256 of `words`; an order sends it back")


class GiftOfferSerializer(serializers.ModelSerializer[TierPrice]):
    """A monthly price, which has its version."""

    price = serializers.IntegerField(source="pk", help_text="an order sends it back")
    name = serializers.CharField(source="version.name", help_text="of the tier")
    included = serializers.SerializerMethodField(help_text="what it includes, in words")
    lengths = serializers.SerializerMethodField()

    class Meta:
        model = TierPrice
        fields = ["price", "name", "currency", "included", "lengths"]

    def get_included(self, price: TierPrice) -> list[str]:
        return gift_terms.list_included(price)

    @extend_schema_field(GiftLengthSerializer(many=True))
    def get_lengths(self, price: TierPrice) -> Any:
        return GiftLengthSerializer([_describe_length(price, months) for months in MONTHS], many=True).data


class GiftOffersSerializer(serializers.Serializer[Any]):
    payments = serializers.ChoiceField(
        choices=PAYMENTS, help_text="which money is paid here; simulated: no money moves"
    )
    may_pay = serializers.BooleanField(help_text="you are 18 or older")
    gifts = GiftOfferSerializer(many=True, help_text="in your currency")


class NewGiftSerializer(StrictSerializer):
    price = IdField(help_text="of what can be given")
    months = serializers.IntegerField(min_value=1, max_value=MONTHS[-1], help_text="one of the lengths")
    words_hash = serializers.CharField(max_length=64, help_text="of the words of this length, as you saw them")
    agreed = serializers.BooleanField(help_text="you agree to the words")


class GiftSerializer(serializers.ModelSerializer[Gift]):
    artist = serializers.SlugField(source="artist.slug")
    name = serializers.CharField(source="price.version.name", help_text="of the tier")
    link = serializers.SerializerMethodField(help_text="whoever has it can redeem the gift; null where nobody can")

    class Meta:
        model = Gift
        fields = [
            "id", "status", "artist", "name", "months", "amount", "currency", "link", "redeem_by", "redeemed_at",
            "back_wanted_at", "expires_at", "created_at",
        ]  # fmt: skip
        extra_kwargs = {"back_wanted_at": {"help_text": "when you took it back, or its time to redeem it was over"}}

    def get_link(self, gift: Gift) -> str | None:
        is_there = gift.status == Gift.Status.PAID and gift.redeemed_at is None and gift.back_wanted_at is None
        return gift_links.link_redemption(gift) if is_there else None


class StartedGiftSerializer(GiftSerializer):
    url = serializers.URLField(help_text="where it is paid")

    class Meta(GiftSerializer.Meta):
        fields = [*GiftSerializer.Meta.fields, "url"]


class GivenSerializer(serializers.ModelSerializer[Gift]):
    """A gift as its recipient sees it. It says neither who gave it nor what it cost."""

    artist = serializers.SlugField(source="artist.slug")
    name = serializers.CharField(source="price.version.name", help_text="of the tier")
    included = serializers.SerializerMethodField(help_text="what it includes, in words")
    problem = serializers.SerializerMethodField(help_text="why you cannot redeem it now; empty where you can")

    class Meta:
        model = Gift
        fields = ["artist", "name", "months", "included", "redeem_by", "redeemed_at", "problem"]

    def get_included(self, gift: Gift) -> list[str]:
        return gift_terms.list_included(gift.price)

    def get_problem(self, gift: Gift) -> str:
        return gifts.find_problem(gift, self.context["person"])


class GiftOffersView(APIView):
    @extend_schema(responses=GiftOffersSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """List what you can give of an artist, in your currency: so many months of a tier at its monthly price."""
        found = offers.find_offers(get_object_or_404(Artist, slug=slug), get_person(request))
        monthly = [offer.month for offer in found.tiers if offer.month]
        answer = {"payments": settings.PAYMENTS, "may_pay": found.may_pay, "gifts": monthly}
        return Response(GiftOffersSerializer(answer).data)

    @extend_schema(request=NewGiftSerializer, responses={201: StartedGiftSerializer})
    def post(self, request: Request, slug: str) -> Response:
        """Order a gift. Nothing is paid or given by this; once it is paid, it has a link to pass on."""
        serializer = NewGiftSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        sent, person = serializer.validated_data, get_person(request)
        price = get_object_or_404(TierPrice, artist__slug=slug, book=settings.PAYMENTS, pk=sent["price"])
        agreed, words_hash = sent["agreed"], sent["words_hash"]
        session = gift_links.start(person, price, sent["months"], agreed=agreed, words_hash=words_hash)
        gift = gifts.find_given(person).get(session_id=session.id)
        return Response({**GiftSerializer(gift).data, "url": session.url}, status=status.HTTP_201_CREATED)


class GiftsView(APIView):
    @extend_schema(responses=GiftSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List the newest gifts that you gave or are about to pay."""
        return Response(GiftSerializer(gifts.list_given(get_person(request)), many=True).data)


class GiftView(APIView):
    @extend_schema(responses=GiftSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """What became of a gift of yours."""
        return Response(GiftSerializer(get_object_or_404(gifts.find_given(get_person(request)), pk=pk)).data)


class TakeBackGiftView(APIView):
    @extend_schema(request=None, responses=GiftSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """Take a gift back that nobody redeemed. You get everything back, and nobody can redeem it any more."""
        person = get_person(request)
        gifts.take_back(get_object_or_404(gifts.find_given(person), pk=pk), by=person)
        return Response(GiftSerializer(gifts.find_given(person).get(pk=pk)).data)


class RedeemGiftView(APIView):
    """The token is the part of a gift's link before `/redeem`."""

    @extend_schema(responses=GivenSerializer)
    def get(self, request: Request, token: str) -> Response:
        """What somebody gives to whoever has the link."""
        person = get_person(request)
        return Response(GivenSerializer(_find_given(token, person), context={"person": person}).data)

    @extend_schema(request=None, responses=GivenSerializer)
    def post(self, request: Request, token: str) -> Response:
        """Redeem a gift: you have the tier from now on. You pay nothing, and who gave it does not learn who you are."""
        person = get_person(request)
        gift = _find_given(token, person)
        gifts.redeem(gift, person)
        gift.refresh_from_db(fields=["redeemed_at"])
        return Response(GivenSerializer(gift, context={"person": person}).data)


def _find_given(token: str, person: Person) -> Gift:
    """The gift of a link. Raises Http404, and Throttled after too many wrong links."""
    if wrong_codes.is_blocked(person):
        raise Throttled(wrong_codes.HOUR, wrong_codes.SAID_TOO_MANY)
    return wrong_codes.get_gift_or_404(person, token)


def _describe_length(price: TierPrice, months: int) -> dict[str, Any]:
    words = gift_terms.write_paper(price, months)
    amount, words_hash = price.amount * months, consents.digest(words)
    return {"months": months, "amount": amount, "words": words, "words_hash": words_hash}
