"""Show: what reached a fan, newest first, and what comes while they look."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRefresh

from accounts.decorators import login_required
from accounts.models import Person
from accounts.requests import AuthenticatedHttpRequest
from catalog.models import Artist
from fans import activity, experiences, month, opt_ins, preferences
from fans.models import BY_HAND_MARKS, NO_MODEL_MARKS, Experience
from fans.opt_ins import KnownArtist
from live import notices
from live.models import Notice
from web.decorators import post_only
from web.pagination import paginate

PAGE_SIZE = 10
MAX_NEW_CARDS = 50  # more at once than that: load the page again
KIND = "experience.delivered"


@dataclass(frozen=True, slots=True)
class FeedFilter:
    """What of it somebody wants to see. `human_only` is their standing wish, `by_hand` that of this address."""

    person: Person
    artist: Artist | None
    by_hand: bool
    human_only: bool

    def apply(self) -> QuerySet[Experience]:
        found = experiences.received_by(self.person).select_related("artist")
        if self.artist:
            found = found.filter(artist=self.artist)
        if self.by_hand:
            return found.filter(mark__in=BY_HAND_MARKS)
        return found.filter(mark__in=NO_MODEL_MARKS) if self.human_only else found

    @property
    def everything(self) -> bool:
        return not (self.artist or self.by_hand)

    def address(self, name: str, **more: str) -> str:
        asked = {"artist": self.artist.slug if self.artist else "", "by": "hand" if self.by_hand else "", **more}
        query = urlencode({key: value for key, value in asked.items() if value})
        return reverse(name) + (f"?{query}" if query else "")


class FeedRequest(AuthenticatedHttpRequest):
    live_after: int  # config/middleware.py read it before anything else was read


@require_safe
@never_cache
@login_required
def feed(request: FeedRequest) -> HttpResponse:
    """The feed; to htmx, which asks for older ones, only those."""
    known = opt_ins.known_artists(request.user)
    asked = _parse_filter(request, known)
    cards, older = _read_cards(asked, request.GET.get("before", ""))
    if request.htmx:
        return render(request, "fans/feed.html#cards", {"cards": cards, "older": older})
    if not cards and asked.everything and preferences.needs_onboarding(request.user):
        return redirect("welcome")
    return render(request, "fans/feed.html", _page_context(request, asked, known, cards) | {"older": older})


@require_safe
@never_cache
@login_required
def new_cards(request: AuthenticatedHttpRequest) -> HttpResponse:
    """What came since the notice `after`, each once. They are numbered as they were committed: none is passed over."""
    after = request.GET.get("after", "")
    if not after.isdecimal() or len(after) > 18:
        raise Http404
    newer = notices.list_after(request.user.pk, int(after), MAX_NEW_CARDS)
    if len(newer) == MAX_NEW_CARDS or notices.has_gap(newer, after=int(after), limit=MAX_NEW_CARDS):
        return HttpResponseClientRefresh()
    asked = _parse_filter(request, opt_ins.known_artists(request.user))
    ids = [each.reference.removeprefix("experience:") for each in newer if each.kind == KIND]
    cards = list(asked.apply().filter(pk__in=ids).order_by("-delivered_at", "-pk")) if ids else []
    return render(request, "fans/feed.html#fresh", {"cards": cards, "after": newer[-1].sequence if newer else after})


@require_safe
@never_cache
@login_required
def toast(request: AuthenticatedHttpRequest) -> HttpResponse:
    """A word about what came, on whatever page; nothing about what this fan does not want to see."""
    try:
        pk = UUID(request.GET.get("about", "").removeprefix("experience:"))
    except ValueError:
        return HttpResponse(status=204)
    experience = experiences.received_by(request.user).select_related("artist").filter(pk=pk, withdrawn_at=None).first()
    if experience is None or (experience.mark not in NO_MODEL_MARKS and preferences.wants_human_only(request.user)):
        return HttpResponse(status=204)
    return render(request, "fans/_toast.html", {"experience": experience})


@post_only
@login_required
def set_human_only(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The switch above the feed, and in the settings."""
    preferences.set_human_only(request.user, request.POST.get("on") == "1")
    return redirect("settings" if request.POST.get("back") == "settings" else "feed")


def _parse_filter(request: AuthenticatedHttpRequest, known: list[KnownArtist]) -> FeedFilter:
    slug = request.GET.get("artist", "")
    artist = next((each.artist for each in known if each.artist.slug == slug), None)
    if slug and artist is None:
        raise Http404
    by_hand = request.GET.get("by") == "hand"
    return FeedFilter(request.user, artist, by_hand, preferences.wants_human_only(request.user))


def _read_cards(asked: FeedFilter, before: str) -> tuple[list[Experience], str]:
    """One page of cards, and the URL of the next page or "". `before` is the text of a cursor."""
    page = paginate(asked.apply(), field="delivered_at", before=before, size=PAGE_SIZE)
    return page.items, asked.address("feed", before=str(page.older)) if page.older else ""


def _page_context(
    request: FeedRequest, asked: FeedFilter, known: list[KnownArtist], cards: list[Experience]
) -> dict[str, Any]:
    return {
        "cards": cards,
        "asked": asked,
        "artists": [each.artist for each in known],
        "fresh_url": asked.address("feed-new"),
        "after": _newest_notice(request, cards),
        "news": activity.recent_activity(request.user),
        "month": month.of(request.user),
        "standing": [each.artist for each in known if each.stands],
        "section": "feed",
    }


def _newest_notice(request: FeedRequest, cards: list[Experience]) -> int:
    """The number of the last notice that these cards tell of: it may have come after the page was begun."""
    before: int = request.live_after
    if notices.newest_sequences([request.user.pk])[request.user.pk] == before:
        return before
    references = [str(card) for card in cards]
    newer = Notice.objects.filter(person=request.user, sequence__gt=before, kind=KIND, reference__in=references)
    return newer.order_by("-sequence").values_list("sequence", flat=True).first() or before
