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

from accounts.entrance import posted, signed_in
from accounts.requests import Request
from fans import charts, listening
from listens import incognito, retraction
from listens.models import Listen

MORNING = 6  # when "until tomorrow" ends
UTC_ZONE = ZoneInfo("UTC")


@require_safe
@never_cache
@signed_in
def page(request: Request) -> HttpResponse:
    """The page; to htmx the part that changes."""
    template = "fans/listening.html#changed" if request.htmx else "fans/listening.html"
    return render(request, template, _context(request, request.GET.get("before", "")))


@posted
@never_cache
@signed_in
def forget(request: Request, pk: int) -> HttpResponse:
    """Take one listen back. To htmx what changes: its row, which says so until it is gone, and the sums without it."""
    listen = get_object_or_404(Listen, person=request.user, pk=pk)
    retraction.retract(listen, by=request.user.actor)
    if request.htmx:
        context = _context(request, request.POST.get("before", "")) | {"fresh": pk}
        return render(request, "fans/listening.html#changed", context)
    messages.info(request, "That listen is being forgotten.")
    return redirect(_address(_place(request.POST.get("before", ""))))


@posted
@never_cache
@signed_in
def pause(request: Request) -> HttpResponse:
    """Not recorded for an hour, until tomorrow, until they say so; or recorded again."""
    asked = request.POST.get("for", "")
    if asked == "end":
        incognito.end(request.user)
    elif asked in {"hour", "morning", "open"}:
        incognito.start(request.user, until=_until(asked, _zone(request)))
    else:
        raise Http404
    return redirect("listening")


def _until(asked: str, zone: ZoneInfo) -> datetime | None:
    now = datetime.now(zone)
    if asked == "hour":
        return now.astimezone(UTC) + timedelta(hours=1)
    if asked == "morning":
        return (now + timedelta(days=1)).replace(hour=MORNING, minute=0, second=0, microsecond=0).astimezone(UTC)
    return None


def _zone(request: Request) -> ZoneInfo:
    """The reader's own, which static/listening.js leaves in a cookie; else UTC."""
    try:
        return ZoneInfo(request.COOKIES.get("zone", "UTC"))
    except (ValueError, OSError, KeyError):  # nonsense, a folder, no such zone
        return UTC_ZONE


def _place(text: str) -> listening.Place | None:
    if not text:
        return None
    try:
        return listening.Place.read(text)
    except (listening.NoSuchPlace, OverflowError):
        raise Http404 from None


def _address(place: listening.Place | None) -> str:
    return reverse("listening") + (f"?before={place}" if place else "")


def _context(request: Request, asked: str) -> dict[str, Any]:
    """`asked`: where the page of the list begins."""
    zone, before = _zone(request), _place(asked)
    rows, older = listening.page(request.user, before)
    rhythm = listening.rhythm(request.user, zone)
    most = listening.artists(request.user)
    return {
        "incognito": incognito.now(request.user),
        "zone": zone.key,
        "place": zone.key.rpartition("/")[2].replace("_", " "),
        "rows": rows,
        "here": _address(before),
        "before": before or "",
        "older": _address(older) if older else "",
        "newer": _address(None) if before else "",
        "leaving": any(row.fate == "leaving" for row in rows),
        "total": rhythm.total,
        "dial": charts.dial(rhythm.hours),
        "months": charts.standing(rhythm.months),
        "bars": charts.lying([(each.artist.name, each.listens) for each in most]),
        "most": most,
        "high": charts.ROW * len(most),
        "stories": listening.stories(request.user),
    }
