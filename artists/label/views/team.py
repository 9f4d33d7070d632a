"""The team page of a rightsholder: `artists.team_page`, and who acts for it."""

from typing import Any

from django.forms import Form
from django.http import Http404, HttpResponse

from accounts import roles
from accounts.requests import AuthenticatedHttpRequest
from artists import team_page
from artists.label.access import Label, label_member_required
from artists.team_page import TeamPage
from web.decorators import post_only


@label_member_required
def manage_team(request: AuthenticatedHttpRequest, label: Label) -> HttpResponse:
    """GET: show the team and its open invitations. POST: send an invitation by email, after a recent password.

    Whoever only acts for the party reads who does, and not who is in its team.
    """
    page = _find_team_page(label)
    if page:
        return team_page.manage_team(request, page)
    problem = "" if request.method != "POST" else "This team is not yours. Only its own members change it."
    return _render(request, label, problem=problem, status=409 if problem else 200)


@post_only
@label_member_required
def revoke_invitation(request: AuthenticatedHttpRequest, label: Label, invitation_id: int) -> HttpResponse:
    """Cancel an open invitation, so that its link stops working."""
    return team_page.revoke_invitation(request, _get_team_page_or_404(label), invitation_id)


@post_only
@label_member_required
def update_member(request: AuthenticatedHttpRequest, label: Label, member_id: int) -> HttpResponse:
    """Change a member's role, after a recent password, or with `do=remove` remove the member."""
    return team_page.update_member(request, _get_team_page_or_404(label), member_id)


def _get_team_page_or_404(label: Label) -> TeamPage:
    page = _find_team_page(label)
    if page is None:
        raise Http404
    return page


def _find_team_page(label: Label) -> TeamPage | None:
    """The page of the rightsholder's own team, for a member of it."""
    role = roles.role_of(label.person, label.party.team_id) if label.party.team_id else None
    if role is None:
        return None

    def show(
        request: AuthenticatedHttpRequest, *, problem: str = "", status: int = 200, **submitted: Form
    ) -> HttpResponse:
        return _render(request, label, problem=problem, status=status, **page.context(**submitted))

    page = TeamPage(label.party, roles.may_manage(role), label.url("label-team"), "labels", show)
    return page


def _render(
    request: AuthenticatedHttpRequest, label: Label, *, problem: str = "", status: int = 200, **context: Any
) -> HttpResponse:
    return label.render(request, "label/team.html", status=status, problem=problem, **context)
