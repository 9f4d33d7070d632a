"""Follow: the artists one can find here, and whether their teams may know of this fan."""

from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.decorators import login_required
from accounts.models import Person
from accounts.requests import AuthenticatedHttpRequest
from catalog.models import Artist, Recording
from fans import experiences, opt_ins
from fans.models import BY_HAND_MARKS, Engagement, Experience, OptIn
from web.decorators import post_only

MAX_ARTISTS = 60
SONGS, FIRST_SONGS = 12, 3
RETURN_PAGES = {"settings": "settings", "welcome": "welcome-artists"}


@require_safe
@never_cache
@login_required
def artist_list(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Whom one plays first, then by name. More than a page of them are found by their name."""
    asked = request.GET.get("q", "").strip()[:120].replace("\x00", "")
    found = list(known_to(request.user, asked)[: MAX_ARTISTS + 1])
    context = {"artists": found[:MAX_ARTISTS], "more": len(found) > MAX_ARTISTS, "q": asked}
    return render(request, "fans/artists.html#list" if request.htmx else "fans/artists.html", context)


@post_only
@login_required
def set_opt_in(request: AuthenticatedHttpRequest, slug: str) -> HttpResponse:
    """Let this team know of me, or with on=0 no longer. `back` names the page on which the button stood."""
    artist = get_object_or_404(Artist, slug=slug)
    if request.POST.get("on") == "0":
        opt_ins.opt_out(request.user, artist)
    else:
        opt_ins.opt_in(request.user, artist)
    back = RETURN_PAGES.get(request.POST.get("back", ""))
    if request.htmx and not back:
        return render(request, "fans/artist.html#opt-in", {"artist": artist} | standing(request.user, artist))
    return redirect(back) if back else redirect("artist", slug)


def standing(person: Person, artist: Artist) -> dict[str, Any]:
    """What the switch shows: whether it is on, since when, and the words it stands for."""
    given = OptIn.objects.filter(person=person, artist=artist, ended_at=None).select_related("consent").first()
    return {"given": given, "words": given.consent.words if given else opt_ins.consent_text(artist)}


@require_safe
@never_cache
@login_required
def listen_count(request: AuthenticatedHttpRequest, slug: str) -> HttpResponse:
    """How often, anew: something was played to its half on the page, or forgotten."""
    artist = get_object_or_404(Artist, slug=slug)
    context = {"artist": artist, "engagement": _engagement(request.user, artist)}
    return render(request, "fans/artist.html#heard", context)


def own_story(person: Person, artist: Artist) -> dict[str, Any]:
    """How far this fan got with this artist, and the last things that came by hand."""
    by_hand = experiences.received_by(person).filter(
        artist=artist, mark__in=BY_HAND_MARKS, withdrawn_at=None, text__isnull=False
    )
    newest: QuerySet[Experience] = by_hand.select_related("artist").order_by("-delivered_at", "-pk")
    return {
        "engagement": _engagement(person, artist),
        "by_hand": list(newest[:3]),
    }


def _engagement(person: Person, artist: Artist) -> Engagement | None:
    return Engagement.objects.filter(person=person, artist=artist).first()


def songs(artist: Artist) -> list[Recording]:
    """What can be played here."""
    there = Recording.objects.filter(artist=artist, sound__isnull=False).select_related("sound")
    return list(there.order_by("title", "pk")[:SONGS])


def to_begin_with() -> list[Recording]:
    """One recording each of a few artists, for whoever has not played anything here."""
    there = Recording.objects.filter(sound__isnull=False).select_related("sound", "artist")
    return list(there.order_by("artist_id", "pk").distinct("artist_id")[:FIRST_SONGS])


def known_to(person: Person, asked: str = "") -> QuerySet[Artist]:
    """Artists with `plays` by this person and `given`, whether they opted in."""
    own = Engagement.objects.filter(person=person, artist=OuterRef("pk")).values("listens")
    given = OptIn.objects.filter(person=person, artist=OuterRef("pk"), ended_at=None)
    artists = Artist.objects.filter(name__icontains=asked) if asked else Artist.objects.all()
    return artists.annotate(plays=Subquery(own), given=Exists(given)).order_by(
        "-given", F("plays").desc(nulls_last=True), "name", "pk"
    )


def with_words(artist: Artist) -> dict[str, Any]:
    """An artist beside exactly what a yes would show their team."""
    return {"artist": artist, "words": opt_ins.consent_text(artist)}
