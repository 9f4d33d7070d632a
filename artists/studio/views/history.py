"""Two lists of the past: what was sent to fans or stopped, and who in the team did what."""

from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from accounts.requests import AuthenticatedHttpRequest
from artists.models import Draft
from artists.rights_changes import parse_before, write_before
from artists.studio.access import Studio, team_member_required
from artists.studio.history import PAGE_SIZE, list_history
from artists.studio.rights_changes import list_changes
from artists.studio.sent import list_settled_drafts
from web.pagination import InvalidCursor, parse_cursor
from web.parsers import parse_integer

SENT_PAGE_SIZE = 20


@require_safe
@team_member_required
def sent(request: AuthenticatedHttpRequest, studio: Studio) -> HttpResponse:
    """List the drafts that were sent, or with `?state=stopped` those that were not. `before` is a `Cursor`."""
    is_sent = request.GET.get("state") != "stopped"
    try:
        before = parse_cursor(request.GET.get("before", ""), Draft, "settled_at")
    except InvalidCursor:
        before = None
    drafts, next_before = list_settled_drafts(studio.artist, sent=is_sent, before=before, size=SENT_PAGE_SIZE)
    state = "" if is_sent else "state=stopped&"
    return studio.render(
        request,
        "studio/sent.html",
        section="studio",
        drafts=drafts,
        is_sent=is_sent,
        older=f"?{state}before={next_before}" if next_before else "",
        is_later_page=before is not None,
    )


@require_safe
@team_member_required
def history(request: AuthenticatedHttpRequest, studio: Studio) -> HttpResponse:
    """List what the team did, or with `?about=rights` what changed about the artist's rights.

    `before` is the id of an audit entry, or a cursor with the time of a change.
    """
    if request.GET.get("about") == "rights":
        return _render_rights(request, studio)
    before = parse_integer(request.GET.get("before"))
    entries, next_before = list_history(studio.artist, before=before)
    return studio.render(
        request,
        "studio/history.html",
        section="studio",
        entries=entries,
        older=f"?before={next_before}" if next_before else "",
        is_later_page=before is not None,
    )


def _render_rights(request: AuthenticatedHttpRequest, studio: Studio) -> HttpResponse:
    before = parse_before(request.GET.get("before", ""))
    changes, next_before = list_changes(studio.artist, request.user, before=before, limit=PAGE_SIZE)
    older = f"?about=rights&{write_before(next_before)}" if next_before else ""
    context: dict[str, Any] = {"changes": changes, "older": older, "is_later_page": before is not None}
    return studio.render(request, "studio/history.html", section="studio", about="rights", **context)
