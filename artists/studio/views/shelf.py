"""Remixes by fans on the artist's page: what was offered, what stands there, and the team's decisions."""

from collections.abc import Sequence
from dataclasses import replace

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_safe

from accounts.requests import AuthenticatedHttpRequest
from artists import moderation
from artists.remixes import shelf as decisions
from artists.studio.access import USER_ERRORS, Studio, error_status, team_member_required
from artists.studio.messages import error_message
from fans import shelf
from fans.models import ShelfEntry
from fans.views.shelf import Shown, show, show_with_plays
from trust.models import Report
from trust.reports import count_reasons
from web.decorators import post_only
from web.pagination import cursor_or_start, paginate
from web.ranges import file_response

DECISIONS = {
    "put-on": (decisions.put_on, "It is on your page now."),
    "put-on-by-a-fan": (decisions.put_on_without_name, "It is on your page now, by a fan."),
    "by-a-fan": (decisions.refuse_name, "The name is off. It reads “by a fan” now."),
    "decline": (decisions.decline, "Declined. The fan keeps the remix."),
    "take-off": (decisions.take_off, "It is off your page. The fan keeps the remix."),
}


@require_safe
@team_member_required
def show_shelf(request: AuthenticatedHttpRequest, studio: Studio) -> HttpResponse:
    return _render(request, studio)


@require_safe
@team_member_required
def play_entry(request: AuthenticatedHttpRequest, studio: Studio, entry_id: int) -> HttpResponseBase:
    """The copy that others would hear, or hear."""
    entries = ShelfEntry.objects.open().filter(artist=studio.artist).select_related("render")
    found = shelf.find_sound(get_object_or_404(entries, pk=entry_id))
    if found is None:
        raise Http404
    path, sha256 = found
    return file_response(request, path, etag=sha256, content_type=shelf.MEDIA_TYPE)


@post_only
@team_member_required
def decide(request: AuthenticatedHttpRequest, studio: Studio, entry_id: int, decision: str) -> HttpResponse:
    """Put an entry on, with or without its name, decline it, take its name off or take it off."""
    entry = get_object_or_404(ShelfEntry, pk=entry_id, artist=studio.artist)
    if decision not in DECISIONS:
        raise Http404
    act, words = DECISIONS[decision]
    try:
        act(entry.pk, by=request.user)
    except USER_ERRORS as error:
        return _render(request, studio, problem=error_message(error), status=error_status(error))
    messages.success(request, words)
    return redirect(studio.url("studio-shelf"))


def _render(request: AuthenticatedHttpRequest, studio: Studio, *, problem: str = "", status: int = 200) -> HttpResponse:
    entries = shelf.list_open(studio.artist)
    offered = entries.filter(state=ShelfEntry.State.OFFERED).order_by("pk")
    reported = list(moderation.list_reported(studio.artist).order_by("pk")[: shelf.PAGE_SIZE])
    standing = entries.filter(state=ShelfEntry.State.ON).exclude(pk__in=[entry.pk for entry in reported])
    before = cursor_or_start(request.GET.get("before", ""), ShelfEntry, None)
    page = paginate(standing, field=None, before=before, size=shelf.PAGE_SIZE)
    return studio.render(
        request,
        "studio/shelf.html",
        status=status,
        section="songs",
        offered=show(offered[: shelf.PAGE_SIZE]),
        offers=offered.count(),
        reported=_show_reported(studio, reported),
        on_shelf=show_with_plays(page.items, ShelfEntry.objects.shown()),
        older=page.older,
        before=before,
        problem=problem,
    )


def _show_reported(studio: Studio, entries: Sequence[ShelfEntry]) -> list[Shown]:
    reasons = count_reasons(studio.artist.pk, map(str, entries))
    return [
        replace(one, reasons=[(Report.Reason(reason).label, fans) for reason, fans in reasons[str(one.entry)].items()])
        for one in show_with_plays(entries, ShelfEntry.objects.shown())
    ]
