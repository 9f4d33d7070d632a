"""Look back: the list of what reached fans, page by page."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from accounts.requests import Request
from artists.studio.entrance import Studio, entered, number
from artists.studio.reached import reached

PAGE = 20


@require_safe
@entered
def page(request: Request, studio: Studio) -> HttpResponse:
    """`before` is the last one of the page before; `state=stopped` shows what went no further."""
    out = request.GET.get("state") != "stopped"
    before = number(request.GET.get("before"))
    found = reached(studio.artist, out=out, before=before, limit=PAGE + 1)
    shown = found[:PAGE]
    state = "" if out else "state=stopped&"
    older = f"?{state}before={shown[-1].pk}" if len(found) > PAGE else ""
    return studio.show(
        request, "studio/delivered.html", section="studio", shown=shown, out=out, older=older, paged=before is not None
    )
