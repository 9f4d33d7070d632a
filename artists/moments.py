"""Notice: which points in a fan's story an artist wants to answer."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F

from artists.models import Program, ProgramVersion
from fans import mutes, opt_ins
from fans.engagement import Progress
from worker import wake

CHANNEL = "moments"
# Once per program, fan and point, whatever is repeated; in one order, so that two consumers cannot lock each other out.
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
    """One fan reached the point of one program, with this listen."""

    version: ProgramVersion
    person_id: UUID
    listen_id: int
    recording_id: int | None


def notice(progress: Sequence[Progress]) -> list[int]:
    """The ids of the moments that are new, in the caller's transaction and a constant number of queries.

    A moment fires on a live listen that is not set aside, for a fan who has opted in and did not pause it, for
    a live program.
    """
    answering = _find_live_versions({each.artist_id for each in progress})
    crossings = list(_find_crossings(progress, answering)) if answering else []
    standing = opt_ins.active_pairs({_opt_in_pair(crossing) for crossing in crossings}) if crossings else set()
    wanted = [crossing for crossing in crossings if _opt_in_pair(crossing) in standing]
    muted = mutes.muted_pairs({(each.person_id, each.version.program_id) for each in wanted}) if wanted else set()
    new = _insert_moments([each for each in wanted if (each.person_id, each.version.program_id) not in muted])
    if new:
        wake.notify(CHANNEL)
    return new


type LiveVersions = dict[tuple[int, int | None], list[ProgramVersion]]


def _find_live_versions(artist_ids: Iterable[int]) -> LiveVersions:
    """The signed versions of live programs, by artist and by the recording they are about, if one."""
    live = ProgramVersion.objects.filter(
        program__state=Program.State.LIVE, program__current=F("pk"), program__artist__in=artist_ids
    )
    versions: LiveVersions = defaultdict(list)
    for version in live.select_related("program"):
        versions[version.program.artist_id, version.recording_id].append(version)
    return versions


def _find_crossings(progress: Iterable[Progress], answering: LiveVersions) -> Iterator[Crossing]:
    """Progress counts each listen twice, for the artist and for its recording: a program looks at one of the two."""
    for each in progress:
        for version in answering.get((each.artist_id, each.recording_id), ()):
            place = version.nth - each.before - 1
            if 0 <= place < len(each.counted):
                listen = each.counted[place]
                if listen.origin == "live" and not listen.set_aside:
                    yield Crossing(version, each.person_id, listen.id, listen.recording_id)


def _opt_in_pair(crossing: Crossing) -> tuple[UUID, int]:
    return crossing.person_id, crossing.version.program.artist_id


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
