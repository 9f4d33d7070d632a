"""Histories of contracts: each thing is done in the database, and noted beside it for the naive reading."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from accounts.exceptions import NotAllowed
from catalog import registration
from catalog.models import Artist, Recording, RecordingWork, Work
from rights import agreements, claims, grants
from rights.agreements import Scope, Terms
from rights.exceptions import Overlap
from rights.grants import Songs
from rights.models import AgreementVersion, Party
from tests import factories
from tests.rights import factories as owners
from tests.rights.naive_reading import Needed, Owned, Said, Tied

ANSWERS_SQL = """
SELECT role, party_id, recording_id, work_id, problem
FROM {}(ARRAY[%s]::text[], ARRAY[''], ARRAY[%s]::bigint[], ARRAY[%s]::text[], ARRAY[%s::bigint[]::text],
    %s::timestamptz)
"""


def ask_database(
    history: "History", use: str, country: str, at: datetime, function: str = "rights_answers"
) -> set[Needed]:
    with connection.cursor() as cursor:
        songs = [song.pk for song in history.songs]
        cursor.execute(ANSWERS_SQL.format(function), [use, history.artist.pk, country, songs, at])
        return set(cursor.fetchall())


# The history


@dataclass(repr=False)  # Hypothesis would print every row
class History:
    """What happened in a small world of two songs and five parties: in the database, and beside it in a list."""

    artist: Artist
    songs: list[Recording]
    works: dict[int, Work]
    mara: Party
    parties: list[Party]
    said: list[Said] = field(default_factory=list)
    owned: list[Owned] = field(default_factory=list)
    tied: list[Tied] = field(default_factory=list)
    times: list[datetime] = field(default_factory=list)
    versions: dict[str, list[AgreementVersion]] = field(default_factory=dict)

    def now(self) -> datetime:
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            return cursor.fetchone()[0]

    def own(
        self, party: Party, owned: Recording | Work, role: str, share: int = 10_000, *, confirmed: bool = True
    ) -> None:
        about: dict[str, Any] = {"recording": owned} if isinstance(owned, Recording) else {"work": owned}
        row = claims.claim(party, role, by=factories.get_staff(), share=share, **about)
        self.owned.append(Owned(row))
        if confirmed:
            self.confirm(len(self.owned) - 1)

    def tie(self, song: Recording, work: Work) -> None:
        registration.add_work(song, iswc=work.iswc, by=factories.get_staff().actor)
        row = RecordingWork.objects.get(recording=song, work=work, live_until=None)
        self.tied.append(Tied(song, work, row.live_from))

    def end_tie(self, number: int) -> None:
        tie = self.tied[number % len(self.tied)]
        if tie.ended is None:
            registration.end_work(tie.song, tie.work, by=factories.get_staff().actor)
            ends = RecordingWork.objects.filter(recording=tie.song, work=tie.work).order_by("-pk")
            tie.ended = ends.values_list("live_until", flat=True)[0]

    def confirm(self, number: int) -> None:
        owned = self.owned[number % len(self.owned)]
        if owned.confirmed is None:
            claims.confirm(owned.row, by=owners.get_signer(owned.row.party), fresh=True)
            owned.confirmed = owned.row.confirmed_at

    def end_claim(self, number: int) -> None:
        owned = self.owned[number % len(self.owned)]
        if owned.ended is None:
            claims.end(owned.row, by=factories.get_staff())
            owned.ended = owned.row.live_until

    def permit(self, party: Party, use: str, song: Any, country: str, days: int | None, later: bool) -> None:
        until = self.now() + timedelta(days=days) if days else None
        stored = grants.permit(
            party,
            use,
            self.songs_of(party, song),
            by=owners.get_signer(party),
            fresh=True,
            territories=[country] if country else [],
            until=until,
            covers_later=later,
        )
        now = self.now()
        self.end(one for one in self.live(party, use) if one.song == song)
        for grant in stored:
            grant.refresh_from_db()
            self.said.append(Said(party, use, song, country, True, later and song is None, grant.live_from, until))
        assert now is not None

    def refuse(self, party: Party, use: str, song: Any) -> None:
        grants.refuse(party, use, self.songs_of(party, song), by=owners.get_signer(party))
        live = list(self.live(party, use))
        self.end(one for one in live if one.allows and (song is None or one.song == song))
        others = [one for one in live if one.allows and one.song != song]
        is_refused = any(one.song == song and not one.allows for one in live)
        if song is not None and others and not is_refused:
            self.said.append(Said(party, use, song, "", False, False, self.now()))

    def agree(
        self, number: str, parties: list[Party], scope: Scope, starts: int, ends: int | None, waits: bool
    ) -> None:
        now = self.now()
        start = now + timedelta(days=starts) if starts else None
        end = (start or now) + timedelta(days=ends) if ends else None
        terms = Terms("We agree.", (scope,), start, end)
        try:
            version = agreements.propose(number, parties, terms, by=factories.get_staff())
        except NotAllowed:  # a next version is with one of the parties before
            return
        accepting = parties[:-1] if waits else parties
        try:
            with transaction.atomic():
                in_force = [
                    agreements.accept(version, party, by=owners.get_signer(party), fresh=True) for party in accepting
                ]
        except Overlap:
            return
        if any(in_force):
            version.refresh_from_db()
            self.in_force(number, version, parties, scope)

    def in_force(self, number: str, version: AgreementVersion, parties: list[Party], scope: Scope) -> None:
        begins = version.live_from
        assert begins is not None
        for before in self.versions.get(number, []):
            self.end(
                (one for one in self.said if one.agreement == before and (not one.ends or one.ends > begins)), begins
            )
        song = scope.recording or scope.work
        for party in parties:
            same = [
                one for one in self.live(party, scope.use, begins) if one.song == song and one.country == scope.country
            ]
            self.end((one for one in same if one.allows), begins)
            if all(one.allows for one in same):
                later = scope.covers_later
                self.said.append(
                    Said(party, scope.use, song, scope.country, True, later, begins, version.ends_at, version)
                )
        self.versions.setdefault(number, []).append(version)

    def end_agreement(self, number: str) -> None:
        for version in self.versions.get(number, [])[-1:]:
            signer = owners.get_signer(version.parties.order_by("pk").first().party)
            agreements.end(version, by=signer)
            now = version.ended_at
            self.end((one for one in self.said if one.agreement == version and (not one.ends or one.ends > now)), now)

    def songs_of(self, party: Party, song: Any) -> Songs:
        of = {"recording": song} if isinstance(song, Recording) else {"work": song} if song else {}
        return Songs(artist=party.artist, **of)

    def live(self, party: Party, use: str, at: datetime | None = None) -> list[Said]:
        """What holds now or will hold later. What was ended before it began never does."""
        now = at or self.now()
        of_party = [one for one in self.said if one.party == party and one.use == use]
        return [one for one in of_party if not one.ends or one.ends > max(now, one.begins)]

    def end(self, said: Any, at: datetime | None = None) -> None:
        now = at or self.now()
        for one in list(said):
            one.ends = max(now, one.begins)


def songs_for(history: History, party: Party, choice: int) -> Any:
    """All songs, or one: a work for a publisher or a writer, a recording for the others."""
    if choice == 0:
        return None
    recording = history.songs[choice - 1]
    return history.works[recording.pk] if party.kind in ("publisher", "writer") else recording


def create_history() -> History:
    artist = factories.create_artist()
    first, second = factories.create_recording(artist), factories.create_recording(artist, "Low Tide Choir")
    song = owners.create_owned_song(artist, "Third", permitted=False)
    staff = factories.get_staff().actor
    works = {
        song.pk: registration.add_work(song, iswc=iswc, by=staff)
        for song, iswc in ((first, "T0000000010"), (second, "T0345246801"))
    }
    for row in (*works.values(), first, second):
        row.refresh_from_db()
    rival = owners.create_party("label", "Second Shore")
    parties = [song.artist, song.label, song.publisher, song.writer, rival]
    made = History(artist, [first, second], works, song.artist, parties)
    ties = RecordingWork.objects.filter(recording__in=works)
    made.tied = [Tied(tie.recording, tie.work, tie.live_from) for tie in ties]
    for recording in (first, second):
        made.own(song.label, recording, "recording_owner")
        made.own(song.publisher, works[recording.pk], "publisher")
        made.own(song.writer, works[recording.pk], "writer")
    return made
