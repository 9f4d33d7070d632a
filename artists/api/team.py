"""An artist's team over the API: its members, its invitations and its review settings."""

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import invitations, roles
from accounts.exceptions import InvitationOver
from accounts.models import MAX_EMAIL_LENGTH, Invitation, Member, Team
from accounts.reauthentication import require_recent_password
from accounts.requests import get_person
from artists import invitation_mail, programs
from artists.api.access import StudioView
from artists.forms import ROLE_CHOICES
from artists.models import ReviewSettings
from web.serializers import JSONSerializer, StrictSerializer


class MemberSerializer(serializers.ModelSerializer[Member]):
    email = serializers.EmailField(source="person.email")

    class Meta:
        model = Member
        fields = ["id", "email", "role"]


class RoleSerializer(StrictSerializer):
    role = serializers.ChoiceField(choices=ROLE_CHOICES)


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


class TeamPartView(APIView):
    """Base of the views of one member or invitation, of which `pk` of the URL is the id."""

    def get_team(self) -> Team:
        """For a member of the team; Http404 for everybody else."""
        raise NotImplementedError


class MemberActions(TeamPartView):
    @extend_schema(request=RoleSerializer, responses=MemberSerializer)
    def patch(self, request: Request, pk: int, **path: Any) -> Response:
        """Change a member's role. Whoever signs or an owner does it, with a recent password."""
        team, by = self.get_team(), get_person(request)
        member = _get_member(team, pk)
        serializer = RoleSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        if roles.may_manage(roles.role_of(by, team.pk)):
            require_recent_password(request)
        roles.add_member(team, member.person, serializer.validated_data["role"], by=by)
        return Response(MemberSerializer(_get_member(team, pk)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int, **path: Any) -> Response:
        """Remove a member. Whoever signs or an owner does this; everybody may leave."""
        team = self.get_team()
        roles.remove_member(team, _get_member(team, pk).person, by=get_person(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class InvitationsActions(TeamPartView):
    @extend_schema(responses=InvitationSerializer(many=True))
    def get(self, request: Request, **path: Any) -> Response:
        """List the open invitations, oldest first. Nobody but whoever signs and owners see any."""
        team = self.get_team()
        may_see = roles.may_manage(roles.role_of(get_person(request), team.pk))
        return Response(InvitationSerializer(invitations.list_open(team) if may_see else (), many=True).data)


class InvitationActions(TeamPartView):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int, **path: Any) -> Response:
        """Cancel an open invitation, so that its link stops working. Whoever signs or an owner does this."""
        invitation = get_object_or_404(Invitation.objects.select_related("team"), pk=pk, team=self.get_team())
        try:
            invitations.revoke(invitation, by=get_person(request))
        except InvitationOver as error:
            raise Http404 from error
        return Response(status=status.HTTP_204_NO_CONTENT)


def _get_member(team: Team, pk: int) -> Member:
    return get_object_or_404(Member.objects.select_related("person"), pk=pk, team=team)


class StudioTeamView(StudioView):
    def get_team(self) -> Team:
        return self.get_artist().team


class MemberView(StudioTeamView, MemberActions):
    pass


class InvitationsView(StudioTeamView, InvitationsActions):
    pass


class InvitationView(StudioTeamView, InvitationActions):
    pass


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
