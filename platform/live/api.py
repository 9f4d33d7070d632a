"""A person's own notices over HTTP, for a page whose socket does not get through."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from live import notices
from live.models import Notice

PAGE_SIZE = 200


class NoticesQuerySerializer(serializers.Serializer[Any]):
    after = serializers.IntegerField(
        min_value=0, max_value=2**63 - 1, default=0, help_text="The last sequence you know."
    )


class NoticeSerializer(serializers.ModelSerializer[Notice]):
    class Meta:
        model = Notice
        fields = ("sequence", "kind", "reference", "at")


class NoticesSerializer(serializers.Serializer[Any]):
    newest = serializers.IntegerField(help_text="Your newest sequence. Ask again until you have got it.")
    resync = serializers.BooleanField(
        help_text="True when notices that you ask for were deleted: fetch everything again that notices tell you about."
    )
    notices = NoticeSerializer(many=True, help_text=f"Oldest first, at most {PAGE_SIZE}.")


class NoticesView(APIView):
    @extend_schema(operation_id="notices", parameters=[NoticesQuerySerializer], responses=NoticesSerializer)
    def get(self, request: Request) -> Response:
        """List your own notices after the last sequence you know."""
        query = NoticesQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        after = query.validated_data["after"]
        person: UUID = request.user.id  # type: ignore[assignment]  # IsAuthenticated lets nobody else in
        newest = notices.newest_sequences([person])[person]
        rows = notices.list_after(person, after, PAGE_SIZE)
        resync = notices.has_gap(rows, after=after, limit=PAGE_SIZE, newest=newest)
        return Response(NoticesSerializer({"newest": newest, "resync": resync, "notices": rows}).data)
