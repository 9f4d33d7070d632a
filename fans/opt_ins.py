"""Opt in and out: whether an artist's team may write to a fan, and the consent text the fan agreed to."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Now

from accounts import consents
from accounts.models import Person
from audit import trail
from catalog.models import Artist
from fans.models import Mute, OptIn
from rights import clearance
from rights.models import Use
from worker import wake

CHANNEL = "stops"
"""Notified when a fan ends an opt-in or pauses a program: the worker then withdraws what waits for them."""
GIVEN_CHANNEL = "opt_ins"
"""Notified when a fan opts in: the worker then looks back from there."""

CONSENT_TEXTS = {
    1: (
        "{artist}’s team may write to you here when your listening reaches a moment that {artist} wants to answer. "
        "They then see your name as you gave it, which moment it was, how often you had listened and since when, and "
        "where it was about one recording, its title. "
        "They see nothing else of your listening, and nobody outside the team sees any of it. "
        "Every message waits for the yes of a person on the team. You can end this at any time; what was not yet "
        "delivered then stays undelivered."
    ),
    2: (
        "{artist}’s team may write to you here when your listening reaches a moment that {artist} wants to answer. If "
        "it reached such a moment in the 24 hours before you agree, they may answer that too, with one message. "
        "They then see your name as you gave it, which moment it was, how often you had listened and since when, and "
        "where it was about one recording, its title. "
        "They see nothing else of your listening, and nobody outside the team sees any of it. "
        "Every message waits for the yes of a person on the team. You can end this at any time; what was not yet "
        "delivered then stays undelivered."
    ),
}
"""What a fan agrees to, by version. Never edit a version: add a new one. A consent keeps the text it was given to."""
CONSENT_VERSION = max(CONSENT_TEXTS)
LOOK_BACK_VERSION = 2
"""From this version on the words allow to look back from the opt-in."""
LOOK_BACK_PERIOD = timedelta(hours=24)
"""As these words say."""

type FanAndArtist = tuple[UUID, int]


def consent_text(artist: Artist, version: int = CONSENT_VERSION) -> str:
    return CONSENT_TEXTS[version].format(artist=artist.name)


def opt_in(person: Person, artist: Artist) -> OptIn:
    """Opt in; if the person already has, return that opt-in unchanged."""
    with transaction.atomic():
        lock_person(person)
        opt_in = find_opt_in(person, artist)
        if opt_in:
            return opt_in
        consent = consents.give(person, _consent_subject(artist), CONSENT_VERSION, consent_text(artist))
        opt_in = OptIn.objects.create(person=person, artist=artist, consent=consent)
        trail.record(
            "opt_in.given",
            by=person.actor,
            subject=_consent_subject(artist),
            consent=consent.pk,
            version=CONSENT_VERSION,
        )
        wake.notify(GIVEN_CHANNEL)
    opt_in.refresh_from_db()
    return opt_in


def opt_out(person: Person, artist: Artist) -> bool:
    """End the opt-in now. Return False if there was none.

    It waits for a delivery that is running; nothing is delivered after it, nor dated after it.
    """
    with transaction.atomic():
        lock_person_and_opt_in(person, artist)
        opt_in = find_opt_in(person, artist)
        if opt_in is None:
            return False
        OptIn.objects.filter(pk=opt_in.pk).update(ended_at=Now())
        consent = consents.withdraw(person, _consent_subject(artist), opt_in.consent.version, opt_in.consent.words)
        trail.record("opt_in.ended", by=person.actor, subject=_consent_subject(artist), consent=consent.pk)
        wake.notify(CHANNEL)
    return True


def find_opt_in(person: Person, artist: Artist) -> OptIn | None:
    """The active opt-in, with its consent."""
    active = OptIn.objects.filter(person=person, artist=artist, ended_at=None)
    return active.select_related("consent").first()


def may_write(artist: Artist, fan: Person) -> bool:
    """Whether the artist's permission for personal messages is on, where this fan lives."""
    return clearance.find_missing(Use.PERSONAL_MESSAGE, artist, territory=fan.country) is None


def describe_opt_in(person: Person, artist: Artist) -> dict[str, Any]:
    """For the switch on an artist's page: the active opt-in or None, and the consent text it is or would be about."""
    opt_in = find_opt_in(person, artist)
    return {"opt_in": opt_in, "consent_text": opt_in.consent.words if opt_in else consent_text(artist)}


def active_opt_ins(person: Person) -> QuerySet[OptIn]:
    """The active opt-ins of this person, ordered by the artist's name."""
    return OptIn.objects.filter(person=person, ended_at=None).select_related("artist").order_by("artist__name", "pk")


@dataclass(frozen=True, slots=True)
class KnownArtist:
    """An artist that a fan opted in to, now or earlier. `artist` has only what a link and a face need."""

    artist: Artist
    is_active: bool


