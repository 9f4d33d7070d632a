"""The page of a team, for an artist's team and for a rightsholder's: members, roles and invitations."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect

from accounts import invitations, roles
from accounts.models import Invitation, Member, Person, Role, Team, TeamKind
from accounts.reauthentication import require_recent_password
from accounts.requests import AuthenticatedHttpRequest
from artists import invitation_mail
from artists.forms import ROLE_CHOICES, InvitationForm
from artists.invitation_mail import Host
from artists.studio.access import USER_ERRORS, error_status


@dataclass(frozen=True)
class TeamPage:
    """One team's page for one person. `show` renders it with `problem`, `status` and the forms that were sent."""

    host: Host
    may_manage: bool
    url: str
    after_leaving: str
    """The URL name of the page for somebody who left the team."""
    show: Callable[..., HttpResponse]

    @property
    def team(self) -> Team:
        assert self.host.team
        return self.host.team

    def context(self, **submitted: Form) -> dict[str, Any]:
        """What the shared parts of the template need."""
        return {
            "team": self,
            "members": self.team.members.select_related("person").order_by("pk"),
            "invitations": invitations.list_open(self.team) if self.may_manage else (),
            "role_descriptions": [
                (role.label, text) for role, text in invitation_mail.ROLE_DESCRIPTIONS[TeamKind(self.team.kind)].items()
            ],
            "role_choices": ROLE_CHOICES,
            "invite_form": submitted.get("invite_form") or InvitationForm(),
        }


def manage_team(request: AuthenticatedHttpRequest, page: TeamPage) -> HttpResponse:
    """GET: show the team and its open invitations. POST: send an invitation by email, after a recent password."""
    if request.method != "POST":
        return page.show(request)
    form = InvitationForm(request.POST)
    if not form.is_valid():
        return page.show(request, invite_form=form, status=422)

    def invite() -> str:
        invitations.require_may_invite(page.team, form.cleaned_data["role"], by=request.user)
        require_recent_password(request)
        invitation = invitation_mail.invite(page.host, by=request.user, **form.cleaned_data)
        return f"We sent an invitation to {invitation.email}."

    return apply_change(request, page, invite, invite_form=form)


def revoke_invitation(request: AuthenticatedHttpRequest, page: TeamPage, invitation_id: int) -> HttpResponse:
    """Cancel an open invitation, so that its link stops working."""
    invitation = get_object_or_404(Invitation.objects.select_related("team"), pk=invitation_id, team=page.team)

    def revoke() -> str:
        invitations.revoke(invitation, by=request.user)
        return f"The invitation of {invitation.email} was canceled."

    return apply_change(request, page, revoke)


def update_member(request: AuthenticatedHttpRequest, page: TeamPage, member_id: int) -> HttpResponse:
    """Change a member's role, after a recent password, or with `do=remove` remove the member."""
    member = get_object_or_404(Member.objects.select_related("person"), pk=member_id, team=page.team)
    if request.POST.get("do") == "remove":
        return apply_change(request, page, lambda: _remove_member(request, page, member.person))
    role = request.POST.get("role", "")
    if role not in dict(ROLE_CHOICES):
        who = "an artist" if page.team.kind == TeamKind.ARTIST else "a signatory"
        problem = f"Choose one of these roles. Only our staff can verify {who}."
        return page.show(request, problem=problem, status=422)
    return apply_change(request, page, lambda: _change_role(request, page, member.person, role))


def _change_role(request: AuthenticatedHttpRequest, page: TeamPage, person: Person, role: str) -> str:
    if page.may_manage:
        require_recent_password(request)
    roles.add_member(page.team, person, role, by=request.user)
    return f"{person.display_name} is now {Role(role).label.lower()}."


def _remove_member(request: AuthenticatedHttpRequest, page: TeamPage, person: Person) -> str:
    roles.remove_member(page.team, person, by=request.user)
    return f"{person.display_name} is no longer in the team."


def apply_change(
    request: AuthenticatedHttpRequest, page: TeamPage, change: Callable[[], str], **submitted: Form
) -> HttpResponse:
    """Call `change` and show the sentence it returns, or show its error with the submitted form."""
    try:
        message = change()
    except USER_ERRORS as error:
        return page.show(request, problem=str(error), status=error_status(error), **submitted)
    messages.success(request, message)
    is_member = roles.role_of(request.user, page.team.pk) is not None
    return redirect(page.url if is_member else page.after_leaving)
