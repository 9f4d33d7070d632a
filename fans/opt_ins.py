"""Opt in and out: whether an artist's team may write to a fan, and the consent text the fan agreed to."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count, Max, Q, QuerySet
from django.db.models.functions import Coalesce, Now

from accounts import consents
from accounts.models import Consent, Person
from audit import trail
from catalog.models import Artist
from fans.consent_texts import CONSENT_TEXTS, CONSENT_VERSION, FLOWS, Flow, write_news
from fans.models import Mute, OptIn
from rights import clearance
from rights.models import Use
from worker import wake

CHANNEL = "stops"
"""Notified when a fan ends an opt-in or pauses a program: the worker then withdraws what waits for them."""
GIVEN_CHANNEL = "opt_ins"
"""Notified when a fan opts in: the worker then looks back from there."""

LOOK_BACK_PERIOD = timedelta(hours=24)
"""As the words say, from the version on that allows to look back."""

type FanAndArtist = tuple[UUID, int]


def consent_text(artist: Artist, version: int = CONSENT_VERSION) -> str:
    return CONSENT_TEXTS[version].format(artist=artist.name)


def opt_in(person: Person, artist: Artist) -> OptIn:
    """Opt in with the newest words. If the person already agreed to these, return that opt-in unchanged.

    An opt-in under older words goes on under the newest.
    """
    with transaction.atomic():
        lock_person(person)
        opt_in = find_opt_in(person, artist)
        if opt_in and not opt_in.has_older_words:
            return opt_in
        consent = consents.give(person, _consent_subject(artist), CONSENT_VERSION, consent_text(artist))
        action = "opt_in.renewed" if opt_in else "opt_in.given"
        opt_in = (
            _renew(opt_in, consent) if opt_in else OptIn.objects.create(person=person, artist=artist, consent=consent)
        )
        trail.record(
            action, by=person.actor, subject=_consent_subject(artist), consent=consent.pk, version=CONSENT_VERSION
        )
        wake.notify(GIVEN_CHANNEL)
    opt_in.refresh_from_db()
    return opt_in


def _renew(opt_in: OptIn, consent: Consent) -> OptIn:
    """Let the opt-in rest on the newer words. Nobody looks back from it any more: it began before they were given."""
    looked_back_at = Coalesce("looked_back_at", Now())
    OptIn.objects.filter(pk=opt_in.pk).update(consent=consent, looked_back_at=looked_back_at)
    return opt_in


def postpone_words(person: Person) -> None:
    """Remember that the person was asked about the newest words and does not want them now. Settings still offer them.

    The artists then write as before.
    """
    older = OptIn.objects.filter(person=person, ended_at=None, consent__version__lt=CONSENT_VERSION)
    older.update(asked_version=CONSENT_VERSION)


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
    """For the switch on an artist's page: the active opt-in or None, and the consent text it is or would be about.

    `news` is what newer words add to those that the person agreed to.
    """
    opt_in = find_opt_in(person, artist)
    return {
        "opt_in": opt_in,
        "consent_text": opt_in.consent.words if opt_in else consent_text(artist),
        "news": write_news(opt_in.consent.version, artist.name) if opt_in else [],
    }


def active_opt_ins(person: Person) -> QuerySet[OptIn]:
    """The active opt-ins of this person, ordered by the artist's name."""
    return OptIn.objects.filter(person=person, ended_at=None).select_related("artist").order_by("artist__name", "pk")


@dataclass(frozen=True, slots=True)
class KnownArtist:
    """An artist that a fan opted in to, now or earlier. `artist` has only what a link and a face need."""

    artist: Artist
    is_active: bool
    asked_from: int | None = None
    """The version that the fan agreed to, where the fan was not yet asked about the newest words."""

    @property
    def news(self) -> list[str]:
        return write_news(self.asked_from, self.artist.name) if self.asked_from else []

    @property
    def consent_text(self) -> str:
        return consent_text(self.artist)


def known_artists(person: Person) -> list[KnownArtist]:
    """Every artist that this person ever opted in to, ordered by name, in one query."""
    rows = OptIn.objects.filter(person=person).values_list("artist", "artist__name", "artist__slug", "artist__spot")
    unasked = Q(asked_version=None) | Q(asked_version__lt=CONSENT_VERSION)
    older = Q(ended_at=None, consent__version__lt=CONSENT_VERSION) & unasked
    counted = rows.annotate(active=Count("pk", filter=Q(ended_at=None)), older=Max("consent__version", filter=older))
    return [
        KnownArtist(Artist(pk=pk, name=name, slug=slug, spot=spot), active > 0, asked_from)
        for pk, name, slug, spot, active, asked_from in counted.order_by("artist__name", "artist")
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


# The database asks the same function before it stores a draft or an experience.
AGREED_TO = """
SELECT person_id, artist_id FROM unnest(%s::uuid[], %s::bigint[]) AS wanted (person_id, artist_id)
WHERE fans_agreed_to(person_id, artist_id, %s)
"""


def pairs_that_allow(flow: Flow, pairs: Collection[FanAndArtist]) -> set[FanAndArtist]:
    """Which of these pairs have an active opt-in whose words allow the flow, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(AGREED_TO, [*pair_columns(pairs), FLOWS[flow].since])
        return set(cursor.fetchall())


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
    given = OptIn.objects.filter(ended_at=None, consent__version__gte=FLOWS[Flow.LOOK_BACK].since)
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
