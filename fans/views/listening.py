"""Show: a fan's own listening: what is recorded, when and whom they hear, and every listen with its way out."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.decorators import login_required
from accounts.requests import AuthenticatedHttpRequest
from fans import charts, listening
from listens import incognito, retraction
from listens.models import Listen
from web.decorators import post_only
from web.pagination import Cursor

MORNING_HOUR = 6  # when "until tomorrow" ends
UTC_ZONE = ZoneInfo("UTC")


@require_safe
@never_cache
@login_required
def listening_history(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The page; to htmx the part that changes."""
    template = "fans/listening.html#changed" if request.htmx else "fans/listening.html"
    return render(request, template, _page_context(request, request.GET.get("before", "")))


@post_only
@never_cache
@login_required
def forget_listen(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Take one listen back. To htmx what changes: its row, which says so until it is gone, and the sums without it."""
    listen = get_object_or_404(Listen, person=request.user, pk=pk)
    retraction.retract(listen, by=request.user.actor)
    if request.htmx:
        context = _page_context(request, request.POST.get("before", "")) | {"fresh": pk}
        return render(request, "fans/listening.html#changed", context)
    messages.info(request, "That listen is being forgotten.")
    before = request.POST.get("before", "")
    return redirect(_page_url(Cursor.parse(before) if before else None))


@post_only
@never_cache
@login_required
def set_incognito(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Not recorded for an hour, until tomorrow, until they say so; or recorded again."""
    asked = request.POST.get("for", "")
    if asked == "end":
        incognito.end(request.user)
    elif asked in {"hour", "morning", "open"}:
        incognito.start(request.user, until=_incognito_end(asked, _reader_zone(request)))
    else:
        raise Http404
    return redirect("listening")


def _incognito_end(asked: str, zone: ZoneInfo) -> datetime | None:
    now = datetime.now(zone)
    if asked == "hour":
        return now.astimezone(UTC) + timedelta(hours=1)
    if asked == "morning":
        return (now + timedelta(days=1)).replace(hour=MORNING_HOUR, minute=0, second=0, microsecond=0).astimezone(UTC)
    return None


def _reader_zone(request: AuthenticatedHttpRequest) -> ZoneInfo:
    """The reader's own, which static/time_zone.js leaves in a cookie; else UTC."""
    try:
        return ZoneInfo(request.COOKIES.get("zone", "UTC"))
    except (ValueError, OSError, KeyError):  # nonsense, a folder, no such zone
        return UTC_ZONE


def _page_url(cursor: Cursor | str | None) -> str:
    return reverse("listening") + (f"?before={cursor}" if cursor else "")


def _page_context(request: AuthenticatedHttpRequest, before: str) -> dict[str, Any]:
    """`before` is the text of a cursor, or ""."""
    zone = _reader_zone(request)
    page = listening.history_page(request.user, before)
    rows = [listening.to_history_entry(listen) for listen in page.items]
    rhythm = listening.count_listens(request.user, zone)
    most = listening.top_artists(request.user)
    return {
        "incognito": incognito.current(request.user),
        "zone": zone.key,
        "place": zone.key.rpartition("/")[2].replace("_", " "),
        "rows": rows,
        "here": _page_url(before),
        "before": before,
        "older": _page_url(page.older) if page.older else "",
        "newer": _page_url(None) if before else "",
        "leaving": any(row.fate == "leaving" for row in rows),
        "total": rhythm.total,
        "dial": charts.draw_dial(rhythm.hours),
        "months": charts.draw_month_bars(rhythm.months),
        "bars": charts.draw_horizontal_bars([(each.artist.name, each.listens) for each in most]),
        "most": most,
        "high": charts.ROW_HEIGHT * len(most),
        "stories": listening.recent_experiences(request.user),
    }
