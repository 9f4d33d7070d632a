"""Two lists of the past: what was sent to fans or stopped, and who in the team did what."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from accounts.requests import AuthenticatedHttpRequest
from artists.studio.access import Studio, team_member_required
from artists.studio.history import list_history
from artists.studio.sent import list_settled_drafts
from web.parsers import parse_integer

SENT_PAGE_SIZE = 20


@require_safe
@team_member_required
def sent(request: AuthenticatedHttpRequest, studio: Studio) -> HttpResponse:
    """List the drafts that were sent, or with `?state=stopped` those that were not. `before` is a draft's id."""
    is_sent = request.GET.get("state") != "stopped"
    before = parse_integer(request.GET.get("before"))
    drafts = list_settled_drafts(studio.artist, sent=is_sent, before=before, limit=SENT_PAGE_SIZE + 1)
    page = drafts[:SENT_PAGE_SIZE]
    state = "" if is_sent else "state=stopped&"
    older = f"?{state}before={page[-1].pk}" if len(drafts) > SENT_PAGE_SIZE else ""
    return studio.render(
        request,
        "studio/sent.html",
        section="studio",
        drafts=page,
        is_sent=is_sent,
        older=older,
        is_later_page=before is not None,
    )


@require_safe
@team_member_required
def history(request: AuthenticatedHttpRequest, studio: Studio) -> HttpResponse:
    """List what the team did. `before` is the id of an audit entry."""
    items, next_before = list_history(studio.artist, before=parse_integer(request.GET.get("before")))
    older = f"?before={next_before}" if next_before else ""
    return studio.render(request, "studio/history.html", section="studio", entries=items, older=older)
