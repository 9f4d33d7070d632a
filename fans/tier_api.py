"""The API for fans about tiers: what is on sale, an order, and what became of it."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import consents
from accounts.requests import get_person
from billing import offers, subscription_changes, terms
from billing.introductory_prices import IntroductoryPrice
from billing.models import Checkout, Promotion, Subscription, TierPrice
from billing.models.promotions import MAX_CODE
from billing.offers import Offer
from catalog.models import Artist
from fans import orders, wrong_codes
from ledger.models import Book
from web.serializers import IdField, StrictSerializer

PAYMENTS = [*Book.values, "off"]


class TierPriceSerializer(serializers.ModelSerializer[TierPrice]):
    class Meta:
        model = TierPrice
        fields = ["id", "interval", "currency", "amount"]


class PromotionSerializer(serializers.ModelSerializer[Promotion]):
    class Meta:
        model = Promotion
        fields = ["id", "percent", "months", "redeem_by"]


class OfferedPriceSerializer(TierPriceSerializer):
    """A price on sale. The context has the fan's `introductory_prices` at this artist."""

    trial_days = serializers.SerializerMethodField(help_text="that are free for you")
    first_amount = serializers.SerializerMethodField(help_text="what you pay first, in minor units")
    promotion = serializers.SerializerMethodField(help_text="that lowers it for you")
    words = serializers.SerializerMethodField(help_text="what you agree to by ordering, in words")
    words_hash = serializers.SerializerMethodField(help_text="SHA-256 of `words`; an order sends it back")

    class Meta(TierPriceSerializer.Meta):
        fields = [*TierPriceSerializer.Meta.fields, "trial_days", "first_amount", "promotion", "words", "words_hash"]

    def get_trial_days(self, price: TierPrice) -> int:
        return self._choose(price).trial_days

    def get_first_amount(self, price: TierPrice) -> int:
        return self._choose(price).compute_first_amount(price)

    @extend_schema_field(PromotionSerializer(allow_null=True))
    def get_promotion(self, price: TierPrice) -> Any:
        promotion = self._choose(price).promotion
        return PromotionSerializer(promotion).data if promotion else None

    def get_words(self, price: TierPrice) -> str:
        return terms.write_paper(price, self._choose(price))

    def get_words_hash(self, price: TierPrice) -> str:
        return consents.digest(self.get_words(price))

    def _choose(self, price: TierPrice) -> IntroductoryPrice:
        chosen: IntroductoryPrice = self.context["introductory_prices"].choose(price)
        return chosen


class OfferSerializer(serializers.Serializer[Offer]):
    tier = serializers.IntegerField(source="version.tier_id")
    version = serializers.IntegerField(source="version.version")
    name = serializers.CharField(source="version.name")
    included = serializers.ListField(child=serializers.CharField(), help_text="what fans get, in words")
    terms_hash = serializers.CharField(source="version.terms_hash", help_text="SHA-256 of these terms")
    prices = OfferedPriceSerializer(many=True, help_text="in your currency; none: it is not sold in it")
    own = serializers.BooleanField(source="is_own", help_text="you have it")


class OrderSerializer(serializers.ModelSerializer[Checkout]):
    name = serializers.CharField(source="price.version.name")
    price = TierPriceSerializer()

    class Meta:
        model = Checkout
        fields = ["id", "status", "name", "price", "created_at", "expires_at"]


class TierOffersSerializer(serializers.Serializer[Any]):
    payments = serializers.ChoiceField(
        choices=PAYMENTS, help_text="which money is paid here; simulated: no money moves"
    )
    may_pay = serializers.BooleanField(help_text="you are 18 or older")
    currency = serializers.CharField(allow_blank=True, help_text="that you pay in")
    currencies = serializers.ListField(
        child=serializers.CharField(), help_text="to choose from; empty while something is ordered or bought"
    )
    tiers = OfferSerializer(many=True)
    order = OrderSerializer(allow_null=True, help_text="yours of this artist, open or paid")
    immediate_start = serializers.CharField(help_text="what `start_now` agrees to")


class CodeSerializer(StrictSerializer):
    code = serializers.CharField(
        max_length=MAX_CODE, required=False, allow_blank=True, default="", help_text="of a promotion"
    )


class NewOrderSerializer(CodeSerializer):
    price = IdField(help_text="of a tier on sale")
    words_hash = serializers.CharField(max_length=64, help_text="of the words of the price, as you saw them")
    start_now = serializers.BooleanField(help_text="you agree to the terms and to `immediate_start`")


class StartedOrderSerializer(OrderSerializer):
    url = serializers.URLField(help_text="where it is paid")

    class Meta(OrderSerializer.Meta):
        fields = [*OrderSerializer.Meta.fields, "url"]


class RunningSerializer(serializers.ModelSerializer[Subscription]):
    class Meta:
        model = Subscription
        fields = ["cancel_at_period_end", "period_end"]


class TierOffersView(APIView):
    @extend_schema(parameters=[CodeSerializer], responses=TierOffersSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """List what you can buy of an artist, in your currency."""
        artist, person = get_object_or_404(Artist, slug=slug), get_person(request)
        given = CodeSerializer(data=request.query_params)
        given.is_valid(raise_exception=True)
        code = wrong_codes.read_code(person, artist.pk, given.validated_data["code"])
        found = offers.find_offers(artist, person, code=code)
        answer = {name: getattr(found, name) for name in ("may_pay", "currency", "currencies", "tiers")}
        answer |= {"payments": settings.PAYMENTS, "immediate_start": terms.IMMEDIATE_START}
        context = {"introductory_prices": found.introductory_prices}
        return Response(TierOffersSerializer({**answer, "order": found.live}, context=context).data)


class OrdersView(APIView):
    @extend_schema(request=NewOrderSerializer, responses={201: StartedOrderSerializer})
    def post(self, request: Request, slug: str) -> Response:
        """Order a tier at one price, or go on with the order of it. Nothing is paid or given by this."""
        artist = get_object_or_404(Artist, slug=slug)
        serializer = NewOrderSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        prices = TierPrice.objects.filter(artist=artist, book=settings.PAYMENTS)
        price = get_object_or_404(prices, pk=serializer.validated_data["price"])
        chosen = serializer.validated_data
        agreed, words_hash = chosen["start_now"], chosen["words_hash"]
        person = get_person(request)
        code = wrong_codes.read_code(person, artist.pk, chosen["code"])
        session = orders.start(person, price, agreed=agreed, words_hash=words_hash, code=code)
        order = _orders(request).get(pk=session.client_reference_id)
        answer = {**OrderSerializer(order).data, "url": session.url}
        return Response(answer, status=status.HTTP_201_CREATED)


class OrderView(APIView):
    @extend_schema(responses=OrderSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """What became of an order of yours."""
        return Response(OrderSerializer(get_object_or_404(_orders(request), pk=pk)).data)


class CancelOrderView(APIView):
    @extend_schema(request=None, responses=RunningSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """Cancel what you bought with an order. It runs to the end of what is paid."""
        return _set_ending(request, pk, ends=True)


class ResumeOrderView(APIView):
    @extend_schema(request=None, responses=RunningSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """Let what you canceled go on, as long as it has not ended."""
        return _set_ending(request, pk, ends=False)


def _set_ending(request: Request, pk: UUID, *, ends: bool) -> Response:
    order = get_object_or_404(_orders(request), pk=pk)
    running = subscription_changes.set_order_ending(order, ends=ends, by=get_person(request))
    return Response(RunningSerializer(running).data)


def _orders(request: Request) -> Any:
    return Checkout.objects.filter(person=get_person(request)).select_related("price__version")
