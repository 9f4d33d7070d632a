"""Generate a catalogue, fans, artists' programs and listen records. They are the same every time."""

import bisect
import itertools
import random
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec

from accounts import roles
from accounts.models import Consent, Person
from artists import programs
from catalog import registration, text_keys
from catalog.models import Artist, Recording
from events.records import Record
from fans.models import OptIn
from listens import event

ARTISTS, SONGS_EACH, FANS, PROGRAMS = 2_000, 5, 20_000, 20
WORDING = {
    "locale": "en",
    "templates": ["Thank you[, {name}]. That was {plays} {plays, one: listen, other: listens}. {closing}"],
    "fragments": {"closing": ["It means a lot.", "See you at the next song."]},
}
START = datetime(2026, 10, 1, tzinfo=UTC)
CLIENT = event.Client(
    media_player="A Player",
    media_player_version="4.2.1",
    submission_client="A Scrobbler",
    submission_client_version="1.7.3",
    music_service="music.example",
)


def create_catalogue() -> list[Recording]:
    """Create 2,000 artists with 5 songs each. Half of the songs have an ISRC, a quarter an MBID, the rest neither."""
    first = registration.add_artist("Artist 0", "artist-0", by="system:operator")
    artists = [first]
    for n in range(1, ARTISTS):
        team = first.team.__class__.objects.create(name=f"Team {n}")
        artists.append(Artist(team=team, name=f"Artist {n}", slug=f"artist-{n}"))
    Artist.objects.bulk_create(artists[1:])
    songs = [_song(artist, n) for artist in artists for n in range(SONGS_EACH)]
    return Recording.objects.bulk_create(songs)


def _song(artist: Artist, n: int) -> Recording:
    number = artist.pk * SONGS_EACH + n
    title = f"A Song of Some Length, Number {number}"
    return Recording(
        artist=artist,
        title=title,
        artist_credit=artist.name,
        isrc=f"GBAYE{number:07}" if n % 2 == 0 else None,
        mbid=UUID(int=number) if n % 4 == 1 else None,
        duration_ms=210_000,
        **text_keys.recording_keys(title, artist.name),
    )


def create_fans() -> list[UUID]:
    """Create 20,000 fans and return their ids."""
    people = [
        Person(email=f"fan{n}@fans.example", handle=f"fan{n}", country="DE", age_band="18_plus", password="!")  # noqa: S106
        for n in range(FANS)
    ]
    return [person.pk for person in Person.objects.bulk_create(people)]


def create_programs(songs: list[Recording], listeners: list[UUID]) -> None:
    """Give the most played artists a program for the third listen. Every fourth fan has opted in to them."""
    staff = Person.objects.create_user("staff@bench.example", None, handle="staff", country="DE", age_band="18_plus")
    Person.objects.filter(pk=staff.pk).update(is_staff=True)
    staff.refresh_from_db()
    principal = Person.objects.create_user("a@bench.example", None, handle="artist", country="DE", age_band="18_plus")
    for artist in [song.artist for song in songs[::SONGS_EACH][:PROGRAMS]]:
        roles.name_principal(artist.team, principal, by=staff)
        program = programs.create(artist, name="Thank you", by=principal)
        version = programs.edit(program, by=principal, moment="nth_listen", nth=3, wording=WORDING)
        programs.sign(version, by=principal, fresh=True)
        consents = [
            Consent(person_id=fan, about=f"artist:{artist.pk}", act="given", version=1, words="Yes.")
            for fan in listeners[::4]
        ]
        Consent.objects.bulk_create(consents)
        OptIn.objects.bulk_create(OptIn(person_id=each.person_id, artist=artist, consent=each) for each in consents)


class ZipfSampler:
    """Draws indices by Zipf's law: the first often, the last rarely."""

    def __init__(self, size: int, exponent: float, chance: random.Random) -> None:
        self._sums = list(itertools.accumulate(1 / (n + 1) ** exponent for n in range(size)))
        self._chance = chance

    def draw(self) -> int:
        return bisect.bisect_left(self._sums, self._chance.random() * self._sums[-1])


def make_listen_records(number: int, songs: list[Recording], listeners: list[UUID], *, skewed: bool) -> list[Record]:
    """Return records of listens.v1 with 2 % repeats. Artists are drawn by Zipf's law; fans evenly, or `skewed` too."""
    chance = random.Random(7)  # noqa: S311
    artist = ZipfSampler(ARTISTS, 1.0, chance)
    fan = ZipfSampler(len(listeners), 0.9, chance)
    records: list[Record] = []
    for n in range(number):
        if n % 50 == 49:
            records.append(records[chance.randrange(len(records))])
            continue
        listener = listeners[fan.draw() if skewed else chance.randrange(len(listeners))]
        song = songs[artist.draw() * SONGS_EACH + chance.randrange(SONGS_EACH)]
        records.append(Record("listens.v1", str(listener).encode(), _event(n, listener, song)))
    return records


def _track(song: Recording) -> event.Track:
    return event.Track(
        title=song.title,
        artists=(event.Artist(name=song.artist_credit),),
        artist_credit=song.artist_credit,
        album=f"Album of {song.artist_credit}",
        duration_ms=210_000,
        track_number="3",
        isrc=song.isrc or "",
        recording_mbid=str(song.mbid) if song.mbid else "",
    )


def _event(n: int, fan: UUID, song: Recording) -> bytes:
    data = event.ListenData(
        user_id=str(fan),
        started_at=START + timedelta(seconds=n * 7),
        time_basis="start",
        played_ms=200_000,
        track=_track(song),
        client=CLIENT,
        extra={"discnumber": 1},
    )
    envelope = event.ListenCloudEvent(
        id=str(UUID(int=n)),
        source="/api/listenbrainz",
        type=event.LISTEN_SUBMITTED,
        time=START + timedelta(seconds=n * 7 + 200),
        dataschema=event.LISTEN_SCHEMA,
        partitionkey=str(fan),
        data=data,
    )
    return msgspec.json.encode(envelope)
