"""The fan's own listening: charts, every listen with buttons to delete or count it, and the switch not to record."""

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
from fans import charts, engagement, listening
from listens import incognito, retraction
from listens.models import Listen
from web.decorators import post_only
from web.pagination import Cursor

MORNING_HOUR = 6  # when "until tomorrow" ends


@require_safe
@never_cache
@login_required
def listening_history(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The page; to htmx only the part that changes."""
    template = "fans/listening.html#htmx-update" if request.htmx else "fans/listening.html"
    return render(request, template, _page_context(request, request.GET.get("before", "")))


@post_only
@never_cache
@login_required
def forget_listen(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Delete one listen and its duplicates. htmx gets the rows, which say so, and the sums without them."""
    listen = get_object_or_404(Listen, person=request.user, pk=pk)
    retraction.retract(listen, by=request.user.actor)
    if not request.htmx:
        messages.info(request, "That listen is being deleted.")
    return _show_changed(request, pk)


@post_only
@never_cache
@login_required
def set_separate(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Count a duplicate as a play of its own: `separate` is "yes", or "no" to take that back."""
    listen = get_object_or_404(Listen, person=request.user, pk=pk)
    choice = request.POST.get("separate", "")
    if choice not in {"yes", "no"}:
        raise Http404
    engagement.set_separate(listen, separate=choice == "yes", by=request.user.actor)
    return _show_changed(request, pk)


def _show_changed(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """After a change of one listen: the part that changes to htmx, else the page of the list that it is on."""
    before = request.POST.get("before", "")
    if request.htmx:
        context = _page_context(request, before) | {"changed_listen_id": pk}
        return render(request, "fans/listening.html#htmx-update", context)
    return redirect(_page_url(Cursor.parse(before) if before else None))


@post_only
@never_cache
@login_required
def set_incognito(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Stop recording: `for` is "hour", "morning" or "open" (no end); "end" records again."""
    length = request.POST.get("for", "")
    if length == "end":
        incognito.end(request.user)
    elif length in {"hour", "morning", "open"}:
        incognito.start(request.user, until=_incognito_end(length, request.user.zone))
    else:
        raise Http404
    return redirect("listening")


def _incognito_end(length: str, zone: ZoneInfo) -> datetime | None:
    now = datetime.now(zone)
    if length == "hour":
        return now.astimezone(UTC) + timedelta(hours=1)
    if length == "morning":
        return (now + timedelta(days=1)).replace(hour=MORNING_HOUR, minute=0, second=0, microsecond=0).astimezone(UTC)
    return None


def _page_url(cursor: Cursor | str | None) -> str:
    return reverse("listening") + (f"?before={cursor}" if cursor else "")


def _page_context(request: AuthenticatedHttpRequest, before: str) -> dict[str, Any]:
    """`before` is the text of a cursor, or ""."""
    page = listening.history_page(request.user, before)
    listens = [listening.to_history_entry(listen) for listen in page.items]
    return {
        "incognito": incognito.current(request.user),
        "time_zone_city": request.user.zone.key.rpartition("/")[2].replace("_", " "),
        "listens": listens,
        "current_url": _page_url(before),
        "before": before,
        "older_url": _page_url(page.older) if page.older else "",
        "newer_url": _page_url(None) if before else "",
        "has_pending_deletion": any(entry.status == "deleting" for entry in listens),
        "triggered_experiences": listening.recent_experiences(request.user),
        **_chart_context(request),
    }


def _chart_context(request: AuthenticatedHttpRequest) -> dict[str, Any]:
    totals = listening.count_listens(request.user)
    top_artists = listening.top_artists(request.user)
    figures = [(counts.artist.name, counts.listens) for counts in top_artists]
    return {
        "listen_total": totals.total,
        "hours_chart": charts.draw_dial(totals.hours),
        "months_charts": charts.draw_months(totals.months),
        "artists_chart": charts.draw_horizontal_bars(figures),
        "artists_chart_height": charts.ROW_HEIGHT * len(top_artists),
        "top_artists": top_artists,
    }
