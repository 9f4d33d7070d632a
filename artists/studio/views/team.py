"""The team page: members and their roles, invitations, and the undo time."""

from collections.abc import Callable

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect

from accounts import invitations, roles
from accounts.models import Invitation, Member, Person, Role
from accounts.reauthentication import require_recent_password
from accounts.requests import AuthenticatedHttpRequest
from artists import invitation_mail, programs
from artists.studio.access import USER_ERRORS, Studio, error_status, team_member_required
from artists.studio.forms.team import ROLE_CHOICES, InvitationForm, UndoTimeForm
from web.decorators import post_only


@team_member_required
def manage_team(request: AuthenticatedHttpRequest, studio: Studio) -> HttpResponse:
    """GET: show the team and its open invitations. POST: send an invitation by email, after a recent password."""
    if request.method != "POST":
        return _render_team(request, studio)
    form = InvitationForm(request.POST)
    if not form.is_valid():
        return _render_team(request, studio, invite_form=form, status=422)

    def invite() -> str:
        invitations.require_may_invite(studio.artist.team, form.cleaned_data["role"], by=request.user)
        require_recent_password(request)
        invitation = invitation_mail.invite(studio.artist, by=request.user, **form.cleaned_data)
        return f"We sent an invitation to {invitation.email}."

    return _apply_change(request, studio, invite, invite_form=form)


@post_only
@team_member_required
def revoke_invitation(request: AuthenticatedHttpRequest, studio: Studio, invitation_id: int) -> HttpResponse:
    """Cancel an open invitation, so that its link stops working."""
    invitation = get_object_or_404(Invitation.objects.select_related("team"), pk=invitation_id, team=studio.artist.team)

    def revoke() -> str:
        invitations.revoke(invitation, by=request.user)
        return f"The invitation of {invitation.email} was canceled."

    return _apply_change(request, studio, revoke)


@post_only
@team_member_required
def update_member(request: AuthenticatedHttpRequest, studio: Studio, member_id: int) -> HttpResponse:
    """Change a member's role, after a recent password, or with `do=remove` remove the member."""
    member = get_object_or_404(Member.objects.select_related("person"), pk=member_id, team=studio.artist.team)
    if request.POST.get("do") == "remove":
        return _apply_change(request, studio, lambda: _remove_member(request, studio, member.person))
    role = request.POST.get("role", "")
    if role not in dict(ROLE_CHOICES):
        problem = "Choose one of these roles. Only our staff can verify an artist."
        return _render_team(request, studio, problem=problem, status=422)
    return _apply_change(request, studio, lambda: _change_role(request, studio, member.person, role))


@post_only
@team_member_required
def update_review_settings(request: AuthenticatedHttpRequest, studio: Studio) -> HttpResponse:
    """Set the time in which a decision can be undone."""
    form = UndoTimeForm(request.POST)
    if not form.is_valid():
        return _render_team(request, studio, undo_form=form, status=422)
    seconds = form.cleaned_data["seconds"]

    def save() -> str:
        programs.set_review_settings(studio.artist, by=request.user, grace_seconds=seconds)
        return f"The undo time is now {seconds} seconds."

    return _apply_change(request, studio, save, undo_form=form)


def _change_role(request: AuthenticatedHttpRequest, studio: Studio, person: Person, role: str) -> str:
    if studio.may_manage:
        require_recent_password(request)
    roles.add_member(studio.artist.team, person, role, by=request.user)
    return f"{person.display_name} is now {Role(role).label.lower()}."


def _remove_member(request: AuthenticatedHttpRequest, studio: Studio, person: Person) -> str:
    roles.remove_member(studio.artist.team, person, by=request.user)
    return f"{person.display_name} is no longer in the team."


def _apply_change(
    request: AuthenticatedHttpRequest, studio: Studio, change: Callable[[], str], **submitted: Form
) -> HttpResponse:
    """Call `change` and show the sentence it returns, or show its error with the submitted form."""
    try:
        message = change()
    except USER_ERRORS as error:
        return _render_team(request, studio, problem=str(error), status=error_status(error), **submitted)
    messages.success(request, message)
    is_member = roles.role_of(request.user, studio.artist.team_id) is not None
    return redirect(studio.url("team")) if is_member else redirect("studios")


def _render_team(
    request: AuthenticatedHttpRequest, studio: Studio, *, problem: str = "", status: int = 200, **submitted: Form
) -> HttpResponse:
    undo_seconds = programs.get_review_settings(studio.artist).grace_seconds
    return studio.render(
        request,
        "studio/team.html",
        status=status,
        problem=problem,
        members=studio.artist.team.members.select_related("person").order_by("pk"),
        invitations=invitations.list_open(studio.artist.team) if studio.may_manage else (),
        role_descriptions=[(role.label, text) for role, text in invitation_mail.ROLE_DESCRIPTIONS.items()],
        role_choices=ROLE_CHOICES,
        invite_form=submitted.get("invite_form") or InvitationForm(),
        undo_form=submitted.get("undo_form") or UndoTimeForm(initial={"seconds": undo_seconds}),
        undo_seconds=undo_seconds,
    )
