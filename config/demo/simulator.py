"""Simulate: about once a second somebody hears something, and now and then it is a moment that a program answers.

The starts of one fan never overlap, nothing is told before half of it can have been heard, and whoever has no time
left since their last song waits.
"""

from random import Random
from uuid import UUID

from artists.models import Program
from catalog.models import Artist
from config.demo import scrobblers, upcoming_moments
from config.demo.artist_data import MARA, RARE_SONG
from config.demo.program_data import HUNDRED_NAME
from config.demo.scrobblers import SimulatedFan, Song
from config.demo.upcoming_moments import UpcomingMoment

CATALOGUE_SHARE = 0.85  # the part of what they play that the catalogue knows
MARA_INTERVAL_SECONDS = (
    135.0  # seconds at least between two that the demo's studio answers: one person can read them all
)


class Simulator:
    """Call `step` about once a second; `every` so many seconds it leads somebody to a moment.

    To one of Mara's seldom, and never to her hundredth: that is for the guest.
    """

    def __init__(
        self, site: str, *, every: float = 30.0, of_mara: float = MARA_INTERVAL_SECONDS, rng: Random | None = None
    ) -> None:
        self.door, self.every, self.of_mara = scrobblers.ListenBrainzClient(site), every, of_mara
        self.rng = rng or Random()  # noqa: S311 - taste, not a secret
        self.songs = scrobblers.catalogue_songs()
        self.fans = {fan.person.pk: fan for fan in scrobblers.equip_fans(self.songs)}
        self.mara = Artist.objects.filter(slug=MARA).values_list("pk", flat=True).first()
        self.hundredth = (
            Program.objects.filter(artist=self.mara, name=HUNDRED_NAME).values_list("pk", flat=True).first()
        )
        self.artists = dict(Artist.objects.values_list("pk", "name"))
        self.goal: UpcomingMoment | None = None
        self.left = 0
        self.saved = set[UUID]()
        """Who keeps their time for a moment they are close to."""
        self.next_choice = self.next_of_mara = 0.0
        self.sent = 0

    def step(self, now: float) -> str | None:
        """One listen, if anybody has time for one. A sentence when it brought somebody to a moment."""
        if self.goal is None and now >= self.next_choice:
            self._choose(now)
            self.next_choice = now + self.every
        if self.goal:
            return self._towards(self.goal, now)
        self._anything(now)
        return None

    def close(self) -> None:
        self.door.close()
        scrobblers.revoke_tokens()

    def _choose(self, now: float) -> None:
        """Somebody who has the time to get there since their last song."""
        close = [each for each in upcoming_moments.find_upcoming() if each.person in self.fans]
        self.saved = {each.person for each in close if each.artist == self.mara}
        ready = [each for each in close if self._has_time(each, now)]
        if now >= self.next_of_mara and (hers := self._hers(ready, close)):
            self.goal, self.next_of_mara = self.rng.choice(hers), now + self.of_mara
        elif others := [each for each in ready if each.artist != self.mara]:
            self.goal = self.rng.choice(others)
        self.left = self.goal.left if self.goal else 0

    def _hers(self, ready: list[UpcomingMoment], close: list[UpcomingMoment]) -> list[UpcomingMoment]:
        """Nobody who would come to her hundredth on the way."""
        spared = {each.person for each in close if each.program == self.hundredth}
        return [each for each in ready if each.artist == self.mara and each.person not in spared]

    def _has_time(self, goal: UpcomingMoment, now: float) -> bool:
        longest = max(song.seconds for song in self._fitting(goal)) + scrobblers.GAP_SECONDS
        return now - self.fans[goal.person].free_since(now) >= goal.left * longest

    def _fitting(self, goal: UpcomingMoment) -> list[Song]:
        """With anything by the artist, but for the song that would be a moment of its own."""
        of_artist = [song for song in self.songs if song.artist == goal.artist]
        if goal.recording:
            return [song for song in of_artist if song.recording == goal.recording]
        return [song for song in of_artist if song.title != RARE_SONG]

    def _towards(self, goal: UpcomingMoment, now: float) -> str | None:
        fan = self.fans[goal.person]
        if not self._play(fan, self.rng.choice(self._fitting(goal)), now):
            self.goal = None
            return None
        self.left -= 1
        if self.left > 0:
            return None
        self.goal = None
        return f"{fan.name} just reached a moment that {self.artists[goal.artist]} answers"

    def _anything(self, now: float) -> None:
        """Whoever has been quiet longest plays something they love, or something that is nobody's here."""
        idle = [fan for fan in self.fans.values() if fan.person.pk not in self.saved]
        fan = min(idle, key=lambda each: each.free_since(now), default=None)
        if fan:
            ours = fan.loved and self.rng.random() < CATALOGUE_SHARE
            self._play(fan, self.rng.choice(fan.loved if ours else scrobblers.unknown_songs()), now)

    def _play(self, fan: SimulatedFan, song: Song, now: float) -> bool:
        start = int(fan.free_since(now)) + 1
        if start + song.seconds / 2 > now or not self.door.takes(fan, song, start):
            return False
        fan.free_at = start + song.seconds
        self.sent += 1
        return True
