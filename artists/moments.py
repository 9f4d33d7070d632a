"""Find the moments that a batch of listens reached: points that a live program answers."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from artists import audiences
from artists.models import Moment, ProgramVersion
from audit import trail
from audit.actors import SystemActor
from fans import mutes, opt_ins
from fans.engagement import Progress
from fans.mutes import FanAndProgram
from fans.opt_ins import FanAndArtist
from listens.changes import DisplacedListen, NewListen
from listens.models import Listen
from worker import wake

CHANNEL = "moments"
ACTOR = SystemActor.MOMENTS
REASON_SAME_LISTEN = "one letter: another program of the artist answers this listen"
REASON_SAME_OPT_IN = "one letter: another program of the artist answers the day before the opt-in"
# A repeated batch inserts nothing again. The order keeps two consumers from waiting for each other's rows (deadlock).
# In SQL because bulk_create(ignore_conflicts=True) does not say which rows are new: with the two queries that would,
# 200 moments took 31 ms in place of 4.
INSERT_MOMENTS_SQL = """
INSERT INTO artists_moment (program_id, version_id, person_id, point, listen_id, recording_id, state, reason)
SELECT program, version, person, point, listen, recording, CASE reason WHEN '' THEN 'noticed' ELSE 'refused' END, reason
FROM unnest(%s::bigint[], %s::bigint[], %s::uuid[], %s::int[], %s::bigint[], %s::bigint[], %s::text[])
    AS reached (program, version, person, point, listen, recording, reason)
