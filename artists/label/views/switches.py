"""The switches of a rightsholder for one artist: one for each use, of all songs and of each song, and their history."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from accounts import reauthentication
from accounts.exceptions import NotAllowed
from accounts.requests import AuthenticatedHttpRequest
from artists.label import switches
from artists.label.access import Label, get_artist_or_404, label_member_required
from artists.label.rights_changes import list_changes
from artists.label.roster import claimed_recordings
from artists.rights_changes import parse_before, write_before
from artists.switch_press import Press, preview, read_after_end, read_press
from catalog.models import Artist, Recording
from rights import grants
from rights.grants import Songs
from rights.models import AfterEnd
from web.pagination import Page, cursor_or_start, paginate

PAGE_SIZE = 20
HISTORY_PAGE_SIZE = 40


@label_member_required
def manage_switches(request: AuthenticatedHttpRequest, label: Label, slug: str) -> HttpResponse:
    """GET: show the switches, and what a press of one would change. POST: press it; on needs a recent password."""
    artist = get_artist_or_404(label, slug)
    data = request.POST if request.method == "POST" else request.GET
    press = read_press(data, switches.USES, claimed_recordings(label.party).filter(artist=artist))
    if request.method != "POST":
        return _render_switches(request, label, artist, press)
    if press is None:
        raise Http404
    try:
        _press_switch(request, label, artist, press)
    except NotAllowed as error:
        return _render_switches(request, label, artist, press, problem=str(error), status=409)
    messages.success(request, press.describe(f"all songs of {artist.name}"))
    return redirect(label.url("label-switches", slug=slug) + _list_query(request.POST))


@require_safe
@label_member_required
def show_history(request: AuthenticatedHttpRequest, label: Label, slug: str) -> HttpResponse:
    """List what changed between the rightsholder and the artist. `before` is a cursor with the time of a change."""
    artist = get_artist_or_404(label, slug)
    before = parse_before(request.GET.get("before", ""))
    changes, older = list_changes(label.party, artist, request.user, before=before, limit=HISTORY_PAGE_SIZE)
    older_url = f"?{write_before(older)}" if older else ""
    context: dict[str, Any] = {"changes": changes, "older": older_url, "is_later_page": before is not None}
    return label.render(request, "label/history.html", artist=artist, **context)


def _press_switch(request: AuthenticatedHttpRequest, label: Label, artist: Artist, press: Press) -> None:
    songs = Songs(artist, press.recording)
    if not press.is_on:
        grants.refuse(label.party, press.use, songs, by=request.user)
        return
    is_fresh = reauthentication.did_recently_authenticate(request)
    later, after_end = request.POST.get("later") == "1", read_after_end(request.POST) or AfterEnd.PLAYS_ON
    limits: dict[str, Any] = {"covers_later": later, "after_end": after_end}
    grants.permit(label.party, press.use, songs, by=request.user, fresh=is_fresh, **limits)


def _render_switches(
    request: AuthenticatedHttpRequest,
    label: Label,
    artist: Artist,
    press: Press | None,
    *,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    data = request.POST if request.method == "POST" else request.GET
    page = _list_songs(label, artist, data.get("before", ""))
    changes, older_changes = list_changes(label.party, artist, request.user)
    return label.render(
        request,
        "label/switches.html",
        status=status,
        artist=artist,
        master=switches.list_master(label.party, artist),
        channels=switches.list_channels(label.party, artist, page.items),
        before=data.get("before", ""),
        more=f"?before={page.older}" if page.older else "",
        changes=changes,
        older_url=label.url("label-history", slug=artist.slug) if older_changes else "",
        problem=problem,
        **(_preview(label, artist, press, data) if press else {}),
    )


def _preview(label: Label, artist: Artist, press: Press, data: QueryDict) -> dict[str, Any]:
    """What the press changes, for the box above the switches. Counts name no fan."""
    kept = "" if press.is_on else switches.find_after_end(label.party, artist, press.use, press.recording)
    keep_url = label.url("label-switches", slug=artist.slug) + _list_query(data)
    return preview(artist, press, data, kept=kept) | {"keep_url": keep_url}


def _list_songs(label: Label, artist: Artist, before: str) -> Page[Recording]:
    """The newest songs first. A cursor of another list shows the first page."""
    found = claimed_recordings(label.party).filter(artist=artist)
    return paginate(found, field=None, before=cursor_or_start(before, Recording, None), size=PAGE_SIZE)


def _list_query(data: QueryDict) -> str:
    """The query of the list as it was shown."""
    before = data.get("before", "")
    return f"?{urlencode({'before': before})}" if before else ""
