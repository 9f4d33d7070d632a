"""Find the moments that a batch of listens reached: points that a live program answers."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from artists.models import Moment, ProgramVersion
from fans import mutes, opt_ins
from fans.engagement import Progress
from fans.mutes import FanAndProgram
from fans.opt_ins import FanAndArtist
from worker import wake

CHANNEL = "moments"
# A repeated batch inserts nothing again. The order keeps two consumers from waiting for each other's rows (deadlock).
# In SQL because bulk_create(ignore_conflicts=True) does not say which rows are new: with the two queries that would,
# 200 moments took 31 ms in place of 4.
INSERT_MOMENTS_SQL = """
INSERT INTO artists_moment (program_id, version_id, person_id, point, listen_id, recording_id, state, reason)
SELECT *, 'noticed', '' FROM unnest(%s::bigint[], %s::bigint[], %s::uuid[], %s::int[], %s::bigint[], %s::bigint[])
    AS noticed (program, version, person, point, listen, recording)
ORDER BY program, person, point
ON CONFLICT (program_id, person_id, point) DO NOTHING
RETURNING id
"""


@dataclass(frozen=True, slots=True)
class Crossing:
    """A fan reached the point of a program with one listen."""

    version: ProgramVersion
    person_id: UUID
    listen_id: int
    recording_id: int | None

    @property
    def fan_and_artist(self) -> FanAndArtist:
        return self.person_id, self.version.program.artist_id

    @property
    def fan_and_program(self) -> FanAndProgram:
        return self.person_id, self.version.program_id


def notice(progress: Sequence[Progress]) -> list[int]:
    """Insert the new moments and return their ids, in the caller's transaction and a constant number of queries.

    A moment needs a live listen that is not set aside, a fan who opted in and did not pause the program, and a live
    program.
    """
    live_versions = _find_live_versions({step.artist_id for step in progress})
    crossings = list(_find_crossings(progress, live_versions)) if live_versions else []
    opted_in = opt_ins.active_pairs({crossing.fan_and_artist for crossing in crossings}) if crossings else set()
    crossings = [crossing for crossing in crossings if crossing.fan_and_artist in opted_in]
    muted = mutes.muted_pairs({crossing.fan_and_program for crossing in crossings}) if crossings else set()
    moment_ids = _insert_moments([crossing for crossing in crossings if crossing.fan_and_program not in muted])
    if moment_ids:
        wake.notify(CHANNEL)
    return moment_ids


type LiveVersions = dict[tuple[int, int | None], list[ProgramVersion]]


def _find_live_versions(artist_ids: Iterable[int]) -> LiveVersions:
    """The live versions by artist and recording. The recording is None where every listen of the artist counts."""
    versions: LiveVersions = defaultdict(list)
    for version in ProgramVersion.objects.live().filter(program__artist__in=artist_ids):
        versions[version.program.artist_id, version.recording_id].append(version)
    return versions


def _find_crossings(progress: Iterable[Progress], live_versions: LiveVersions) -> Iterator[Crossing]:
    """Each listen counts once for its artist and once for its recording. A version reads one of the two counts."""
    for step in progress:
        for version in live_versions.get((step.artist_id, step.recording_id), ()):
            index = version.nth - step.before - 1
            if 0 <= index < len(step.counted):
                listen = step.counted[index]
                if listen.origin == "live" and not listen.set_aside:
                    yield Crossing(version, step.person_id, listen.id, listen.recording_id)


def _insert_moments(crossings: Sequence[Crossing]) -> list[int]:
    if not crossings:
        return []
    columns: list[list[Any]] = [
        [crossing.version.program_id for crossing in crossings],
        [crossing.version.pk for crossing in crossings],
        [crossing.person_id for crossing in crossings],
        [crossing.version.nth for crossing in crossings],
        [crossing.listen_id for crossing in crossings],
        [crossing.recording_id for crossing in crossings],
    ]
    with connection.cursor() as cursor:
        cursor.execute(INSERT_MOMENTS_SQL, columns)
        return [row[0] for row in cursor.fetchall()]


def move_to_other_listens(others: Mapping[int, int]) -> None:
    """Let the moments of these listens point to others. Call it before the listens are deleted."""
    moved = list(Moment.objects.filter(listen__in=list(others))) if others else []
    for moment in moved:
        assert moment.listen_id is not None
        moment.listen_id = others[moment.listen_id]
    Moment.objects.bulk_update(moved, ["listen"])
