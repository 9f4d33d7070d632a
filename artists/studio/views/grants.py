"""The permissions page: one switch for each use of all songs and of each song. Everything is off until it is on."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect

from accounts import reauthentication
from accounts.requests import AuthenticatedHttpRequest
from artists import artist_grants, songs, switches
from artists.studio.access import USER_ERRORS, Studio, error_status, team_member_required
from artists.studio.rights_changes import list_changes
from artists.switch_press import Press, preview, read_after_end, read_press
from artists.switches import SWITCHED_USES
from catalog.models import Recording
from rights.models import Use
from web.pagination import cursor_or_start, paginate

PAGE_SIZE = 11
"""With the channel of all songs, these fill three rows of four."""
EXPLANATIONS = {
    Use.PERSONAL_MESSAGE: "Your programs may write messages to fans who opted in, from sentences you signed and "
    "counted facts. Somebody in your team approves each one, unless you sign the words of a program to go out unread. "
    "A message names a song and plays none of it.",
    Use.REMIX: "Fans may ask for a song in another form, within limits that you set.",
    Use.SHARE: "Other fans may hear a fan’s remix on your page, if the fan offers it and your team puts it there.",
    Use.PLAYLIST: "Songs may be put in an order for one fan.",
    Use.DJ: "Songs may be mixed into one set for one fan.",
}


@team_member_required
def manage_grants(request: AuthenticatedHttpRequest, studio: Studio) -> HttpResponse:
    """GET: show the switches, and what a press of one would change. POST: press it."""
    data = request.POST if request.method == "POST" else request.GET
    press = read_press(data, SWITCHED_USES, studio.artist.recordings.all())
    if request.method != "POST":
        return _render_switches(request, studio, press)
    if press is None:
        raise Http404
    try:
        _press_switch(request, studio, press)
    except USER_ERRORS as error:
        return _render_switches(request, studio, press, problem=str(error), status=error_status(error))
    messages.success(request, press.describe("all songs"))
    return redirect(f"{studio.url('grants')}{_list_url(request.POST, changed=press.name)}")


def _press_switch(request: AuthenticatedHttpRequest, studio: Studio, press: Press) -> None:
    about: dict[str, Any] = {"by": request.user, "recording": press.recording}
    if press.is_on and studio.may_sign and switches.is_on(studio.artist, press.use, press.recording):
        return  # a form that was sent twice
    if press.is_on:
        # The box is there for all songs, and not for messages, which always cover later songs.
        covers_later = True if request.POST.get("later") == "1" else None
        is_fresh = reauthentication.did_recently_authenticate(request)
        after_end = read_after_end(request.POST) if press.has_choices else None
        about |= {"covers_later": covers_later, "after_end": after_end}
        artist_grants.switch_on(studio.artist, press.use, fresh=is_fresh, **about)
    else:
        artist_grants.switch_off(studio.artist, press.use, **about)


def _render_switches(
    request: AuthenticatedHttpRequest, studio: Studio, press: Press | None, *, problem: str = "", status: int = 200
) -> HttpResponse:
    data = request.POST if request.method == "POST" else request.GET
    found = songs.search(studio.artist, _query(data))
    before = cursor_or_start(data.get("before", ""), Recording, None)
    page = paginate(found, field=None, before=before, size=PAGE_SIZE)
    channels = switches.list_channels(studio.artist, page.items)
    changes, older_changes = list_changes(studio.artist, request.user)
    return studio.render(
        request,
        "studio/grants.html",
        status=status,
        channels=channels,
        song_count=studio.artist.recordings.count(),
        waits=switches.list_waits(channels),
        changes=changes,
        older_url=f"{studio.url('history')}?about=rights" if older_changes else "",
        explanations=[(Use(use).label, EXPLANATIONS[use], use in switches.OFFERED_USES) for use in SWITCHED_USES],
        query=_query(data),
        before=data.get("before", ""),
        changed=data.get("changed", ""),
        more_url=_list_url(data, before=str(page.older)) if page.older else "",
        first_url=_list_url(data, before="") if data.get("before") else "",
        problem=problem,
        **(_preview(studio, press, data) if press else {}),
    )


def _query(data: QueryDict) -> str:
    return songs.clean_query(data.get("q", ""))


def _list_url(data: QueryDict, **changes: str) -> str:
    """The address of the list as it is shown, with `changes`."""
    shown = QueryDict(mutable=True)
    values = {"q": _query(data), "before": data.get("before", "")} | changes
    shown.update({name: value for name, value in values.items() if value})
    return f"?{shown.urlencode()}"


def _preview(studio: Studio, press: Press, data: QueryDict) -> dict[str, Any]:
    """What the press changes, for the box above the switches, and what others say."""
    artist, song = studio.artist, press.recording
    others = switches.list_others(artist, press.use, song) if press.is_on and song else ()
    kept = switches.find_after_end(Q(party__artist=artist), press.use, song)
    return preview(artist, press, data, kept=kept) | {
        "keep_url": _list_url(data, changed=press.name),
        "waiting_for": switches.list_waiting_for(others),
        "refused_by": switches.list_refused_by(others),
        "unsettled": switches.list_unsettled(others),
    }
