"""The tiers of an artist over the API, for the artist's team."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.reauthentication import did_recently_authenticate
from accounts.requests import get_person
from artists.api.access import StudioView
from artists.validation import validate_visible
from billing import tiers
from billing.models import Interval, Tier, TierPrice, TierVersion
from billing.models.tiers import MAX_NAME
from billing.tier_terms import MAX_LINE, MAX_LINES, MAX_PROGRAMS, MAX_REQUESTS, IncludedProgram, Price, TierTerms
from catalog.models import Artist
from web.exceptions import Conflict
from web.serializers import IdField, JSONSerializer, StrictSerializer


class TierAmountSerializer(JSONSerializer):
    interval = serializers.ChoiceField(choices=Interval.choices)
    currency = serializers.CharField(min_length=3, max_length=3, help_text="ISO 4217, one that is offered here")
    amount = serializers.IntegerField(
        min_value=1, max_value=99_999_999, help_text="in minor units, VAT included: 400 are €4.00, 600 are ¥600"
    )


class NewTierVersionSerializer(StrictSerializer):
    name = serializers.CharField(max_length=MAX_NAME, validators=[validate_visible])
    prices = serializers.ListField(
        child=TierAmountSerializer(), max_length=100, help_text="one of each currency and interval"
    )
    requests_a_month = serializers.IntegerField(min_value=0, max_value=MAX_REQUESTS, default=0)
    has_downloads = serializers.BooleanField(default=False)
    trial_days = serializers.IntegerField(min_value=0, default=0, help_text="free at the start, for each fan once")
    programs = serializers.ListField(
        child=IdField(), default=list, max_length=MAX_PROGRAMS, help_text="ids of the artist's programs"
    )
    lines = serializers.ListField(
        child=serializers.CharField(max_length=MAX_LINE), default=list, max_length=MAX_LINES,
        help_text="what else is included, in the artist's words",
    )  # fmt: skip

    def terms(self, artist: Artist) -> TierTerms:
        """The terms that were sent. Only for a valid serializer."""
        sent = self.validated_data
        found = {program.pk: program for program in artist.programs.filter(pk__in=sent["programs"])}
        if unknown := set(sent["programs"]) - found.keys():
            raise Conflict({"programs": [f"No program of this artist has the id {min(unknown)}."]})
        return TierTerms(
            name=sent["name"],
            prices=tuple(Price(**price) for price in sent["prices"]),
            requests_a_month=sent["requests_a_month"],
            has_downloads=sent["has_downloads"],
            trial_days=sent["trial_days"],
            programs=tuple(IncludedProgram(key, program.name) for key, program in found.items()),
            lines=tuple(sent["lines"]),
        )


class TierProgramSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()


class TierVersionSerializer(serializers.ModelSerializer[TierVersion]):
    prices = TierAmountSerializer(many=True)
    programs = TierProgramSerializer(many=True)
    lines = serializers.ListField(child=serializers.CharField())
    signed = serializers.SerializerMethodField()

    class Meta:
        model = TierVersion
        fields = [
            "version", "name", "prices", "requests_a_month", "has_downloads", "trial_days", "programs", "lines",
            "terms_hash", "signed", "created_at",
        ]  # fmt: skip

    def get_signed(self, version: TierVersion) -> bool:
        return version.decision_id is not None


class TierSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    position = serializers.IntegerField(help_text="its place on the page, 0 first")
    tier_class = serializers.CharField(help_text="what agreements that are about some tiers alone call it")
    newest = TierVersionSerializer()
    current = TierVersionSerializer(allow_null=True, help_text="the version that was signed last")
    on_sale = serializers.BooleanField(help_text="whether fans can buy it with the money that this site runs on")
    created_at = serializers.DateTimeField()


class OneTierSerializer(TierSerializer):
    missing = serializers.ListField(child=serializers.CharField(), help_text="what keeps it from being sold, in words")


class NewTierSerializer(NewTierVersionSerializer):
    tier_class = serializers.CharField(
        max_length=40, default="", allow_blank=True, validators=[validate_visible],
        help_text="what agreements that are about some tiers alone call it",
    )  # fmt: skip


class TiersView(StudioView):
    @extend_schema(responses=TierSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """List the artist's tiers that are not archived, in their order."""
        artist = self.get_artist()
        sold = set(TierPrice.objects.on_sale().filter(artist=artist).values_list("version_id", flat=True))
        rows = [_show(tier, newest, on_sale=tier.current_id in sold) for tier, newest in tiers.list_newest(artist)]
        return Response(TierSerializer(rows, many=True).data)

    @extend_schema(request=NewTierSerializer, responses={201: OneTierSerializer})
    def post(self, request: Request, slug: str) -> Response:
        """Write a tier. Nobody can buy it until a principal signs a version of it."""
        artist = self.get_artist()
        serializer = NewTierSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        tier_class = serializer.validated_data["tier_class"]
        version = tiers.create(artist, serializer.terms(artist), by=get_person(request), tier_class=tier_class)
        return Response(_serialize(version.tier), status=status.HTTP_201_CREATED)


class TierView(StudioView):
    def get_tier(self) -> Tier:
        return get_object_or_404(tiers.find_tiers(self.get_artist()), pk=self.kwargs["pk"])


class OneTierView(TierView):
    @extend_schema(responses=OneTierSerializer)
    def get(self, request: Request, slug: str, pk: int) -> Response:
        """One tier, and what keeps it from being sold."""
        return Response(_serialize(self.get_tier()))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, slug: str, pk: int) -> Response:
        """Archive a tier: it is sold to nobody any more, and who has it keeps it. A principal or an owner does this."""
        tiers.archive(self.get_tier(), by=get_person(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class TierVersionsView(TierView):
    @extend_schema(responses=TierVersionSerializer(many=True))
    def get(self, request: Request, slug: str, pk: int) -> Response:
        """List the versions of a tier, newest first."""
        return Response(TierVersionSerializer(self.get_tier().versions.order_by("-version"), many=True).data)

    @extend_schema(request=NewTierVersionSerializer, responses={201: TierVersionSerializer})
    def post(self, request: Request, slug: str, pk: int) -> Response:
        """Add a version to a tier. What is on sale stays so until a principal signs this one."""
        tier = self.get_tier()
        serializer = NewTierVersionSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        version = tiers.edit(tier, serializer.terms(tier.artist), by=get_person(request))
        return Response(TierVersionSerializer(version).data, status=status.HTTP_201_CREATED)


class SellTierView(TierView):
    @extend_schema(request=None, responses=OneTierSerializer)
    def post(self, request: Request, slug: str, pk: int, version: int) -> Response:
        """Sign a version and sell it, as a principal with a password typed in the last ten minutes."""
        versions = TierVersion.objects.select_related("tier__artist")
        signed = get_object_or_404(versions, tier=self.get_tier(), version=version)
        tiers.put_on_sale(signed, by=get_person(request), fresh=did_recently_authenticate(request))
        return Response(_serialize(self.get_tier()))


def _show(tier: Tier, newest: TierVersion, *, on_sale: bool) -> dict[str, Any]:
    columns = {name: getattr(tier, name) for name in ("position", "tier_class", "current", "created_at")}
    return {"id": tier.pk, "newest": newest, "on_sale": on_sale, **columns}


def _serialize(tier: Tier) -> Any:
    newest = tier.versions.order_by("-version")[0]
    shown = _show(tier, newest, on_sale=tiers.is_sold(tier))
    return OneTierSerializer({**shown, "missing": tiers.find_missing(tier)}).data
