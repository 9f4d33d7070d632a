"""Find artists and recordings for a fan, and what the fan did and received with one artist."""

from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from accounts.models import Person
from catalog.models import Artist, Recording
from fans import experiences
from fans.engagement import find_engagement
from fans.models import BY_HAND_MARKS, Engagement, OptIn, RemixOffer, ShelfEntry
from rights import clearance
from rights.models import Use

MAX_RECORDINGS, STARTER_RECORDINGS = 12, 3
HANDMADE_EXPERIENCES = 3


def search_artists(person: Person, query: str = "") -> QuerySet[Artist]:
    """Artists whose name contains `query`, with `plays` by this person and `opted_in`.

    Artists they opted in to come first, then those they play most, then by name.
    """
    plays = Engagement.objects.filter(person=person, artist=OuterRef("pk")).values("listens")
    active = OptIn.objects.filter(person=person, artist=OuterRef("pk"), ended_at=None)
    artists = Artist.objects.filter(name__icontains=query) if query else Artist.objects.all()
    return artists.annotate(plays=Subquery(plays), opted_in=Exists(active)).order_by(
        "-opted_in", F("plays").desc(nulls_last=True), "name", "pk"
    )


def artists_to_choose(person: Person) -> QuerySet[Artist]:
    """Artists who may write to fans or whom this person opted in to. Those they play most come first.

    The order does not depend on opt-ins, so that a switch moves nobody.
    """
    granted = clearance.live_grants().filter(artist=OuterRef("pk"), use=Use.PERSONAL_MESSAGE)
    artists = search_artists(person).filter(Exists(granted) | Q(opted_in=True))
    return artists.order_by(F("plays").desc(nulls_last=True), "name", "pk")


def playable_recordings(artist: Artist) -> list[Recording]:
    """The artist's recordings that have a sound, ordered by title."""
    playable = Recording.objects.filter(artist=artist, sound__isnull=False).select_related("sound")
    return list(playable.order_by("title", "pk")[:MAX_RECORDINGS])


def remixable_recordings(artist: Artist) -> list[Recording]:
    """The artist's recordings that fans may remix now, ordered by title. `is_on_shelf`: others hear remixes of it."""
    offers = RemixOffer.objects.open().filter(artist=artist).values("recording")
    on_shelf = Exists(ShelfEntry.objects.shown().filter(recording=OuterRef("pk")))
    found = Recording.objects.filter(pk__in=offers).annotate(is_on_shelf=on_shelf)
    return list(found.order_by("title", "pk")[:MAX_RECORDINGS])


def starter_recordings() -> list[Recording]:
    """One playable recording each of a few artists, for onboarding."""
    playable = Recording.objects.filter(sound__isnull=False).select_related("sound", "artist")
    return list(playable.order_by("artist_id", "pk").distinct("artist_id")[:STARTER_RECORDINGS])


def fan_history(person: Person, artist: Artist) -> dict[str, Any]:
    """For the artist's page: this fan's listen counts, and the newest messages written for them by hand."""
    readable = experiences.newest_first(person).filter(withdrawn_at=None, text__isnull=False)
    by_hand = readable.filter(artist=artist, mark__in=BY_HAND_MARKS)
    return {
        "engagement": find_engagement(person, artist),
        "handmade_experiences": list(by_hand[:HANDMADE_EXPERIENCES]),
    }
