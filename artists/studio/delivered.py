"""Look back: the list of what reached fans, page by page."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from accounts.requests import AuthenticatedHttpRequest
from artists.studio.access import Studio, team_member_required
from artists.studio.sent import list_settled_drafts
from web.parsers import parse_integer

PAGE = 20


@require_safe
@team_member_required
def page(request: AuthenticatedHttpRequest, studio: Studio) -> HttpResponse:
    """`before` is the last one of the page before; `state=stopped` shows what went no further."""
    out = request.GET.get("state") != "stopped"
    before = parse_integer(request.GET.get("before"))
    found = list_settled_drafts(studio.artist, out=out, before=before, limit=PAGE + 1)
    shown = found[:PAGE]
    state = "" if out else "state=stopped&"
    older = f"?{state}before={shown[-1].pk}" if len(found) > PAGE else ""
    return studio.show(
        request, "studio/sent.html", section="studio", shown=shown, out=out, older=older, paged=before is not None
    )
