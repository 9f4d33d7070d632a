"""Group a fan's listens by the plays that they tell of. Several clients may tell of one play, with different times.

The groups depend on the listens alone, not on the order in which they arrived.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from listens.models import DuplicateReason

CLOSE_SECONDS = 60  # two clients that both tell the start of a play differ by no more
MINUTE_SECONDS = 90  # one of them knows the minute only
TYPICAL_SECONDS = 600  # in place of an unknown duration
LONGEST_SECONDS = 3_600  # of a longer duration only so much is used: it bounds how many listens are compared
LONGEST_REACH = LONGEST_SECONDS + CLOSE_SECONDS  # listens further apart are never of one play
SHORTEST_PLAY_MS = 30_000  # a client's next play of a song of unknown duration begins no sooner
CROSSFADE_MS = 12_000  # players that blend songs begin the next one so long before the end


class StoredListen(Struct, frozen=True, gc=False):
    """A listen as it is stored, without what does not matter here."""

    id: int
    person_id: UUID
    artist_id: int | None
    recording_id: int | None
    text_key: bytes
    started_at: datetime
    second: int
    source_id: int
    event_id: str
    client: str
    is_backlog: bool
    session_id: str
    time_basis: str
    origin: str
    duration_ms: int | None
    catalog_duration_ms: int | None
    played_ms: int | None
    has_code: bool
    is_first_party: bool
    is_remix: bool
    set_aside: bool
    duplicate_of: int | None
    reason: str

    @property
    def producer(self) -> tuple[int, str]:
        """Who told of it: the source and the client."""
        return self.source_id, self.client

    @property
    def order(self) -> tuple[datetime, bytes, int, str]:
        """The order in which listens are grouped. It does not depend on their arrival."""
        return self.started_at, self.text_key, self.source_id, self.event_id

    @property
    def reach(self) -> int:
        """How many seconds away another client may tell of the same play, if its time is not the start."""
        seconds = self.duration_ms // 1000 if self.duration_ms else TYPICAL_SECONDS
        return min(seconds, LONGEST_SECONDS) + CLOSE_SECONDS

    @property
    def evidence(self) -> tuple[bool, ...]:
        """What makes it the better telling, the most important first."""
        return (
            not self.set_aside,
            self.recording_id is not None,
            bool(self.played_ms),
            self.is_first_party,
            self.has_code,
            self.origin == "live",
            self.time_basis == "start",
        )


class Play:
    """The listens that tell of one play. `first` has the earliest time."""

    def __init__(self, first: StoredListen) -> None:
        self.first = first
        self.listens = [first]
        self._first_by_producer = {first.producer: first}

    @property
    def best(self) -> StoredListen:
        """The one that counts: the one with the best evidence, the earliest of those."""
        return max(self.listens, key=lambda listen: listen.evidence)

    def includes(self, listen: StoredListen) -> bool:
        """Whether a later listen tells of this play. A client that told of it already may have told of its next one."""
        own = self._first_by_producer.get(listen.producer)
        return _is_near(self.first, listen) and (own is None or not _is_repeat(own, listen))

    def add(self, listen: StoredListen) -> None:
        self.listens.append(listen)
        self._first_by_producer.setdefault(listen.producer, listen)


def group_by_play(listens: Iterable[StoredListen]) -> Iterator[Play]:
    """Group listens of any fans and songs. Each goes to the earliest play that includes it."""
    for of_one_song in _group_by_song(listens):
        plays: list[Play] = []
        recent: deque[Play] = deque()
        for listen in sorted(of_one_song, key=lambda each: each.order):
            while recent and listen.second - recent[0].first.second > LONGEST_REACH:
                recent.popleft()
            play = next((play for play in recent if play.includes(listen)), None)
            if play:
                play.add(listen)
            else:
                recent.append(Play(listen))
                plays.append(recent[-1])
        yield from plays


def find_reason(duplicate: StoredListen, best: StoredListen) -> DuplicateReason:
    """Say why the one is a duplicate of the other."""
    if duplicate.producer == best.producer:
        return DuplicateReason.SAME_CLIENT
    if abs(duplicate.second - best.second) <= MINUTE_SECONDS:
        return DuplicateReason.OTHER_CLIENT
    return DuplicateReason.OTHER_END


def _group_by_song(listens: Iterable[StoredListen]) -> Iterable[list[StoredListen]]:
    """Group by fan and song. Two listens are of one song if they have the same text or the same recording."""
    songs: dict[tuple[UUID, bytes | int], list[StoredListen]] = {}
    for listen in listens:
        by_text = songs.setdefault((listen.person_id, listen.text_key), [])
        by_text.append(listen)
        if listen.recording_id is not None:
            by_recording = songs.setdefault((listen.person_id, listen.recording_id), by_text)
            if by_recording is not by_text:
                by_text.extend(by_recording)
                for other in by_recording:
                    songs[other.person_id, other.text_key] = by_text
                    if other.recording_id is not None:
                        songs[other.person_id, other.recording_id] = by_text
    return {id(song): song for song in songs.values()}.values()


def _is_near(earlier: StoredListen, later: StoredListen) -> bool:
    return later.second - earlier.second <= _window(earlier, later)


def _window(one: StoredListen, other: StoredListen) -> int:
    """How many seconds apart two clients may tell of one play."""
    bases = {one.time_basis, other.time_basis}
    if bases == {"start"}:
        return CLOSE_SECONDS
    reach = min(one.reach, other.reach)
    return min(MINUTE_SECONDS, reach) if bases <= {"start", "minute"} else reach


def _is_repeat(earlier: StoredListen, later: StoredListen) -> bool:
    """Whether two listens of one client are two plays: the first may have ended before the second began."""
    apart = (later.started_at - earlier.started_at).total_seconds() * 1000
    shortest = _shortest_play_ms(earlier, later)
    return apart >= shortest - min(CROSSFADE_MS, shortest // 2)


def _shortest_play_ms(one: StoredListen, other: StoredListen) -> int:
    if played := [each.played_ms for each in (one, other) if each.played_ms]:
        return min(played)
    durations = [duration for each in (one, other) if (duration := each.duration_ms or each.catalog_duration_ms)]
    if not durations:
        return SHORTEST_PLAY_MS
    return min(durations) // 2 if one.session_id and one.session_id == other.session_id else min(durations)