ORDER BY program, person, point
ON CONFLICT (program_id, person_id, point) DO NOTHING
RETURNING id, state
"""
# One statement for a batch. An import that tells of a history once more displaces thousands.
MOVE_MOMENTS_SQL = """
UPDATE artists_moment SET listen_id = moved.new FROM unnest(%s::bigint[], %s::bigint[]) AS moved (old, new)
WHERE artists_moment.listen_id = moved.old
"""


@dataclass(frozen=True, slots=True)
class Crossing:
    """A fan reached the point of a program with one listen.

    `late_start` is when a listen started that was told late. The fan must have opted in before it.
    """

    version: ProgramVersion
    person_id: UUID
    listen_id: int
    recording_id: int | None
    late_start: datetime | None

    @property
    def fan_and_artist(self) -> FanAndArtist:
        return self.person_id, self.version.program.artist_id

    @property
    def fan_and_program(self) -> FanAndProgram:
        return self.person_id, self.version.program_id

    @property
    def key(self) -> tuple[UUID, int, int]:
        """What is unique for a moment."""
        return self.person_id, self.version.program_id, self.version.nth

    @property
    def precedence(self) -> tuple[bool, int, int]:
        """The least is answered: a recording before the artist, then the higher number, then the older program."""
        return self.version.recording_id is None, -self.version.nth, self.version.program_id


def notice(progress: Sequence[Progress]) -> list[int]:
    """Insert the new moments and return the ids of those to answer, in the caller's transaction.

    A moment needs a live program, a fan who opted in, did not pause it and has the tier where it is for tiers, and a
    listen that is not set aside. The listen is live, or it is recent, started after the opt-in, and a client could not
    send it earlier. Of several moments that one listen reaches, one is answered; the others are stored as refused. The
    number of queries is constant.
    """
    return _notice(progress, lambda crossing: (crossing.fan_and_artist, crossing.listen_id), REASON_SAME_LISTEN)


def notice_before_opt_in(progress: Iterable[Progress]) -> list[int]:
    """The same for what a fan reached before the opt-in: one moment of each artist is answered."""
    return _notice(list(progress), lambda crossing: crossing.fan_and_artist, REASON_SAME_OPT_IN)


def _notice(progress: Sequence[Progress], occasion: Callable[[Crossing], Hashable], reason: str) -> list[int]:
    """One moment of each `occasion` is answered. `reason` is stored with the others."""
    live_versions = _find_live_versions({step.artist_id for step in progress})
    crossings = list(_find_crossings(progress, live_versions)) if live_versions else []
    opted_in = opt_ins.active_since({crossing.fan_and_artist for crossing in crossings}) if crossings else {}
    crossings = [crossing for crossing in crossings if _had_opted_in(crossing, opted_in)]
    muted = mutes.muted_pairs({crossing.fan_and_program for crossing in crossings}) if crossings else set()
    closed = muted | audiences.find_without_tier(crossings)
    crossings = [crossing for crossing in crossings if crossing.fan_and_program not in closed]
    moment_ids = _insert_moments(crossings, _choose_refused(crossings, occasion, reason))
    if moment_ids:
        wake.notify(CHANNEL)
    return moment_ids


def _choose_refused(
    crossings: Sequence[Crossing], occasion: Callable[[Crossing], Hashable], reason: str
) -> dict[Crossing, str]:
    """The reason for each crossing that is not answered, because another one of its occasion is."""
    occasions: dict[Hashable, list[Crossing]] = defaultdict(list)
    for crossing in crossings:
        occasions[occasion(crossing)].append(crossing)
    shared = [crossing for group in occasions.values() if len(group) > 1 for crossing in group]
    known = _find_known(shared)
    refused: dict[Crossing, str] = {}
    for group in occasions.values():
        new = sorted({crossing for crossing in group if crossing.key not in known}, key=lambda each: each.precedence)
        refused |= dict.fromkeys(new[1:], reason)
    return refused


def _find_known(crossings: Sequence[Crossing]) -> set[tuple[UUID, int, int]]:
    """The keys of these crossings that are moments already, as after a listen was taken back and played again."""
    if not crossings:
        return set()
    moments = Moment.objects.filter(
        person__in={crossing.person_id for crossing in crossings},
        program__in={crossing.version.program_id for crossing in crossings},
    )
    return set(moments.values_list("person", "program", "point"))


def follow(displaced: Iterable[DisplacedListen]) -> None:
    """Move the moments of these listens to the listens that count in their place."""
    move_to_other_listens({each.listen_id: each.duplicate_of for each in displaced})


type LiveVersions = dict[tuple[int, int | None], list[ProgramVersion]]


def _find_live_versions(artist_ids: Iterable[int]) -> LiveVersions:
    """The live versions by artist and recording. The recording is None where every listen of the artist counts."""
    versions: LiveVersions = defaultdict(list)
    for version in ProgramVersion.objects.live().filter(program__artist__in=artist_ids):
        versions[version.program.artist_id, version.recording_id].append(version)
    return versions


def _find_crossings(progress: Iterable[Progress], live_versions: LiveVersions) -> Iterator[Crossing]:
    """Each listen counts once for its artist and once for its recording. A version reads one of the two counts.

    A listen of a remix reaches no remix: otherwise what we sent would bring the next one.
    """
    for step in progress:
        for version in live_versions.get((step.artist_id, step.recording_id), ()):
            index = version.nth - step.before - 1
            if 0 <= index < len(step.counted):
                listen = step.counted[index]
                if _may_reach_moments(listen) and not (listen.is_remix and version.is_of_remixes):
                    late_start = listen.started_at if listen.is_backlog else None
                    yield Crossing(version, step.person_id, listen.id, listen.recording_id, late_start)


def _may_reach_moments(listen: NewListen) -> bool:
    """A listen that took the place of another reaches nothing itself: `follow` moves the moment to it."""
    is_recent = listen.origin == Listen.Origin.LIVE or listen.is_backlog
    return is_recent and not listen.set_aside and not listen.took_place


def _had_opted_in(crossing: Crossing, since: dict[FanAndArtist, datetime]) -> bool:
    opted_in_at = since.get(crossing.fan_and_artist)
    return opted_in_at is not None and (crossing.late_start is None or crossing.late_start > opted_in_at)


def _insert_moments(crossings: Sequence[Crossing], refused: Mapping[Crossing, str]) -> list[int]:
    """Returns the ids of the new moments that are not refused."""
    if not crossings:
        return []
    columns: list[list[Any]] = [
        [crossing.version.program_id for crossing in crossings],
        [crossing.version.pk for crossing in crossings],
        [crossing.person_id for crossing in crossings],
        [crossing.version.nth for crossing in crossings],
        [crossing.listen_id for crossing in crossings],
        [crossing.recording_id for crossing in crossings],
        [refused.get(crossing, "") for crossing in crossings],
    ]
    with connection.cursor() as cursor:
        cursor.execute(INSERT_MOMENTS_SQL, columns)
        inserted = cursor.fetchall()
    if refused:
        trail.record_all(
            trail.new_entry("moment.refused", by=ACTOR, subject=f"moment:{pk}", why="one letter")
            for pk, state in inserted
            if state == Moment.State.REFUSED
        )
    return [pk for pk, state in inserted if state == Moment.State.NOTICED]


def move_to_other_listens(others: Mapping[int, int]) -> None:
    """Let the moments of these listens point to others. Call it before the listens are deleted."""
    if others:
        with connection.cursor() as cursor:
            cursor.execute(MOVE_MOMENTS_SQL, [list(others), list(others.values())])
