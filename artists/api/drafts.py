"""Drafts over the API: list them, read one, decide it. Also the moments that got no draft."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from accounts.reauthentication import did_recently_authenticate
from accounts.requests import get_person
from artists import eligibility, marks, review
from artists.api.access import get_studio_artist
from artists.models import Draft, Moment
from artists.word_findings import find_in_words
from web.pagination import NewestPagination, StrictCursorPagination
from web.serializers import JSONSerializer


class FindingSerializer(JSONSerializer):
    code = serializers.CharField()
    text = serializers.CharField()
    position = serializers.IntegerField(help_text="the first character, counted from 0")
    reason = serializers.CharField()


class DraftSerializer(serializers.ModelSerializer[Draft]):
    program = serializers.CharField(source="version.program.name")
    waits_for = serializers.ListField(
        child=serializers.CharField(), help_text="the rightsholders that an awaiting draft still waits for"
    )
    parts = serializers.SerializerMethodField(help_text="who or what made each part, for the receipt")
    findings = serializers.SerializerMethodField(
        help_text="words of a model that a person has to judge, each with its reason"
    )

    class Meta:
        model = Draft
        fields = [
            "id", "program", "state", "reason", "revision", "text", "maker", "facts", "findings", "parts", "mark",
            "credit", "replaces", "written_at", "deadline", "decided_at", "deliver_after", "waits_for",
        ]  # fmt: skip
        extra_kwargs = {
            "text": {"help_text": "as it would reach the fan; null once it was erased, or while the fan is opted out"},
            "facts": {"help_text": "what it was made from, for the reviewer; null as the text is"},
        }

    def get_parts(self, draft: Draft) -> list[dict[str, str]]:
        return marks.derive_parts(draft)

    @extend_schema_field(FindingSerializer(many=True))
    def get_findings(self, draft: Draft) -> list[dict[str, Any]]:
        return list(FindingSerializer(find_in_words(draft), many=True).data)

    def to_representation(self, instance: Draft) -> dict[str, Any]:
        """Without the text where the fan is opted out: most texts greet the fan by name."""
        data = super().to_representation(instance)
        return data if instance.opted_in else {**data, "text": None, "facts": None, "findings": []}


class DeadlinePagination(StrictCursorPagination):
    ordering = ("deadline", "id")


class DraftsView(generics.ListAPIView[Draft]):
    serializer_class = DraftSerializer
    pagination_class = DeadlinePagination
    queryset = Draft.objects.none()

    def get_queryset(self) -> QuerySet[Draft]:
        artist = get_studio_artist(self.request, self.kwargs["slug"])
        state = self.request.query_params.get("state", Draft.State.PENDING)
        if state not in Draft.State.values:
            raise serializers.ValidationError({"state": f"One of {', '.join(Draft.State.values)}."})
        drafts = Draft.objects.filter(artist=artist, state=state).select_related("artist", "version__program")
        return eligibility.annotate_eligibility(drafts)

    @extend_schema(parameters=[OpenApiParameter("state", enum=Draft.State.values, default="pending")])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the drafts in one state, earliest deadline first. Without a state: the review queue."""
        return super().get(request, *args, **kwargs)


class RefusedMomentSerializer(serializers.ModelSerializer[Moment]):
    program = serializers.CharField(source="program.name")

    class Meta:
        model = Moment
        fields = ["id", "program", "point", "reason", "noticed_at"]


class RefusedMomentsView(generics.ListAPIView[Moment]):
    """List the moments that got no draft, and why. The fans are not named."""

    serializer_class = RefusedMomentSerializer
    pagination_class = NewestPagination
    queryset = Moment.objects.none()

    def get_queryset(self) -> QuerySet[Moment]:
        artist = get_studio_artist(self.request, self.kwargs["slug"])
        refused = Moment.objects.filter(program__artist=artist, state=Moment.State.REFUSED)
        return refused.select_related("program")


class ApproveSerializer(JSONSerializer):
    revision = serializers.IntegerField(help_text="the revision that you saw; another is refused")


class EditSerializer(JSONSerializer):
    text = serializers.CharField(max_length=4000, trim_whitespace=False)
    revision = serializers.IntegerField(help_text="the revision that you changed; another is refused")


class DeclineSerializer(JSONSerializer):
    reason = serializers.CharField(max_length=280, required=False, allow_blank=True)
    revision = serializers.IntegerField(help_text="the revision that you saw; another is refused")


class DraftViewSet(ViewSet):
    """One draft of an artist in whose team you are. Any other draft is a 404."""

    @extend_schema(responses=DraftSerializer)
    def retrieve(self, request: Request, pk: int) -> Response:
        """Show a draft."""
        return Response(DraftSerializer(review.get_draft(pk, by=get_person(request))).data)

    @extend_schema(request=ApproveSerializer, responses=DraftSerializer)
    def approve(self, request: Request, pk: int) -> Response:
        """Approve a draft with exactly the text that you saw.

        Words that a person typed need a password typed in the last ten minutes.
        """
        return self._decide(ApproveSerializer(data=request.data), fresh=did_recently_authenticate(request))

    @extend_schema(request=EditSerializer, responses=DraftSerializer)
    def edit(self, request: Request, pk: int) -> Response:
        """Edit a draft's text. A principal's edit approves it; the edits of others wait for a principal.

        A principal's own words need a password typed in the last ten minutes.
        """
        return self._decide(EditSerializer(data=request.data), fresh=did_recently_authenticate(request))

    @extend_schema(request=DeclineSerializer, responses=DraftSerializer)
    def decline(self, request: Request, pk: int) -> Response:
        """Decline a draft. The fan gets nothing and is not told."""
        return self._decide(DeclineSerializer(data=request.data))

    @extend_schema(request=None, responses=DraftSerializer)
    def undo(self, request: Request, pk: int) -> Response:
        """Undo an approval or a decline while the team's time to undo lasts. The draft is pending again."""
        return self._decide(serializers.Serializer(data={}))

    def _decide(self, serializer: serializers.Serializer[Any], **freshness: bool) -> Response:
        """Call the function of `review` that has the name of the action, and show the draft as it is then."""
        serializer.is_valid(raise_exception=True)
        decide = getattr(review, self.action)
        draft = decide(self.kwargs["pk"], by=get_person(self.request), **serializer.validated_data, **freshness)
        return Response(DraftSerializer(draft).data)
