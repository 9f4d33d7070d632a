"""The promotions of an artist over the API, for the artist's team."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.requests import get_person
from artists.api.access import StudioView
from billing import promotions, tiers
from billing.models import Promotion
from billing.models.promotions import MAX_CODE, MAX_MONTHS, MAX_PERCENT, MAX_PLACES
from web.exceptions import Conflict
from web.serializers import IdField, StrictSerializer


class StudioPromotionSerializer(serializers.ModelSerializer[Promotion]):
    used = serializers.SerializerMethodField(help_text="how many fans ordered with it")

    class Meta:
        model = Promotion
        fields = ["id", "tier", "percent", "months", "code", "places", "used", "redeem_by", "ended_at", "created_at"]

    def get_used(self, promotion: Promotion) -> int:
        used: int = getattr(promotion, "used", 0)  # one that was just made is not counted
        return used


class NewPromotionSerializer(StrictSerializer):
    tier = IdField(required=False, allow_null=True, default=None, help_text="which one; null: all tiers")
    percent = serializers.IntegerField(min_value=1, max_value=MAX_PERCENT, help_text="that the price is lower")
    months = serializers.IntegerField(
        min_value=1, max_value=MAX_MONTHS, help_text="of a monthly price; of a yearly one, the first year is lower"
    )
    redeem_by = serializers.DateTimeField(
        validators=[promotions.validate_end], help_text="until when fans can order with it, within a year"
    )
    places = serializers.IntegerField(
        min_value=1, max_value=MAX_PLACES, required=False, allow_null=True, default=None,
        help_text="for how many fans; null: as many as like",
    )  # fmt: skip
    code = serializers.CharField(
        max_length=MAX_CODE, required=False, allow_blank=True, default="", validators=[promotions.validate_code],
        help_text="4 to 20 letters and digits that a fan types; empty: the lower price is shown to everybody",
    )  # fmt: skip


class PromotionsView(StudioView):
    @extend_schema(responses=StudioPromotionSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """List all promotions that the artist ever had, the newest first."""
        return Response(StudioPromotionSerializer(promotions.list_all(self.get_artist()), many=True).data)

    @extend_schema(request=NewPromotionSerializer, responses={201: StudioPromotionSerializer})
    def post(self, request: Request, slug: str) -> Response:
        """Make a promotion, which begins at once. A principal, an owner or an editor does this."""
        artist = self.get_artist()
        serializer = NewPromotionSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        sent: dict[str, Any] = {**serializer.validated_data}
        if sent["tier"] is not None:
            sent["tier"] = tiers.find_tiers(artist).filter(pk=sent["tier"]).first()
            if sent["tier"] is None:
                raise Conflict({"tier": ["This artist has no such tier."]})
        made = promotions.create(artist, **sent, by=get_person(request))
        return Response(StudioPromotionSerializer(made).data, status=status.HTTP_201_CREATED)


class EndPromotionView(StudioView):
    @extend_schema(request=None, responses=StudioPromotionSerializer)
    def post(self, request: Request, slug: str, pk: int) -> Response:
        """End a promotion: nobody orders with it any more, and who has ordered keeps the lower price."""
        artist = self.get_artist()
        promotions.end(get_object_or_404(artist.promotions.select_related("artist"), pk=pk), by=get_person(request))
        return Response(StudioPromotionSerializer(promotions.count_uses(artist.promotions.filter(pk=pk)).get()).data)
