"""Generate half a year of plays of sixty fans. One fan never plays two songs at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from random import Random
from uuid import UUID, uuid4

from accounts.models import Person
from config.demo.artist_data import ARTISTS, ARTISTS_BY_SLUG, MARA, RARE_SONG, REVOKED, UNKNOWN_SONGS
from config.demo.fan_data import ANA, FANS
from config.demo.program_data import PROGRAMS
from events import topics
from events.records import Incoming
from listens.listenbrainz import mapping
from listens.listenbrainz.validation import SubmittedListen

HISTORY_DAYS = 170
FINAL_SILENCE = timedelta(minutes=50)  # before the present, where the simulator starts
SITTINGS_PER_DAY = 7
RECENT_SITTINGS = 21  # the last three days, in which every fan listened
LONGEST_SITTING = 11  # songs, which end before the next sitting can start
PLAYERS = ("Pano Scrobbler", "mpdscribble", "Jellyfin", "Tauon")


@dataclass(frozen=True, slots=True)
class Play:
    """One song that a fan played from `at` on, for so many seconds."""

    at: datetime
    handle: str
    title: str
    credit: str
    seconds: int


type Song = tuple[str, str, int]
"""Title, artist credit, seconds."""
type Taste = dict[str, int]
"""Slug of an artist -> how many listens."""
FIXED_TASTES: dict[str, Taste] = {
    ANA: {MARA: 98, "hraundis": 34, "aikawa-yume": 21, "suha-al-bahr": 12, REVOKED: 6},
    "eloise": {MARA: 17, REVOKED: 10},
    "siobhan": {MARA: 31, REVOKED: 11},
}


def generate_plays(rng: Random, tastes: dict[str, Taste], now: datetime) -> list[Play]:
    """Every play of every fan, oldest first."""
    plays = [play for handle, taste in tastes.items() for play in _plays_of_fan(rng, handle, taste, now)]
    return sorted(plays, key=lambda play: (play.at, play.handle))


def _plays_of_fan(rng: Random, handle: str, taste: Taste, now: datetime) -> list[Play]:
    early: list[Song] = []
    late: list[Song] = []
    for slug, times in taste.items():
        songs, few = _songs(rng, slug, times, with_rare_song=handle != ANA), _recent_listens(slug, times)
        early += songs[few:]
        late += songs[:few]
    early += rng.choices(UNKNOWN_SONGS, k=len(early) // 6)
    rng.shuffle(early)
    plays = list(_plays_in_sittings(rng, handle, [*early, *late], now))
    if handle == ANA:  # her 99th listen of Mara Veil, and her first of this song
        at = plays[-1].at + timedelta(seconds=plays[-1].seconds + 20)
        plays.append(Play(at, ANA, RARE_SONG, ARTISTS_BY_SLUG[MARA].name, ARTISTS_BY_SLUG[MARA].songs[RARE_SONG]))
    return plays


def generate_tastes(rng: Random) -> dict[str, Taste]:
    """How often each fan listens to which artist. Many are a few listens short of a moment."""
    return {handle: FIXED_TASTES.get(handle) or _random_taste(rng, number) for number, handle in enumerate(FANS)}


def _random_taste(rng: Random, number: int) -> Taste:
    others = rng.sample([artist.slug for artist in ARTISTS if artist.slug != MARA], k=rng.randint(2, 4))
    return {MARA: _mara_listens(rng, number), **{slug: _listen_count(rng, slug) for slug in others}}


def _mara_listens(rng: Random, number: int) -> int:
    below = (10 - rng.randint(1, 4), 50 - rng.randint(1, 6), 100 - rng.randint(1, 7))
    reached = (rng.choice((1, 10, 50)), 100 + rng.randint(0, 1))
    return (*below, *reached, 0, rng.randint(101, 170), rng.randint(12, 48))[number % 8]


def _listen_count(rng: Random, slug: str) -> int:
    nth = rng.choice(PROGRAMS[slug]).nth
    counts = (nth - rng.randint(1, 3), nth + rng.randint(0, 1), rng.randint(2, 9), rng.randint(11, 30))
    return max(rng.choice((*counts, rng.randint(30, 80))), 0)


def _recent_listens(slug: str, times: int) -> int:
    """How many listens fall into the last days, so that the draft of the moment they reached is still pending."""
    return next((times - offer.nth + 1 for offer in PROGRAMS[slug] if 0 <= times - offer.nth <= 1), 0)


def _songs(rng: Random, slug: str, times: int, *, with_rare_song: bool) -> list[Song]:
    """Random songs of the artist, the first ones more often; Mara's rare song at most once."""
    artist = ARTISTS_BY_SLUG[slug]
    weights = [0 if title == RARE_SONG else 1 / (place + 1.5) for place, title in enumerate(artist.songs)]
    titles = rng.choices(list(artist.songs), weights, k=times)
    if slug == MARA and times > 60 and with_rare_song and rng.random() < 0.6:
        titles[rng.randrange(times)] = RARE_SONG
    return [(title, artist.name, artist.songs[title]) for title in titles]


def _plays_in_sittings(rng: Random, handle: str, songs: Sequence[Song], now: datetime) -> Iterable[Play]:
    """Play the songs in sittings that cannot overlap: each has its own seventh of a day."""
    lengths: list[int] = []
    while sum(lengths) < len(songs):
        lengths.append(min(rng.randint(2, LONGEST_SITTING), len(songs) - sum(lengths)))
    since, last = rng.randint(0, HISTORY_DAYS // 2), HISTORY_DAYS * SITTINGS_PER_DAY - RECENT_SITTINGS
    before = rng.sample(range(since * SITTINGS_PER_DAY, last), k=max(len(lengths) - 2, 0))
    recent = sorted(rng.sample(range(last, last + RECENT_SITTINGS - 1), k=min(len(lengths), 2)))
    places = [*sorted(before), *recent]
    if handle == ANA:
        places[-1] = last + RECENT_SITTINGS - 1
    began = now - timedelta(days=HISTORY_DAYS) - FINAL_SILENCE
    waiting = iter(songs)
    for place, length in zip(places, lengths, strict=True):
        at = began + timedelta(days=1) / SITTINGS_PER_DAY * place + timedelta(minutes=rng.randint(0, 45))
        for title, credit, seconds in islice(waiting, length):
            yield Play(at, handle, title, credit, seconds)
            at += timedelta(seconds=seconds + rng.randint(1, 4))


def to_incoming_records(plays: Sequence[Play], people: dict[str, Person]) -> list[Incoming]:
    """The Kafka records that the ListenBrainz API would have written for these listens."""
    topic, batch = UUID(int=0), str(uuid4())[:8]
    return [_incoming_record(play, people[play.handle].pk, topic, place, batch) for place, play in enumerate(plays)]


def _incoming_record(play: Play, fan: UUID, topic: UUID, place: int, batch: str) -> Incoming:
    player = PLAYERS[fan.int % len(PLAYERS)]
    info = {"duration_ms": play.seconds * 1000, "media_player": player, "submission_client": player}
    listen = SubmittedListen(int(play.at.timestamp()), play.title, play.credit, "", info)
    accepted = play.at + timedelta(seconds=play.seconds)
    value = mapping.encode_listen_event(listen, "single", fan, accepted_at=accepted)
    return Incoming(topics.LISTENS, topic, 0, place, str(fan).encode(), value, ())
