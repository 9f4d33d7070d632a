"""Belong: who acts for the artist and as what, and how long the team can take an approval back."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect

from accounts import invitations, roles
from accounts.models import MAX_EMAIL_LENGTH, Invitation, Member, Person, Role
from accounts.requests import AuthenticatedHttpRequest
from artists import programs, team_invitations
from artists.studio.access import USER_ERRORS, Studio, error_status, team_member_required
from web.decorators import post_only

GIVEN = [(role.value, role.label) for role in invitations.INVITABLE_ROLES]


class Invited(forms.Form):
    email = forms.EmailField(
        label="Their e-mail address",
        max_length=MAX_EMAIL_LENGTH,
        help_text="We write to it. They belong to the team once they say yes.",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(label="As", choices=GIVEN, initial=Role.REVIEWER)


class Grace(forms.Form):
    seconds = forms.IntegerField(
        label="Seconds to undo a decision",
        min_value=0,
        max_value=programs.MAX_GRACE_SECONDS,
        help_text="An approved draft waits this long before it goes out.",
    )


@team_member_required
def manage_team(request: AuthenticatedHttpRequest, studio: Studio) -> HttpResponse:
    """GET: who is here, and who was asked. POST: somebody more is asked, by mail."""
    if request.method != "POST":
        return _render_team(request, studio)
    form = Invited(request.POST)
    if not form.is_valid():
        return _render_team(request, studio, adding=form, status=422)

    def invite() -> str:
        asked = team_invitations.invite(studio.artist, by=request.user, **form.cleaned_data)
        return f"An invitation is on its way to {asked.email}."

    return _apply_change(request, studio, invite, adding=form)


@post_only
@team_member_required
def revoke_invitation(request: AuthenticatedHttpRequest, studio: Studio, invitation: int) -> HttpResponse:
    """Taken back: its link opens nothing any more."""
    found = get_object_or_404(Invitation.objects.select_related("team"), pk=invitation, team=studio.artist.team)

    def take_back() -> str:
        invitations.revoke(found, by=request.user)
        return f"The invitation of {found.email} was taken back."

    return _apply_change(request, studio, take_back)


@post_only
@team_member_required
def update_member(request: AuthenticatedHttpRequest, studio: Studio, member: int) -> HttpResponse:
    """Another role, or none any more."""
    found = get_object_or_404(Member.objects.select_related("person"), pk=member, team=studio.artist.team)
    if request.POST.get("do") == "remove":
        return _apply_change(request, studio, lambda: _remove_member(request, studio, found.person))
    role = request.POST.get("role", "")
    if role not in dict(GIVEN):
        return _render_team(
            request, studio, problem="Choose one of the roles. Only staff names principals.", status=422
        )
    return _apply_change(request, studio, lambda: _change_role(request, studio, found.person, role))


@post_only
@team_member_required
def update_practice(request: AuthenticatedHttpRequest, studio: Studio) -> HttpResponse:
    """How long a decision can be undone."""
    form = Grace(request.POST)
    if not form.is_valid():
        return _render_team(request, studio, grace=form, status=422)
    seconds = form.cleaned_data["seconds"]

    def choose() -> str:
        programs.set_review_settings(studio.artist, by=request.user, grace_seconds=seconds)
        return f"A decision can now be undone for {seconds} s."

    return _apply_change(request, studio, choose, grace=form)


def _change_role(request: AuthenticatedHttpRequest, studio: Studio, person: Person, role: str) -> str:
    roles.add_member(studio.artist.team, person, role, by=request.user)
    return f"{person.display_name} is now {Role(role).label.lower()}."


def _remove_member(request: AuthenticatedHttpRequest, studio: Studio, person: Person) -> str:
    roles.remove_member(studio.artist.team, person, by=request.user)
    return f"{person.display_name} is no longer in the team."


def _apply_change(request: AuthenticatedHttpRequest, studio: Studio, change: Any, **forms: forms.Form) -> HttpResponse:
    try:
        said = change()
    except USER_ERRORS as error:
        return _render_team(request, studio, problem=str(error), status=error_status(error), **forms)
    messages.success(request, said)
    still = roles.role_of(request.user, studio.artist.team_id)
    return redirect(studio.url("team")) if still else redirect("studios")


def _render_team(
    request: AuthenticatedHttpRequest, studio: Studio, *, problem: str = "", status: int = 200, **typed: forms.Form
) -> HttpResponse:
    members = studio.artist.team.members.select_related("person").order_by("pk")
    seconds = programs.get_review_settings(studio.artist).grace_seconds
    return studio.show(
        request,
        "studio/team.html",
        status=status,
        members=members,
        invited=invitations.list_open(studio.artist.team) if studio.may_manage else (),
        roles=[(role.label, team_invitations.ROLE_DESCRIPTIONS[role]) for role in Role],
        given=GIVEN,
        problem=problem,
        seconds=seconds,
        adding=typed.get("adding") or Invited(),
        grace=typed.get("grace") or Grace(initial={"seconds": seconds}),
    )
