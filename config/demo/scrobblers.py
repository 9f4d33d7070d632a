"""Play: fans with a player each, which tells of honest listens at the door that every scrobbler uses."""

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
MAX_DELAY_SECONDS = 3 * 3600  # seconds that a player may have been without a network
GAP_SECONDS = 2  # seconds between two songs
LONGEST_SONG_SECONDS = 300  # seconds; how long the last song was is not asked
DEFAULT_SONG_SECONDS = 180  # seconds of a song of which nobody said how long it is


@dataclass(frozen=True, slots=True)
class Song:
    title: str
    credit: str
    seconds: int
    artist: int | None = None
    recording: int | None = None


@dataclass
class SimulatedFan:
    person: Person
    secret: str
    free_at: float
    """When their last song was over, in seconds since 1970."""
    loved: list[Song] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.person.display_name

    def free_since(self, now: float) -> float:
        return max(self.free_at, now - MAX_DELAY_SECONDS) + GAP_SECONDS


def catalogue_songs() -> list[Song]:
    """The catalogue."""
    return [
        Song(
            each.title,
            each.artist_credit,
            max((each.duration_ms or 0) // 1000, 0) or DEFAULT_SONG_SECONDS,
            each.artist_id,
            each.pk,
        )
        for each in Recording.objects.order_by("pk")
    ]


def unknown_songs() -> list[Song]:
    return [Song(title, credit, seconds) for title, credit, seconds in UNKNOWN_SONGS]


def equip_fans(catalogue: Collection[Song]) -> list[SimulatedFan]:
    """The demo's fans, each with a token of this run: those of the run before are revoked, their secrets are gone.

    Without Ana: what she hears is for whoever tries the demo.
    """
    revoke_tokens()
    people = list(Person.objects.filter(handle__in=FANS.keys() - {ANA}, is_active=True).order_by("handle"))
    ends = dict(Listen.objects.filter(person__in=people).values_list("person").annotate(Max("started_at")))
    loves: dict[UUID, set[int]] = defaultdict(set)
    for one, artist in Engagement.objects.filter(person__in=people).values_list("person", "artist"):
        loves[one].add(artist)
    fans = []
    for person in people:
        _, secret = tokens.create(person, TOKEN_NAME, by=person)
        free_at = ends[person.pk].timestamp() + LONGEST_SONG_SECONDS if person.pk in ends else 0.0
        fans.append(
            SimulatedFan(person, secret, free_at, [song for song in catalogue if song.artist in loves[person.pk]])
        )
    return fans


def revoke_tokens() -> None:
    for token in Token.objects.usable().filter(name=TOKEN_NAME, person__handle__in=FANS).select_related("person"):
        tokens.revoke(token, by=token.person)


class ListenBrainzClient:
    """One connection to the site. Anything but "taken" is no."""

    def __init__(self, site: str) -> None:
        host = urlsplit(site).netloc
        self._link = http.client.HTTPConnection(host, timeout=10)

    def takes(self, fan: SimulatedFan, song: Song, start: int) -> bool:
        """Tell of one listen, as a scrobbler does. False when the site is away or refuses."""
        info = {"duration_ms": song.seconds * 1000, "media_player": PLAYER_NAME, "submission_client": PLAYER_NAME}
        track = {"track_name": song.title, "artist_name": song.credit, "additional_info": info}
        body = json.dumps({"listen_type": "single", "payload": [{"listened_at": start, "track_metadata": track}]})
        headers = {"Authorization": f"Token {fan.secret}", "Content-Type": "application/json"}
        try:
            self._link.request("POST", "/1/submit-listens", body.encode(), headers)
            answer = self._link.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            self.close()
            return False
        return answer.status == http.HTTPStatus.OK

    def close(self) -> None:
        self._link.close()
