"""A rightsholder's own team over the API: its members and invitations."""

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import invitations, roles
from accounts.models import Team
from accounts.reauthentication import require_recent_password
from accounts.requests import get_person
from artists import invitation_mail
from artists.api.team import (
    InvitationActions,
    InvitationsActions,
    InvitationSerializer,
    MemberActions,
    MemberSerializer,
)
from artists.label.api.access import LabelView


class OwnTeamView(LabelView):
    def get_team(self) -> Team:
        """The team, for its own members. Whoever only acts for the party gets a 404."""
        team = self.label.party.team
        if team is None or roles.role_of(self.label.person, team.pk) is None:
            raise Http404
        return team


class LabelTeamView(OwnTeamView):
    @extend_schema(responses=MemberSerializer(many=True))
    def get(self, request: Request, party: int) -> Response:
        """List the members of the rightsholder's own team, in the order in which they joined."""
        members = self.get_team().members.select_related("person").order_by("id")
        return Response(MemberSerializer(members, many=True).data)

    @extend_schema(request=InvitationSerializer, responses={202: InvitationSerializer})
    def post(self, request: Request, party: int) -> Response:
        """Invite an address to the team by mail. Whoever reads the mail becomes a member by accepting.

        A signatory or an owner invites, with a password typed in the last ten minutes. Only staff names signatories.
        """
        team, by = self.get_team(), get_person(request)
        serializer = InvitationSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        invitations.require_may_invite(team, serializer.validated_data["role"], by=by)
        require_recent_password(request)
        invitation = invitation_mail.invite(self.label.party, by=by, **serializer.validated_data)
        return Response(InvitationSerializer(invitation).data, status=status.HTTP_202_ACCEPTED)


class LabelMemberView(OwnTeamView, MemberActions):
    pass


class LabelInvitationsView(OwnTeamView, InvitationsActions):
    pass


class LabelInvitationView(OwnTeamView, InvitationActions):
    pass
