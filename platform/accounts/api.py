"""The API of one's own account: name, time zone, roles, and the tokens of scrobblers."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import tokens
from accounts.models import Member, Person, Token
from accounts.people import clean_name, normalise_name
from accounts.reauthentication import require_recent_password
from accounts.requests import get_person
from web.serializers import StrictSerializer


class RoleSerializer(serializers.ModelSerializer[Member]):
    team = serializers.IntegerField(source="team_id")
    name = serializers.CharField(source="team.name")

    class Meta:
        model = Member
        fields = ["team", "name", "role"]


class MeSerializer(StrictSerializer, serializers.ModelSerializer[Person]):
    roles = RoleSerializer(source="memberships", many=True, read_only=True)

    class Meta:
        model = Person
        fields = ["handle", "name", "time_zone", "roles"]
        read_only_fields = ["handle"]

    def validate_name(self, name: str) -> str:
        return clean_name(name)


@method_decorator(never_cache, "dispatch")
class MeView(APIView):
    """Show the signed-in person, with their roles in teams."""

    @extend_schema(operation_id="me", responses=MeSerializer)
    def get(self, request: Request) -> Response:
        return Response(MeSerializer(self._load_person(request)).data)

    @extend_schema(operation_id="me_change", request=MeSerializer, responses=MeSerializer)
    def patch(self, request: Request) -> Response:
        """Change your time zone, or the name by which artists may greet you; an empty name removes it."""
        serializer = MeSerializer(self._load_person(request), data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        serializer.save()
        return Response(serializer.data)

    @staticmethod
    def _load_person(request: Request) -> Person:
        people = Person.objects.prefetch_related("memberships__team")
        return people.get(pk=get_person(request).pk)


class TokenSerializer(StrictSerializer, serializers.ModelSerializer[Token]):
    class Meta:
        model = Token
        fields = ["id", "name", "created_at"]
        read_only_fields = ["created_at"]

    def validate_name(self, name: str) -> str:
        if not (name := normalise_name(name)):
            raise serializers.ValidationError("Name the scrobbler that will use it, for example: my phone.")
        return name


class NewTokenSerializer(TokenSerializer):
    secret = serializers.CharField(read_only=True, help_text="shown this once; keep it where the scrobbler asks for it")

    class Meta(TokenSerializer.Meta):
        fields = [*TokenSerializer.Meta.fields, "secret"]


@method_decorator(never_cache, "dispatch")
class TokensView(APIView):
    """List your tokens that are not revoked, newest first. There are at most 50, on one page."""

    @extend_schema(operation_id="tokens", responses=TokenSerializer(many=True))
    def get(self, request: Request) -> Response:
        own = Token.objects.usable().filter(person=get_person(request)).order_by("-id")
        return Response(TokenSerializer(own, many=True).data)

    @extend_schema(operation_id="token_make", request=TokenSerializer, responses={201: NewTokenSerializer})
    def post(self, request: Request) -> Response:
        """Create a token, with a password typed in the last ten minutes. Only this response contains its secret."""
        serializer = TokenSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        require_recent_password(request)
        person = get_person(request)
        token, secret = tokens.create(person, serializer.validated_data["name"], by=person)
        token.refresh_from_db(fields=["created_at"])
        return Response({**TokenSerializer(token).data, "secret": secret}, status=status.HTTP_201_CREATED)


class TokenView(APIView):
    @extend_schema(operation_id="token_revoke", responses={204: None})
    def delete(self, request: Request, pk: int) -> HttpResponse:
        """Revoke one of your tokens. Whatever it sends from now on is refused."""
        own = Token.objects.usable().filter(person=get_person(request))
        tokens.revoke(get_object_or_404(own, pk=pk), by=get_person(request))
        return Response(status=status.HTTP_204_NO_CONTENT)
