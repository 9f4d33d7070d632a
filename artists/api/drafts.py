"""The review queue over HTTP: see what waits, say yes, change it, say no."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.requests import get_person
from artists import eligibility, review
from artists.api.programs import get_studio_artist
from artists.models import Draft, Moment
from web.pagination import StrictCursorPagination


class DraftSerializer(serializers.ModelSerializer[Draft]):
    program = serializers.CharField(source="version.program.name")

    class Meta:
        model = Draft
        fields = [
            "id", "program", "state", "reason", "revision", "text", "maker", "facts", "parts", "mark", "credit",
            "written_at", "deadline", "decided_at", "deliver_after",
        ]  # fmt: skip
        extra_kwargs = {
            "text": {"help_text": "as it would reach the fan; null once it was erased, or while the fan is opted out"},
            "facts": {"help_text": "what it was made from, for the reviewer; null as the text is"},
        }

    def to_representation(self, instance: Draft) -> dict[str, Any]:
        """Greeted by name as a rule, so the words go with the name."""
        shown = super().to_representation(instance)
        return shown if instance.stands else {**shown, "text": None, "facts": None}


class DeadlinePagination(StrictCursorPagination):
    ordering = ("deadline", "id")


class DraftsView(generics.ListAPIView[Draft]):
    """The review queue, or the drafts in any other state with what became of them."""

    serializer_class = DraftSerializer
    pagination_class = DeadlinePagination
    queryset = Draft.objects.none()

    def get_queryset(self) -> QuerySet[Draft]:
        artist = get_studio_artist(self.request, self.kwargs["slug"])
        state = self.request.query_params.get("state", Draft.State.PENDING)
        if state not in Draft.State.values:
            raise serializers.ValidationError({"state": f"One of {', '.join(Draft.State.values)}."})
        drafts = Draft.objects.filter(artist=artist, state=state).select_related("version__program")
        return eligibility.annotate_eligibility(drafts)

    @extend_schema(parameters=[OpenApiParameter("state", enum=Draft.State.values, default="pending")])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class RefusedMomentSerializer(serializers.ModelSerializer[Moment]):
    program = serializers.CharField(source="program.name")

    class Meta:
        model = Moment
        fields = ["id", "program", "point", "reason", "noticed_at"]


class NewestPagination(StrictCursorPagination):
    ordering = "-id"


class RefusedMomentsView(generics.ListAPIView[Moment]):
    """The moments that got no draft, and why; without saying whose they were."""

    serializer_class = RefusedMomentSerializer
    pagination_class = NewestPagination
    queryset = Moment.objects.none()

    def get_queryset(self) -> QuerySet[Moment]:
        artist = get_studio_artist(self.request, self.kwargs["slug"])
        refused = Moment.objects.filter(program__artist=artist, state=Moment.State.REFUSED)
        return refused.select_related("program")


class DraftView(APIView):
    """One draft of a team you are in; any other is not there."""

    @extend_schema(responses=DraftSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return Response(DraftSerializer(review.get_draft(pk, by=get_person(request))).data)


class ApproveSerializer(serializers.Serializer[dict[str, Any]]):
    revision = serializers.IntegerField(help_text="the revision that you saw; another is refused")


class ApproveView(APIView):
    """Say yes to exactly this."""

    @extend_schema(request=ApproveSerializer, responses=DraftSerializer)
    def post(self, request: Request, pk: int) -> Response:
        asked = ApproveSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        return Response(DraftSerializer(review.approve(pk, by=get_person(request), **asked.validated_data)).data)


class EditSerializer(serializers.Serializer[dict[str, Any]]):
    text = serializers.CharField(max_length=4000, trim_whitespace=False)
    revision = serializers.IntegerField(help_text="the revision that you changed; another is refused")


class EditView(APIView):
    """Put your own words; the mark follows. A principal's edit is an approval."""

    @extend_schema(request=EditSerializer, responses=DraftSerializer)
    def post(self, request: Request, pk: int) -> Response:
        asked = EditSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        return Response(DraftSerializer(review.edit(pk, by=get_person(request), **asked.validated_data)).data)


class DeclineSerializer(serializers.Serializer[dict[str, Any]]):
    reason = serializers.CharField(max_length=280, required=False, allow_blank=True)
    revision = serializers.IntegerField(help_text="the revision that you saw; another is refused")


class DeclineView(APIView):
    """Say no. The fan hears nothing."""

    @extend_schema(request=DeclineSerializer, responses=DraftSerializer)
    def post(self, request: Request, pk: int) -> Response:
        asked = DeclineSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        return Response(DraftSerializer(review.decline(pk, by=get_person(request), **asked.validated_data)).data)


class UndoView(APIView):
    """Take an approval or a decline back within the team's grace: the draft waits again."""

    @extend_schema(request=None, responses=DraftSerializer)
    def post(self, request: Request, pk: int) -> Response:
        return Response(DraftSerializer(review.undo(pk, by=get_person(request))).data)
