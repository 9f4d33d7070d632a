"""The team page of a studio: `artists.team_page`, and the undo time."""

from django.forms import Form
from django.http import HttpResponse

from accounts.requests import AuthenticatedHttpRequest
from artists import programs, team_page
from artists.studio.access import Studio, team_member_required
from artists.studio.forms.team import UndoTimeForm
from artists.team_page import TeamPage
from web.decorators import post_only


@team_member_required
def manage_team(request: AuthenticatedHttpRequest, studio: Studio) -> HttpResponse:
    """GET: show the team and its open invitations. POST: send an invitation by email, after a recent password."""
    return team_page.manage_team(request, _team_page(studio))


@post_only
@team_member_required
def revoke_invitation(request: AuthenticatedHttpRequest, studio: Studio, invitation_id: int) -> HttpResponse:
    """Cancel an open invitation, so that its link stops working."""
    return team_page.revoke_invitation(request, _team_page(studio), invitation_id)


@post_only
@team_member_required
def update_member(request: AuthenticatedHttpRequest, studio: Studio, member_id: int) -> HttpResponse:
    """Change a member's role, after a recent password, or with `do=remove` remove the member."""
    return team_page.update_member(request, _team_page(studio), member_id)


@post_only
@team_member_required
def update_review_settings(request: AuthenticatedHttpRequest, studio: Studio) -> HttpResponse:
    """Set the time in which a decision can be undone."""
    page, form = _team_page(studio), UndoTimeForm(request.POST)
    if not form.is_valid():
        return page.show(request, undo_form=form, status=422)
    seconds = form.cleaned_data["seconds"]

    def save() -> str:
        programs.set_review_settings(studio.artist, by=request.user, grace_seconds=seconds)
        return f"The undo time is now {seconds} seconds."

    return team_page.apply_change(request, page, save, undo_form=form)


def _team_page(studio: Studio) -> TeamPage:
    def show(
        request: AuthenticatedHttpRequest, *, problem: str = "", status: int = 200, **submitted: Form
    ) -> HttpResponse:
        undo_seconds = programs.get_review_settings(studio.artist).grace_seconds
        undo_form = submitted.pop("undo_form", None) or UndoTimeForm(initial={"seconds": undo_seconds})
        context = page.context(**submitted) | {"undo_form": undo_form, "undo_seconds": undo_seconds}
        return studio.render(request, "studio/team.html", status=status, problem=problem, **context)

    page = TeamPage(studio.artist, studio.may_manage, studio.url("team"), "studios", show)
    return page
