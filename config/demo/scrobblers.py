"""Simulated fans with a music player each, which submits their listens through the ListenBrainz API."""

import http.client
import json
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from uuid import UUID

from django.db.models import Max

from accounts import tokens
from accounts.models import Person, Token
from catalog.models import Recording
from config.demo.artist_data import UNKNOWN_SONGS
from config.demo.fan_data import ANA, FANS
from fans.models import Engagement
from listens.models import Listen

TOKEN_NAME = "Demo player"  # noqa: S105 - its name
PLAYER_NAME = "Fanfare demo player"
MAX_DELAY_SECONDS = 3 * 3600  # how late a player may submit, after a time without a network
GAP_SECONDS = 2  # between two songs
LONGEST_SONG_SECONDS = 300  # assumed for the last song before the demo started
DEFAULT_SONG_SECONDS = 180  # of a song whose length is unknown


@dataclass(frozen=True, slots=True)
class Song:
    """A song to play. Those of the catalogue have the ids of their artist and recording."""

    title: str
    credit: str
    seconds: int
    artist: int | None = None
    recording: int | None = None


@dataclass
class SimulatedFan:
    """A fan of the demo with an API token."""

    person: Person
    secret: str
    free_at: float
    """When their last song ended, in seconds since 1970."""
    favourites: list[Song] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.person.display_name

    def free_since(self, now: float) -> float:
        """The earliest time at which their next song may have started."""
        return max(self.free_at, now - MAX_DELAY_SECONDS) + GAP_SECONDS


def catalogue_songs() -> list[Song]:
    return [
        Song(
            recording.title,
            recording.artist_credit,
            (recording.duration_ms or 0) // 1000 or DEFAULT_SONG_SECONDS,
            recording.artist_id,
            recording.pk,
        )
        for recording in Recording.objects.order_by("pk")
    ]


def unknown_songs() -> list[Song]:
    """Songs of artists who are not on Fanfare."""
    return [Song(title, credit, seconds) for title, credit, seconds in UNKNOWN_SONGS]


def equip_fans(catalogue: Collection[Song]) -> list[SimulatedFan]:
    """The demo's fans, each with a new token. Tokens of earlier runs are revoked, because their secrets are lost.

    Ana is left out: whoever tries the demo plays for her.
    """
    revoke_tokens()
    people = list(Person.objects.filter(handle__in=FANS.keys() - {ANA}, is_active=True).order_by("handle"))
    last_starts = dict(Listen.objects.filter(person__in=people).values_list("person").annotate(Max("started_at")))
    favourite_artists: dict[UUID, set[int]] = defaultdict(set)
    for person_id, artist_id in Engagement.objects.filter(person__in=people).values_list("person", "artist"):
        favourite_artists[person_id].add(artist_id)
    fans = []
    for person in people:
        _, secret = tokens.create(person, TOKEN_NAME, by=person)
        free_at = last_starts[person.pk].timestamp() + LONGEST_SONG_SECONDS if person.pk in last_starts else 0.0
        favourites = [song for song in catalogue if song.artist in favourite_artists[person.pk]]
        fans.append(SimulatedFan(person, secret, free_at, favourites))
    return fans


def revoke_tokens() -> None:
    for token in Token.objects.usable().filter(name=TOKEN_NAME, person__handle__in=FANS).select_related("person"):
        tokens.revoke(token, by=token.person)


class ListenBrainzClient:
    """One connection to the site's ListenBrainz API."""

    def __init__(self, site: str) -> None:
        host = urlsplit(site).netloc
        self._connection = http.client.HTTPConnection(host, timeout=10)

    def submit(self, fan: SimulatedFan, song: Song, start: int) -> bool:
        """Submit one listen that started at `start`, in seconds since 1970. False if the site is away or refuses."""
        info = {"duration_ms": song.seconds * 1000, "media_player": PLAYER_NAME, "submission_client": PLAYER_NAME}
        track = {"track_name": song.title, "artist_name": song.credit, "additional_info": info}
        body = json.dumps({"listen_type": "single", "payload": [{"listened_at": start, "track_metadata": track}]})
        headers = {"Authorization": f"Token {fan.secret}", "Content-Type": "application/json"}
        try:
            self._connection.request("POST", "/1/submit-listens", body.encode(), headers)
            response = self._connection.getresponse()
            response.read()
        except (OSError, http.client.HTTPException):
            self.close()
            return False
        return response.status == http.HTTPStatus.OK

    def close(self) -> None:
        self._connection.close()
