"""The switches of a rightsholder for one artist: one for each use, of all songs and of each song."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect

from accounts import reauthentication
from accounts.exceptions import NotAllowed
from accounts.requests import AuthenticatedHttpRequest
from artists.label import switches
from artists.label.access import Label, get_artist_or_404, label_member_required
from artists.label.roster import claimed_recordings
from artists.switch_effects import measure_effect
from artists.switches import OFFERED_USES
from catalog.models import Artist, Recording
from rights import grants
from rights.grants import Songs
from rights.models import AfterEnd, Use
from rights.refusals import write_use
from web.pagination import Page, cursor_or_start, paginate
from web.parsers import parse_integer

PAGE_SIZE = 20


@dataclass(frozen=True, slots=True)
class Press:
    """A switch that somebody pressed, and where it should go."""

    use: str
    recording: Recording | None
    is_on: bool


@label_member_required
def manage_switches(request: AuthenticatedHttpRequest, label: Label, slug: str) -> HttpResponse:
    """GET: show the switches, and what a press of one would change. POST: press it; on needs a recent password."""
    artist = get_artist_or_404(label, slug)
    press = _read_press(request.POST if request.method == "POST" else request.GET, label, artist)
    if request.method != "POST":
        return _render_switches(request, label, artist, press)
    if press is None:
        raise Http404
    try:
        _press_switch(request, label, artist, press)
    except NotAllowed as error:
        return _render_switches(request, label, artist, press, problem=str(error), status=409)
    about = f"for {press.recording.title}" if press.recording else f"for all songs of {artist.name}"
    messages.success(request, f"{Use(press.use).label} are now {'on' if press.is_on else 'off'} {about}.")
    return redirect(label.url("label-switches", slug=slug) + _list_query(request.POST))


def _read_press(data: QueryDict, label: Label, artist: Artist) -> Press | None:
    """The press of `switch_on=remix:5` or `switch_off=remix`; None where none is pressed.

    Raises Http404 for a use that is not the rightsholder's, and for a song of which it claims nothing.
    """
    is_on = "switch_on" in data
    if not is_on and "switch_off" not in data:
        return None
    use, colon, song = data.get("switch_on" if is_on else "switch_off", "").partition(":")
    if use not in switches.USES:
        raise Http404
    if not colon:
        return Press(use, None, is_on)
    recordings = claimed_recordings(label.party)
    return Press(use, get_object_or_404(recordings, pk=parse_integer(song), artist=artist), is_on)


def _press_switch(request: AuthenticatedHttpRequest, label: Label, artist: Artist, press: Press) -> None:
    songs = Songs(artist, press.recording)
    if not press.is_on:
        grants.refuse(label.party, press.use, songs, by=request.user)
        return
    is_fresh = reauthentication.did_recently_authenticate(request)
    covers_later = press.recording is None and request.POST.get("later") == "1"
    limits: dict[str, Any] = {"covers_later": covers_later, "after_end": _read_after_end(request.POST)}
    grants.permit(label.party, press.use, songs, by=request.user, fresh=is_fresh, **limits)


def _read_after_end(data: QueryDict) -> str:
    """What fans keep afterwards: it plays on, unless it is said to stop."""
    return AfterEnd.STOPS if data.get("after_end") == AfterEnd.STOPS else AfterEnd.PLAYS_ON


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
    return label.render(
        request,
        "label/switches.html",
        status=status,
        artist=artist,
        master=switches.list_master(label.party, artist),
        channels=switches.list_channels(label.party, artist, page.items),
        before=data.get("before", ""),
        more=f"?before={page.older}" if page.older else "",
        problem=problem,
        **(_preview(label, artist, press, data) if press else {}),
    )


def _preview(label: Label, artist: Artist, press: Press, data: QueryDict) -> dict[str, Any]:
    """What the press changes, for the box above the switches. Counts name no fan."""
    return {
        "press": press,
        "press_name": f"{press.use}:{press.recording.pk}" if press.recording else press.use,
        "keep_url": label.url("label-switches", slug=artist.slug) + _list_query(data),
        "pressed_use": write_use(press.use),
        "effect": measure_effect(artist, press.use, press.recording),
        "is_offered": press.use in OFFERED_USES,
        "after_ends": AfterEnd.choices if press.is_on else (),
        "after_end": _read_after_end(data),
        "kept_after_end": ""
        if press.is_on
        else switches.find_after_end(label.party, artist, press.use, press.recording),
        "asks_later": press.is_on and press.recording is None,
        "covers_later": data.get("later") == "1",
    }


def _list_songs(label: Label, artist: Artist, before: str) -> Page[Recording]:
    """The newest songs first. A cursor of another list shows the first page."""
    found = claimed_recordings(label.party).filter(artist=artist)
    return paginate(found, field=None, before=cursor_or_start(before, Recording, None), size=PAGE_SIZE)


def _list_query(data: QueryDict) -> str:
    """The query of the list as it was shown."""
    before = data.get("before", "")
    return f"?{urlencode({'before': before})}" if before else ""
