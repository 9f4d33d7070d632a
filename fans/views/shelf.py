"""Remixes by fans, for other fans: the shelf of an artist, the page of one entry, its sound and its plays."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.decorators import login_required
from accounts.models import Person
from accounts.requests import AuthenticatedHttpRequest
from catalog.models import Artist
from fans import discovery, shelf, shelf_plays
from fans.models import ShelfEntry
from fans.remix_player import RemixPlayer
from fans.remixes import Remix
from listens import player_api
from listens.first_party import ReportedPlay
from web.decorators import post_only
from web.pagination import cursor_or_start, paginate
from web.ranges import file_response


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry of a list. `reasons` are why hearers reported it and how many did, for its team alone.

    `is_heard` says whether what stands on the shelf can be heard: by its maker, and for its team by anybody. `plays`
    are those of `shelf_plays.count`.
    """

    entry: ShelfEntry
    remix: Remix
    is_heard: bool = True
    plays: int = 0
    reasons: list[tuple[str, int]] = field(default_factory=list)

    @property
    def summary(self) -> str:
        """The changes in one line: "Tempo 10 % slower, room in a hall"."""
        return ", ".join(f"{what} {how}" for what, how in self.remix.changes) or "As it was recorded"


def show(entries: Iterable[ShelfEntry]) -> list[Shown]:
    return [Shown(entry, shelf.open_remix(entry)) for entry in entries]


def show_with_plays(entries: Iterable[ShelfEntry], heard: QuerySet[ShelfEntry]) -> list[Shown]:
    """These entries of the maker or of the team, of which those in `heard` can be heard, and how often they were."""
    shown = show(entries)
    pks = [one.entry.pk for one in shown]
    audible, plays = (
        set(heard.filter(pk__in=pks).values_list("pk", flat=True)),
        shelf_plays.count([one.entry for one in shown]),
    )
    return [replace(one, is_heard=one.entry.pk in audible, plays=plays[one.entry.pk]) for one in shown]


@require_safe
@never_cache
@login_required
def artist_shelf(request: AuthenticatedHttpRequest, slug: str) -> HttpResponse:
    """What the person can hear there, of one song where `song` says which, and what they offered themselves."""
    artist = get_object_or_404(Artist, slug=slug)
    heard = shelf.list_for(request.user, artist)
    songs = shelf.list_songs(heard)
    song = next((one for one in songs if str(one.pk) == request.GET.get("song")), None)
    before = cursor_or_start(request.GET.get("before", ""), ShelfEntry, None)
    of_song = heard.filter(recording=song) if song else heard
    page = paginate(of_song, field=None, before=before, size=shelf.PAGE_SIZE)
    own = paginate(shelf.list_own(request.user, artist), field=None, before="", size=shelf.PAGE_SIZE)
    context = {
        "artist": artist,
        "shown": show(page.items),
        "songs": songs,
        "song": song,
        "older": page.older,
        "is_later_page": bool(before),
        "own": show_with_plays(own.items, heard),
        "own_goes_on": own.older is not None,
        "remixable": discovery.remixable_recordings(artist),
        "section": "artists",
    }
    return render(request, "fans/shelf.html", context)


@require_safe
@never_cache
@login_required
def shelf_entry(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    entry = _get_entry_or_404(request.user, pk)
    remix = shelf.open_remix(entry)
    context = {
        "artist": entry.artist,
        "entry": entry,
        "remix": remix,
        "player": _build_player(entry, remix),
        "section": "artists",
    }
    return render(request, "fans/shelf_entry.html", context)


@require_safe
@never_cache
@login_required
def now_bar(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """The bar in which it plays on while the hearer moves through pages, or that it cannot be heard any more.

    404 for what was never on the shelf.
    """
    entry = shelf.find_for(request.user, pk)
    if entry is None:
        get_object_or_404(ShelfEntry, pk=pk, decision__isnull=False)
    context = {
        "player": entry and _build_player(entry, shelf.open_remix(entry)),
        "page_url": reverse("shelf-entry", args=[pk]),
        "plays_url": reverse("shelf-plays", args=[pk]),
    }
    return render(request, "fans/_now_bar.html", context)


def _build_player(entry: ShelfEntry, remix: Remix) -> RemixPlayer:
    return remix.build_player(key=str(entry), sound_url=reverse("shelf-sound", args=[entry.pk]))


@require_safe
@login_required
def shelf_sound(request: AuthenticatedHttpRequest, pk: int) -> HttpResponseBase:
    """The copy for the shelf, or a range of it. Who may hear it is asked anew each time, where the hearer is."""
    found = shelf.find_sound(_get_entry_or_404(request.user, pk))
    if found is None:
        raise Http404
    path, sha256 = found
    return file_response(request, path, etag=sha256, content_type=shelf.MEDIA_TYPE)


@post_only
@never_cache
@login_required
def record_play(request: AuthenticatedHttpRequest, pk: int) -> JsonResponse:
    """Record that the person heard it: a listen of the recording it was made of. 404 as for its sound."""
    entry = _get_entry_or_404(request.user, pk)

    def build(**said: Any) -> ReportedPlay:
        return ReportedPlay(
            recording=entry.recording,
            milliseconds=shelf.open_remix(entry).milliseconds,
            remix=str(entry),
            available_since=entry.decided_at,
            **said,
        )

    return player_api.respond(request, build)


def _get_entry_or_404(person: Person, pk: int) -> ShelfEntry:
    entry = shelf.find_for(person, pk)
    if entry is None:
        raise Http404
    return entry
