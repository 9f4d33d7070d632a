"""The API for the platform's staff about ages: lower that of somebody who is younger than they said."""

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import ages
from accounts.reauthentication import require_recent_password
from accounts.requests import get_person
from artists.api.access import IsStaff
from artists.api.staff import find_person
from web.serializers import StrictSerializer


class LowerAgeSerializer(StrictSerializer):
    email = serializers.EmailField()
    age_band = serializers.ChoiceField(choices=["13_15", "16_17"])
    reason = serializers.CharField(max_length=200, help_text="how we know; kept in the history")


class LowerAgeView(APIView):
    permission_classes = [IsStaff]

    @extend_schema(request=LowerAgeSerializer, responses={204: None})
    def post(self, request: Request) -> Response | HttpResponse:
        """Lower somebody's age, with a password typed in the last ten minutes.

        What they pay for ends, what is held is let go, and the open period is paid back.
        """
        require_recent_password(request)
        serializer = LowerAgeSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        data = serializer.validated_data
        person = find_person("email", data["email"])
        ages.lower(person, data["age_band"], by=get_person(request), reason=data["reason"])
        return Response(status=204)
