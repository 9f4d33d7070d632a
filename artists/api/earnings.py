"""What a party earned and was paid, over the API: statements, what is owed, and payouts. For who manages its team."""

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import roles
from accounts.requests import get_person
from artists import payout_page
from artists.models import Statement, StatementHold, StatementLine
from artists.royalties import statement_page, statement_words
from billing import payees
from billing.models import PayeeAccount, PayoutLine
from catalog.models import Artist
from rights import parties
from rights.models import Party
from web.pagination import NewestPagination, StrictCursorPagination

STAGES = ("off", "new", "asked", "checking", "ready", "manual")
AMOUNTS = ["opening", "earned", "returned", "paid", "closing", "recouped", "held", "released", "still_held",
           "recoverable"]  # fmt: skip


class StatementSerializer(serializers.ModelSerializer[Statement]):
    """Amounts are in minor units; what is owed to the party is above zero."""

    month = serializers.CharField(source="closed_month.month", help_text="YYYYMM, in UTC")
    closed_at = serializers.DateTimeField(source="closed_month.closed_at")
    head = serializers.CharField(source="closed_month.head", help_text="of the ledger's chain of hashes")

    class Meta:
        model = Statement
        fields = ["id", "month", "currency", "book", *AMOUNTS, "line_count", "closed_at", "head", "content_hash"]


class StatementLineSerializer(serializers.ModelSerializer[StatementLine]):
    class Meta:
        model = StatementLine
        fields = [
            "number", "kind", "month", "use", "income", "artist_name", "tier_name", "interval", "role", "title", "isrc",
            "iswc", "scheme_version", "fee_bearer", "units", "gross", "tax", "fee", "basis", "share", "amount",
        ]  # fmt: skip


class StatementHoldSerializer(serializers.ModelSerializer[StatementHold]):
    reason = serializers.SerializerMethodField()
    released = serializers.SerializerMethodField()

    class Meta:
        model = StatementHold
        fields = ["title", "amount", "reason", "released"]

    def get_reason(self, hold: StatementHold) -> str:
        return statement_words.describe_hold(hold)

    def get_released(self, hold: StatementHold) -> bool:
        return hold.release_id is not None


class WholeStatementSerializer(StatementSerializer):
    lines = serializers.SerializerMethodField()
    holds = serializers.SerializerMethodField()
    csv = serializers.SerializerMethodField(help_text="the path of the file whose SHA-256 is content_hash")

    class Meta(StatementSerializer.Meta):
        fields = [*StatementSerializer.Meta.fields, "party_name", "lines", "holds", "csv"]

    @extend_schema_field(StatementLineSerializer(many=True))
    def get_lines(self, statement: Statement) -> Any:
        return StatementLineSerializer(statement.lines.order_by("number"), many=True).data

    @extend_schema_field(StatementHoldSerializer(many=True))
    def get_holds(self, statement: Statement) -> Any:
        return StatementHoldSerializer(statement_page.list_holds(statement), many=True).data

    def get_csv(self, statement: Statement) -> str:
        return str(self.context["csv"])


class PayoutSerializer(serializers.ModelSerializer[PayoutLine]):
    run = serializers.CharField(source="run.name")

    class Meta:
        model = PayoutLine
        fields = ["id", "run", "book", "currency", "amount", "recouped", "state", "reason", "method", "amount_reversed",
                  "created_at", "sent_at"]  # fmt: skip


class OwedSerializer(serializers.Serializer[Any]):
    currency = serializers.CharField()
    payable = serializers.IntegerField()
    held = serializers.IntegerField()
    recoverable = serializers.IntegerField(help_text="what the party owes us")
    minimum = serializers.IntegerField(help_text="less than this waits for more")


class StandingSerializer(serializers.Serializer[Any]):
    account = serializers.ChoiceField(choices=STAGES, help_text="how far it is with saying where the money goes")
    country = serializers.CharField(allow_blank=True, help_text="of the account; empty without one")
    owed = OwedSerializer(many=True)
    next_payouts_on = serializers.DateTimeField(allow_null=True)


class NewestPayoutFirst(StrictCursorPagination):
    ordering = ("-created_at", "-id")


class PartyView(APIView):
    """Base of views of one party. Amounts are for those who manage its team: everybody else gets a 404."""

    def get_csv_path(self, statement: int) -> str:
        """Where the file of a statement is."""
        return reverse("studio-statement-csv", args=[self.kwargs["slug"], statement])

    def get_party(self) -> Party:
        artist = get_object_or_404(Artist, slug=self.kwargs["slug"])
        if not roles.may_manage(roles.role_of(get_person(self.request), artist.team_id)):
            raise Http404
        return parties.get_artist_party(artist)


class StatementsView(PartyView, generics.ListAPIView[Statement]):
    """List the party's statements, the newest first."""

    serializer_class = StatementSerializer
    pagination_class = NewestPagination
    queryset = Statement.objects.none()

    def get_queryset(self) -> QuerySet[Statement]:
        of_party = Statement.objects.filter(party=self.get_party(), book=settings.PAYMENTS)
        return of_party.select_related("closed_month")


class StatementView(PartyView):
    @extend_schema(responses=WholeStatementSerializer)
    def get(self, request: Request, pk: int, **kwargs: Any) -> Response:
        """Get a statement with its lines and with what it holds back."""
        statement = statement_page.get_or_404(self.get_party(), pk, may_see=True)
        context = {"csv": self.get_csv_path(pk)}
        return Response(WholeStatementSerializer(statement, context=context).data)


class PayoutsView(PartyView, generics.ListAPIView[PayoutLine]):
    """List what was paid out to the party, and what was not and why, the newest first."""

    serializer_class = PayoutSerializer
    pagination_class = NewestPayoutFirst
    queryset = PayoutLine.objects.none()

    def get_queryset(self) -> QuerySet[PayoutLine]:
        return PayoutLine.objects.filter(party=self.get_party(), book=settings.PAYMENTS).select_related("run")


class StandingView(PartyView):
    @extend_schema(responses=StandingSerializer)
    def get(self, request: Request, **kwargs: Any) -> Response:
        """Get what is owed to the party in each currency, and whether it can be paid out."""
        party = self.get_party()
        account = payees.find_account(party)
        standing = {
            "account": payout_page.find_stage(account),
            "country": _get_country(account),
            "owed": list(payout_page.list_owed(party)),
            "next_payouts_on": payout_page.next_day(),
        }
        return Response(StandingSerializer(standing).data)


def _get_country(account: PayeeAccount | None) -> str:
    return (account.country or "") if account else ""
