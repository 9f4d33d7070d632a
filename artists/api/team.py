"""An artist's team over the API: its members, its invitations and its review settings."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import invitations
from accounts.models import MAX_EMAIL_LENGTH, Invitation, Member
from accounts.reauthentication import require_recent_password
from accounts.requests import get_person
from artists import invitation_mail, programs
from artists.api.access import StudioView
from artists.models import ReviewSettings
from web.serializers import JSONSerializer


class MemberSerializer(serializers.ModelSerializer[Member]):
    email = serializers.EmailField(source="person.email")

    class Meta:
        model = Member
        fields = ["email", "role"]


class InvitationSerializer(JSONSerializer, serializers.ModelSerializer[Invitation]):
    email = serializers.EmailField(max_length=MAX_EMAIL_LENGTH)

    class Meta:
        model = Invitation
        fields = ["id", "email", "role", "expires_at"]
        read_only_fields = ["expires_at"]


class TeamView(StudioView):
    @extend_schema(responses=MemberSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """List the members of the artist's team, in the order in which they joined."""
        members = self.get_artist().team.members.select_related("person").order_by("id")
        return Response(MemberSerializer(members, many=True).data)

    @extend_schema(request=InvitationSerializer, responses={202: InvitationSerializer})
    def post(self, request: Request, slug: str) -> Response:
        """Invite an address to the team by mail. Whoever reads the mail becomes a member by accepting.

        A principal or an owner invites, with a password typed in the last ten minutes. Only staff names principals.
        """
        artist = self.get_artist()
        serializer = InvitationSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        invitations.require_may_invite(artist.team, serializer.validated_data["role"], by=get_person(request))
        require_recent_password(request)
        invitation = invitation_mail.invite(artist, by=get_person(request), **serializer.validated_data)
        return Response(InvitationSerializer(invitation).data, status=status.HTTP_202_ACCEPTED)


class ReviewSettingsSerializer(JSONSerializer, serializers.ModelSerializer[ReviewSettings]):
    class Meta:
        model = ReviewSettings
        fields = ["grace_seconds"]
        extra_kwargs = {
            "grace_seconds": {
                "required": True,
                "max_value": programs.MAX_GRACE_SECONDS,
                "help_text": "the time to undo a decision",
            }
        }


class ReviewSettingsView(StudioView):
    @extend_schema(responses=ReviewSettingsSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """Show for how many seconds the team can undo a decision."""
        return Response(ReviewSettingsSerializer(programs.get_review_settings(self.get_artist())).data)

    @extend_schema(request=ReviewSettingsSerializer, responses=ReviewSettingsSerializer)
    def put(self, request: Request, slug: str) -> Response:
        """Set for how many seconds the team can undo a decision. A principal or an owner does this."""
        artist = self.get_artist()
        serializer = ReviewSettingsSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        settings = programs.set_review_settings(artist, by=get_person(request), **serializer.validated_data)
        return Response(ReviewSettingsSerializer(settings).data)
