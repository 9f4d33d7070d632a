"""The permissions page: one switch for each use of all songs and of each song. Everything is off until it is on."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect

from accounts import reauthentication
from accounts.requests import AuthenticatedHttpRequest
from artists import artist_grants, songs, switch_effects, switches
from artists.studio.access import USER_ERRORS, Studio, error_status, team_member_required
from artists.studio.rights_changes import list_changes
from artists.studio.views.songs import get_song_or_404
from artists.switches import SWITCHED_USES
from catalog.models import Recording
from rights.models import AfterEnd, Use
from rights.refusals import write_use
from web.pagination import cursor_or_start, paginate
from web.parsers import parse_integer

PAGE_SIZE = 11
"""With the channel of all songs, these fill three rows of four."""
EXPLANATIONS = {
    Use.PERSONAL_MESSAGE: "Your programs may write messages to fans who opted in, from sentences you signed and "
    "counted facts. Somebody in your team approves each one. A message names a song and plays none of it.",
    Use.REMIX: "Fans may ask for a song in another form, within limits that you set.",
    Use.PLAYLIST: "Songs may be put in an order for one fan.",
    Use.DJ: "Songs may be mixed into one set for one fan.",
}


@dataclass(frozen=True, slots=True)
class Press:
    """A switch that somebody pressed, and where it should go."""

    use: str
    recording: Recording | None
    is_on: bool


@team_member_required
def manage_grants(request: AuthenticatedHttpRequest, studio: Studio) -> HttpResponse:
    """GET: show the switches, and what a press of one would change. POST: press it."""
    press = _read_press(request.POST if request.method == "POST" else request.GET, studio)
    if request.method != "POST":
        return _render_switches(request, studio, press)
    if press is None:
        raise Http404
    try:
        _press_switch(request, studio, press)
    except USER_ERRORS as error:
        return _render_switches(request, studio, press, problem=str(error), status=error_status(error))
    about = f"for {press.recording.title}" if press.recording else "for all songs"
    messages.success(request, f"{Use(press.use).label} are now {'on' if press.is_on else 'off'} {about}.")
    changed = switches.switch_name(press.use, press.recording)
    return redirect(f"{studio.url('grants')}{_list_url(request.POST, changed=changed)}")


def _read_press(data: QueryDict, studio: Studio) -> Press | None:
    """The press of `switch_on=remix:5` or `switch_off=remix`.

    Raises Http404 for a use without a switch and for a song of another artist.
    """
    is_on = "switch_on" in data
    if not is_on and "switch_off" not in data:
        return None
    use, colon, song = data.get("switch_on" if is_on else "switch_off", "").partition(":")
    if use not in SWITCHED_USES:
        raise Http404
    return Press(use, get_song_or_404(studio, parse_integer(song)) if colon else None, is_on)


def _press_switch(request: AuthenticatedHttpRequest, studio: Studio, press: Press) -> None:
    about: dict[str, Any] = {"by": request.user, "recording": press.recording}
    if press.is_on and studio.may_sign and switches.is_on(studio.artist, press.use, press.recording):
        return  # a form that was sent twice
    if press.is_on:
        # The box is there for all songs, and not for messages, which always cover later songs.
        covers_later = True if request.POST.get("later") == "1" else None
        is_fresh = reauthentication.did_recently_authenticate(request)
        about |= {"covers_later": covers_later, "after_end": _read_after_end(request.POST, press)}
        artist_grants.switch_on(studio.artist, press.use, fresh=is_fresh, **about)
    else:
        artist_grants.switch_off(studio.artist, press.use, **about)


def _read_after_end(data: QueryDict, press: Press) -> str | None:
    """What was chosen that fans keep afterwards. Messages always stay, so nobody is asked."""
    chosen = data.get("after_end")
    return chosen if press.use != Use.PERSONAL_MESSAGE and chosen in AfterEnd.values else None


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
        has_older_changes=older_changes is not None,
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
    """What the press changes, for the box above the switches."""
    song = press.recording
    others = switches.list_others(studio.artist, press.use, song) if press.is_on and song else ()
    name = switches.switch_name(press.use, song)
    kept = switches.find_after_end(studio.artist, press.use, song)
    return {
        "press": press,
        "press_name": name,
        "keep_url": _list_url(data, changed=name),
        "pressed_use": write_use(press.use),
        "effect": switch_effects.measure_effect(studio.artist, press.use, song),
        "is_offered": press.use in switches.OFFERED_USES,
        "after_ends": AfterEnd.choices if press.is_on and press.use != Use.PERSONAL_MESSAGE else (),
        "after_end": _read_after_end(data, press) or kept or AfterEnd.PLAYS_ON,
        "kept_after_end": "" if press.is_on else kept,
        "asks_later": press.is_on and song is None and press.use != Use.PERSONAL_MESSAGE,
        "covers_later": data.get("later") == "1",
        "waiting_for": switches.list_waiting_for(others),
        "refused_by": switches.list_refused_by(others),
        "unsettled": switches.list_unsettled(others),
    }
