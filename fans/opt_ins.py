"""Opt in: a fan lets one artist's team know of them, in words that are kept with the yes; and takes it back."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from accounts import consents
from accounts.models import Person
from audit import trail
from catalog.models import Artist
from fans.models import OptIn
from worker import wake

CHANNEL = "stops"
"""Rung when a fan ends an opt-in or pauses a program: whoever keeps something waiting for them should hear it."""

CONSENT_TEXTS = {
    1: (
        "{artist}'s team may write to you here when your listening reaches a moment that {artist} wants to answer. "
        "They then see your name as you gave it, which moment it was, how often you had listened and since when, and "
        "where it was about one recording, its title. "
        "They see nothing else of your listening, and nobody outside the team sees any of it. "
        "Every message waits for the yes of a person on the team. You can end this at any time; what was not yet "
        "delivered then stays undelivered."
    )
}
"""What a fan was told, by version. A change is a new version; a yes keeps the words it was given to."""
CONSENT_VERSION = max(CONSENT_TEXTS)


def consent_text(artist: Artist, version: int = CONSENT_VERSION) -> str:
    return CONSENT_TEXTS[version].format(artist=artist.name)


def opt_in(person: Person, artist: Artist) -> OptIn:
    """A standing yes; the one that stands already, where there is one."""
    with transaction.atomic():
        _lock_person(person)
        standing = OptIn.objects.filter(person=person, artist=artist, ended_at=None).first()
        if standing:
            return standing
        consent = consents.give(person, _consent_subject(artist), CONSENT_VERSION, consent_text(artist))
        given = OptIn.objects.create(person=person, artist=artist, consent=consent)
        trail.record(
            "opt_in.given",
            by=person.actor,
            subject=_consent_subject(artist),
            consent=consent.pk,
            version=CONSENT_VERSION,
        )
    given.refresh_from_db()
    return given


def opt_out(person: Person, artist: Artist) -> bool:
    """End it, at once: what delivers at this moment is waited for, and nothing follows it. False when none stood."""
    with transaction.atomic():
        _lock_person(person)
        given = OptIn.objects.filter(person=person, artist=artist, ended_at=None).select_related("consent").first()
        if given is None:
            return False
        OptIn.objects.filter(pk=given.pk).update(ended_at=Now())
        consent = consents.withdraw(person, _consent_subject(artist), given.consent.version, given.consent.words)
        trail.record("opt_in.ended", by=person.actor, subject=_consent_subject(artist), consent=consent.pk)
        wake.notify(CHANNEL)
    return True


def active_opt_ins(person: Person) -> QuerySet[OptIn]:
    """What stands for this person, by the artist's name."""
    return OptIn.objects.filter(person=person, ended_at=None).select_related("artist").order_by("artist__name", "pk")


@dataclass(frozen=True, slots=True)
class KnownArtist:
    """An artist whom a fan let know of them once."""

    artist: Artist
    """With what a link and a face need: no more of it is read."""
    stands: bool


KNOWN_ARTISTS = """
SELECT artist.id, artist.name, artist.slug, artist.spot, bool_or(given.ended_at IS NULL)
FROM fans_optin given JOIN catalog_artist artist ON artist.id = given.artist_id
WHERE given.person_id = %s GROUP BY artist.id ORDER BY artist.name, artist.id
"""


def known_artists(person: Person) -> list[KnownArtist]:
    """Every artist whom this person ever let know, by name, and whether it still stands."""
    with connection.cursor() as cursor:
        cursor.execute(KNOWN_ARTISTS, [person.pk])
        return [
            KnownArtist(Artist(pk=pk, name=name, slug=slug, spot=spot), stands)
            for pk, name, slug, spot, stands in cursor.fetchall()
        ]


ACTIVE_SINCE = """
SELECT given.person_id, given.artist_id, given.since FROM fans_optin given
JOIN unnest(%s::uuid[], %s::bigint[]) AS asked (person_id, artist_id) USING (person_id, artist_id)
WHERE given.ended_at IS NULL ORDER BY given.id
"""


type FanAndArtist = tuple[UUID, int]
"""A fan and an artist."""


def active_since(pairs: Collection[FanAndArtist], *, hold: bool = False) -> dict[FanAndArtist, datetime]:
    """Which of these (fan, artist) stand, and since when, in one query.

    `hold` keeps them from ending until this transaction has committed.
    """
    asked = sorted(set(pairs))
    columns: list[list[Any]] = [[person for person, _ in asked], [artist for _, artist in asked]]
    with connection.cursor() as cursor:
        cursor.execute(ACTIVE_SINCE + ("FOR SHARE OF given" if hold else ""), columns)
        return {(person, artist): since for person, artist, since in cursor.fetchall()}


def active_pairs(pairs: Collection[FanAndArtist], *, hold: bool = False) -> set[FanAndArtist]:
    """Which of these stand, since whenever: for what is written from now on."""
    return set(active_since(pairs, hold=hold))


def active_sql(person: str, artist: str, *, since: str | None = None) -> str:
    """For a query about something else, as SQL: whether the opt-in stands, by its columns of fan and artist.

    With `since`, its column of a time, only one that had been given by then.
    """
    until = f" AND given.since <= {since}" if since else ""
    return f"""EXISTS (
        SELECT FROM fans_optin given
        WHERE given.person_id = {person} AND given.artist_id = {artist} AND given.ended_at IS NULL{until}
    )"""


def claim_ended(limit: int) -> set[tuple[UUID, int]]:
    """Which (fan, artist) ended and were not heeded yet. Taken once, if the caller's transaction commits."""
    ended = OptIn.objects.filter(ended_at__isnull=False, heeded_at=None).order_by("pk")
    taken = list(ended.select_for_update(skip_locked=True, no_key=True)[:limit])
    if taken:
        OptIn.objects.filter(pk__in=[given.pk for given in taken]).update(heeded_at=Now())
    return {(given.person_id, given.artist_id) for given in taken}


def _consent_subject(artist: Artist) -> str:
    return f"artist:{artist.pk}"


def _lock_person(person: Person) -> None:
    """Two clicks of one fan wait for each other."""
    Person.objects.select_for_update(no_key=True).only("pk").get(pk=person.pk)
