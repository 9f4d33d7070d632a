"""Simulate fans who listen, about once a second, and who now and then reach a moment that a program answers.

The songs of one fan never overlap. A listen is submitted when half the song may have been played. A fan whose last
song has not ended yet waits.
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

CATALOGUE_SHARE = 0.85  # share of the plays that are songs of the catalogue
MARA_INTERVAL_SECONDS = 135.0  # at least, between two of Mara's moments: one person can review them all


class Simulator:
    """Call `step` about once a second. Every `every` seconds it leads some fan to a moment.

    It seldom leads one to Mara's moments, and never to her hundredth listen, which is for the guest.
    """

    def __init__(
        self, site: str, *, every: float = 30.0, of_mara: float = MARA_INTERVAL_SECONDS, rng: Random | None = None
    ) -> None:
        self.client, self.every, self.of_mara = scrobblers.ListenBrainzClient(site), every, of_mara
        self.rng = rng or Random()  # noqa: S311 - taste, not a secret
        self.songs = scrobblers.catalogue_songs()
        self.fans = {fan.person.pk: fan for fan in scrobblers.equip_fans(self.songs)}
        self.mara = Artist.objects.filter(slug=MARA).values_list("pk", flat=True).first()
        self.hundredth = (
            Program.objects.filter(artist=self.mara, name=HUNDRED_NAME).values_list("pk", flat=True).first()
        )
        self.artists = dict(Artist.objects.values_list("pk", "name"))
        self.goal: UpcomingMoment | None = None
        self.listens_left = 0
        self.reserved = set[UUID]()
        """Fans close to one of Mara's moments. They play nothing else, so that they have time for it."""
        self.next_choice = self.next_of_mara = 0.0
        self.sent = 0

    def step(self, now: float) -> str | None:
        """Submit one listen, if any fan has time for one. Returns a sentence if it brought a fan to a moment."""
        if self.goal is None and now >= self.next_choice:
            self._choose_goal(now)
            self.next_choice = now + self.every
        if self.goal:
            return self._approach_goal(self.goal, now)
        self._play_anything(now)
        return None

    def close(self) -> None:
        """Close the connection and revoke the tokens."""
        self.client.close()
        scrobblers.revoke_tokens()

    def _choose_goal(self, now: float) -> None:
        """Choose a moment whose fan has had enough time since their last song to reach it."""
        upcoming = [moment for moment in upcoming_moments.find_upcoming() if moment.person in self.fans]
        self.reserved = {moment.person for moment in upcoming if moment.artist == self.mara}
        ready = [moment for moment in upcoming if self._has_time(moment, now)]
        if now >= self.next_of_mara and (candidates := self._candidates_for_mara(ready, upcoming)):
            self.goal, self.next_of_mara = self.rng.choice(candidates), now + self.of_mara
        elif others := [moment for moment in ready if moment.artist != self.mara]:
            self.goal = self.rng.choice(others)
        self.listens_left = self.goal.listens_left if self.goal else 0

    def _candidates_for_mara(self, ready: list[UpcomingMoment], upcoming: list[UpcomingMoment]) -> list[UpcomingMoment]:
        """Mara's moments, without fans who would reach her hundredth on the way."""
        near_hundredth = {moment.person for moment in upcoming if moment.program == self.hundredth}
        return [moment for moment in ready if moment.artist == self.mara and moment.person not in near_hundredth]

    def _has_time(self, goal: UpcomingMoment, now: float) -> bool:
        longest = max(song.seconds for song in self._songs_for(goal)) + scrobblers.GAP_SECONDS
        return now - self.fans[goal.person].free_since(now) >= goal.listens_left * longest

    def _songs_for(self, goal: UpcomingMoment) -> list[Song]:
        """The recording that the moment is about, or any song of the artist that is no moment of its own."""
        of_artist = [song for song in self.songs if song.artist == goal.artist]
        if goal.recording:
            return [song for song in of_artist if song.recording == goal.recording]
        return [song for song in of_artist if song.title != RARE_SONG]

    def _approach_goal(self, goal: UpcomingMoment, now: float) -> str | None:
        fan = self.fans[goal.person]
        if not self._play(fan, self.rng.choice(self._songs_for(goal)), now):
            self.goal = None
            return None
        self.listens_left -= 1
        if self.listens_left > 0:
            return None
        self.goal = None
        return f"{fan.name} just reached a moment that {self.artists[goal.artist]} answers"

    def _play_anything(self, now: float) -> None:
        """Let the fan who has been quiet longest play a favourite song, or one that is not in the catalogue."""
        idle = [fan for fan in self.fans.values() if fan.person.pk not in self.reserved]
        fan = min(idle, key=lambda candidate: candidate.free_since(now), default=None)
        if fan:
            known = fan.favourites and self.rng.random() < CATALOGUE_SHARE
            self._play(fan, self.rng.choice(fan.favourites if known else scrobblers.unknown_songs()), now)

    def _play(self, fan: SimulatedFan, song: Song, now: float) -> bool:
        start = int(fan.free_since(now)) + 1
        if start + song.seconds / 2 > now or not self.client.submit(fan, song, start):
            return False
        fan.free_at = start + song.seconds
        self.sent += 1
        return True
