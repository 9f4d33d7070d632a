"""The feed: what a fan received, newest first, what arrives while it is open, and the toast on other pages."""

from collections.abc import Iterable
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
from fans import activity, experiences, listening, opt_ins, preferences
from fans.models import BY_HAND_MARKS, NO_MODEL_MARKS, Experience
from fans.opt_ins import KnownArtist
from live import notices
from live.models import Notice
from web.decorators import post_only
from web.pagination import paginate
from web.redirects import return_url

PAGE_SIZE = 10
MAX_NEW_CARDS = 50  # after more notices than this the whole page is loaded again


@dataclass(frozen=True, slots=True)
class FeedFilter:
    """Which experiences the feed shows. `hide_ai` is the fan's setting; `artist` and `by_hand` are in the URL."""

    person: Person
    artist: Artist | None
    by_hand: bool
    hide_ai: bool

    def experiences(self) -> QuerySet[Experience]:
        """With their artists, newest first."""
        rows = experiences.newest_first(self.person)
        if self.artist:
            rows = rows.filter(artist=self.artist)
        if self.by_hand:
            return rows.filter(mark__in=BY_HAND_MARKS)
        return rows.filter(mark__in=NO_MODEL_MARKS) if self.hide_ai else rows

    @property
    def is_empty(self) -> bool:
        """Whether the URL filters nothing."""
        return not (self.artist or self.by_hand)

    def url(self, name: str, **more: str) -> str:
        """The URL of this name with this filter and more parameters."""
        parameters = {"artist": self.artist.slug if self.artist else "", "by": "hand" if self.by_hand else "", **more}
        query = urlencode({key: value for key, value in parameters.items() if value})
        return reverse(name) + (f"?{query}" if query else "")


class FeedRequest(AuthenticatedHttpRequest):
    live_after: int  # the newest notice, read by config/middleware.py before anything else


@require_safe
@never_cache
@login_required
def feed(request: FeedRequest) -> HttpResponse:
    """The feed. htmx asks for older cards and gets only those."""
    known_artists = opt_ins.known_artists(request.user)
    feed_filter = _parse_filter(request, known_artists)
    cards, older_url = _read_cards(feed_filter, request.GET.get("before", ""))
    if request.htmx:
        return render(request, "fans/feed.html#experiences", {"experiences": cards, "older_url": older_url})
    if not cards and feed_filter.is_empty and preferences.needs_onboarding(request.user):
        return redirect("welcome")
    context = _page_context(request, feed_filter, known_artists, cards) | {"older_url": older_url}
    return render(request, "fans/feed.html", context)


@require_safe
@never_cache
@login_required
def new_cards(request: AuthenticatedHttpRequest) -> HttpResponse:
    """What arrived after the notice numbered `after`, and cards that were withdrawn or erased since.

    Notices are numbered in the order of their commits, so none is missed.
    """
    after = request.GET.get("after", "")
    if not after.isdecimal() or len(after) > 18:
        raise Http404
    newer = notices.list_after(request.user.pk, int(after), MAX_NEW_CARDS)
    if len(newer) == MAX_NEW_CARDS or notices.has_gap(newer, after=int(after), limit=MAX_NEW_CARDS):
        return HttpResponseClientRefresh()
    new = _experience_ids(newer, {experiences.DELIVERED})
    changed = _experience_ids(newer, {experiences.WITHDRAWN, experiences.ERASED}) - new
    feed_filter = _parse_filter(request, opt_ins.known_artists(request.user))
    cards = list(feed_filter.experiences().filter(pk__in=new | changed)) if new | changed else []
    context = {
        "experiences": [card for card in cards if str(card.pk) in new],
        "changed_experiences": [card for card in cards if str(card.pk) in changed],
        "last_sequence": newer[-1].sequence if newer else after,
    }
    return render(request, "fans/feed.html#new-experiences", context)


@require_safe
@never_cache
@login_required
def toast(request: AuthenticatedHttpRequest) -> HttpResponse:
    """A toast about a new experience, on any page. 204 if the fan does not want to see it."""
    try:
        pk = UUID(request.GET.get("about", "").removeprefix("experience:"))
    except ValueError:
        return HttpResponse(status=204)
    experience = experiences.newest_first(request.user).filter(pk=pk, withdrawn_at=None).first()
    if experience is None or (experience.mark not in NO_MODEL_MARKS and preferences.hides_ai(request.user)):
        return HttpResponse(status=204)
    return render(request, "fans/_toast.html", {"experience": experience})


@require_safe
@never_cache
@login_required
def activity_box(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The notices beside the feed, which an open feed fetches again when something happened."""
    return render(request, "fans/feed.html#activity", {"activity": activity.recent_activity(request.user)})


@post_only
@login_required
def set_hide_ai(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The switch above the feed and in the settings. Both keep their page."""
    preferences.set_hide_ai(request.user, request.POST.get("on") == "1")
    return redirect(return_url(request))


def _parse_filter(request: AuthenticatedHttpRequest, known_artists: list[KnownArtist]) -> FeedFilter:
    slug = request.GET.get("artist", "")
    artist = next((known.artist for known in known_artists if known.artist.slug == slug), None)
    if slug and artist is None:
        raise Http404
    by_hand = request.GET.get("by") == "hand"
    return FeedFilter(request.user, artist, by_hand, preferences.hides_ai(request.user))


def _read_cards(feed_filter: FeedFilter, before: str) -> tuple[list[Experience], str]:
    """One page of cards, and the URL of the next page or "". `before` is the text of a cursor."""
    page = paginate(feed_filter.experiences(), field="delivered_at", before=before, size=PAGE_SIZE)
    return page.items, feed_filter.url("feed", before=str(page.older)) if page.older else ""


def _experience_ids(newer: Iterable[Notice], kinds: set[str]) -> set[str]:
    return {notice.reference.removeprefix("experience:") for notice in newer if notice.kind in kinds}


def _page_context(
    request: FeedRequest, feed_filter: FeedFilter, known_artists: list[KnownArtist], cards: list[Experience]
) -> dict[str, Any]:
    return {
        "experiences": cards,
        "feed_filter": feed_filter,
        "filter_artists": [known.artist for known in known_artists],
        "new_url": feed_filter.url("feed-new"),
        "last_sequence": _newest_notice(request, cards),
        "activity": activity.recent_activity(request.user),
        "monthly_listening": listening.summarise_month(request.user),
        "asked_artists": [known for known in known_artists if known.asked_from],
        "opted_in_artists": [known.artist for known in known_artists if known.is_active],
        "section": "feed",
    }


def _newest_notice(request: FeedRequest, cards: list[Experience]) -> int:
    """The number of the newest notice about these cards. It may have come after this request began."""
    before: int = request.live_after
    if notices.newest_sequences([request.user.pk])[request.user.pk] == before:
        return before
    references = [str(card) for card in cards]
    newer = Notice.objects.filter(
        person=request.user, sequence__gt=before, kind=experiences.DELIVERED, reference__in=references
    )
    return newer.order_by("-sequence").values_list("sequence", flat=True).first() or before
