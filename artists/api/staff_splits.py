"""The staff's API of split schemes: how income from a use is divided between roles. A scheme never changes."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.reauthentication import require_recent_password
from accounts.requests import get_person
from artists.api.access import IsStaff
from artists.validation import validate_visible
from rights import agreement_terms, split_schemes
from rights.models import FeeBearer, SplitLine, SplitScheme
from rights.shares import WHOLE, Role, describe_gap
from web.serializers import JSONSerializer, StrictSerializer

USES = [(use.value, use.label) for use in agreement_terms.USES]


class NewSplitLineSerializer(JSONSerializer):
    role = serializers.ChoiceField(choices=Role.choices)
    share = serializers.IntegerField(min_value=1, max_value=WHOLE, help_text="in basis points")


class NewSplitSchemeSerializer(StrictSerializer):
    use = serializers.ChoiceField(choices=USES)
    tier_class = serializers.CharField(
        max_length=40, required=False, default="", validators=[validate_visible], help_text="none: every tier"
    )
    fee_bearer = serializers.ChoiceField(
        choices=FeeBearer.choices, required=False, default=FeeBearer.PLATFORM, help_text="who pays card fees"
    )
    lines = NewSplitLineSerializer(many=True, help_text="each role once; the shares add up to 10,000")

    def validate_lines(self, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if len({line["role"] for line in lines}) < len(lines):
            raise serializers.ValidationError("A role is there more than once.")
        total = sum(line["share"] for line in lines)
        if total != WHOLE:
            raise serializers.ValidationError(f"The shares {describe_gap(total)}.")
        return lines


class SplitLineSerializer(serializers.ModelSerializer[SplitLine]):
    class Meta:
        model = SplitLine
        fields = ["role", "share"]


class SplitSchemeSerializer(serializers.ModelSerializer[SplitScheme]):
    use = serializers.ChoiceField(choices=USES)
    lines = SplitLineSerializer(many=True)

    class Meta:
        model = SplitScheme
        fields = ["id", "use", "tier_class", "version", "fee_bearer", "lines"]


class SplitSchemesView(APIView):
    permission_classes = [IsStaff]

    @extend_schema(responses=SplitSchemeSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List all split schemes by use, the newest version first."""
        schemes = SplitScheme.objects.prefetch_related("lines").order_by("use", "tier_class", "-version")
        return Response(SplitSchemeSerializer(schemes, many=True).data)

    @extend_schema(request=NewSplitSchemeSerializer, responses={201: SplitSchemeSerializer})
    def post(self, request: Request) -> Response:
        """Store the next version of a split scheme, with a password typed in the last ten minutes.

        Agreements that name an older version keep it.
        """
        serializer = NewSplitSchemeSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        said = serializer.validated_data
        require_recent_password(request)
        shares = {line["role"]: line["share"] for line in said["lines"]}
        facts = {"tier_class": said["tier_class"], "fee_bearer": said["fee_bearer"]}
        scheme = split_schemes.add_scheme(said["use"], shares, by=get_person(request), **facts)
        return Response(SplitSchemeSerializer(scheme).data, status=status.HTTP_201_CREATED)