def known_artists(person: Person) -> list[KnownArtist]:
    """Every artist that this person ever opted in to, ordered by name, in one query."""
    rows = OptIn.objects.filter(person=person).values_list("artist", "artist__name", "artist__slug", "artist__spot")
    counted = rows.annotate(active=Count("pk", filter=Q(ended_at=None))).order_by("artist__name", "artist")
    return [
        KnownArtist(Artist(pk=pk, name=name, slug=slug, spot=spot), active > 0)
        for pk, name, slug, spot, active in counted
    ]


# Raw SQL: the ORM cannot join pairs, nor lock FOR SHARE, so two deliveries to one fan would wait for each other.
# 500 pairs took 13 ms; the ORM took 402 ms with an OR for each pair, and 30 ms with two INs, which read too many rows.
ACTIVE_SINCE = """
SELECT given.person_id, given.artist_id, given.since FROM fans_optin given
JOIN unnest(%s::uuid[], %s::bigint[]) AS wanted (person_id, artist_id) USING (person_id, artist_id)
WHERE given.ended_at IS NULL ORDER BY given.id
"""


def active_since(pairs: Collection[FanAndArtist], *, hold: bool = False) -> dict[FanAndArtist, datetime]:
    """Which of these pairs have an active opt-in, and since when, in one query.

    `hold` locks them: they cannot end before this transaction has committed.
    """
    with connection.cursor() as cursor:
        cursor.execute(ACTIVE_SINCE + ("FOR SHARE OF given" if hold else ""), pair_columns(pairs))
        return {(person, artist): since for person, artist, since in cursor.fetchall()}


def active_pairs(pairs: Collection[FanAndArtist], *, hold: bool = False) -> set[FanAndArtist]:
    """Which of these pairs have an active opt-in. `hold` is as for `active_since`."""
    return set(active_since(pairs, hold=hold))


def active_sql(person_column: str, artist_column: str, *, since: str | None = None) -> str:
    """An SQL condition for other queries: whether there is an active opt-in.

    The arguments are names of columns. With `since`, a column of times, it must have begun by then.
    """
    until = f" AND given.since <= {since}" if since else ""
    return f"""EXISTS (
        SELECT FROM fans_optin given
        WHERE given.person_id = {person_column} AND given.artist_id = {artist_column} AND given.ended_at IS NULL{until}
    )"""


def claim_ended(limit: int) -> set[FanAndArtist]:
    """The pairs of opt-ins that ended since the last call, at most `limit`; each once, if the caller commits."""
    ended = claim_for_withdrawal(OptIn.objects.filter(ended_at__isnull=False), limit)
    return {(opt_in.person_id, opt_in.artist_id) for opt_in in ended}


def claim_to_look_back(limit: int) -> list[OptIn]:
    """Mark active opt-ins from which nobody looked back yet, and return them. Another process skips them."""
    given = OptIn.objects.filter(ended_at=None, consent__version__gte=LOOK_BACK_VERSION)
    return _claim(given, "looked_back_at", limit)


def claim_for_withdrawal[Row: (OptIn, Mute)](rows: QuerySet[Row], limit: int) -> list[Row]:
    """Mark the rows whose drafts nobody withdrew yet, and return them. Another process skips them."""
    return _claim(rows, "withdrawal_started_at", limit)


def _claim[Row: (OptIn, Mute)](rows: QuerySet[Row], column: str, limit: int) -> list[Row]:
    """Set the time in this column of the oldest rows that have none, and return them. Another process skips them."""
    unclaimed = rows.filter(**{column: None}).order_by("pk")
    claimed = list(unclaimed.select_for_update(of=("self",), skip_locked=True, no_key=True)[:limit])
    if claimed:
        rows.model.objects.filter(pk__in=[row.pk for row in claimed]).update(**{column: Now()})
    return claimed


def pair_columns(pairs: Collection[tuple[UUID, int]]) -> list[list[Any]]:
    """The two columns of these pairs, sorted and each pair once, as `unnest` takes them."""
    wanted = sorted(set(pairs))
    return [[person for person, _ in wanted], [number for _, number in wanted]]


def lock_person_and_opt_in(person: Person, artist: Artist) -> None:
    """Two requests of one fan wait for each other, and both for a delivery that holds the opt-in.

    A time that a later statement takes by `Now()` is then after what was delivered: it is the statement's start.
    """
    lock_person(person)
    list(OptIn.objects.select_for_update().filter(person=person, artist=artist, ended_at=None).values_list("pk"))


def lock_person(person: Person) -> None:
    """Two requests of one fan wait for each other."""
    Person.objects.select_for_update(no_key=True).only("pk").get(pk=person.pk)


def _consent_subject(artist: Artist) -> str:
    return f"artist:{artist.pk}"
