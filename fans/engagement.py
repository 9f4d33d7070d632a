"""Count: where each fan stands with each artist and each recording."""

from collections.abc import Iterable
from uuid import UUID

from django.db import connection
from msgspec import Struct

from listens.ingest import NewListen

# Sorted, so that two batches which meet wait for each other and never in a circle. What RETURNING says is the count
# with this batch in it, and nobody else's can come between, for the row is ours until the commit. Only numbers travel
# back: reading thousands of UUIDs costs more than joining them.
UPSERT = """
WITH new AS (
    SELECT * FROM unnest(%s::uuid[], %s::bigint[], %s::bigint[], %s::timestamptz[], %s::timestamptz[])
    WITH ORDINALITY AS new (person_id, {what}, listens, first_at, last_at, n)
), stands AS (
    INSERT INTO {table} AS e (person_id, {what}, listens, first_at, last_at)
    SELECT person_id, {what}, listens, first_at, last_at FROM new ORDER BY person_id, {what}
    ON CONFLICT (person_id, {what}) DO UPDATE SET
        listens = e.listens + excluded.listens,
        first_at = least(e.first_at, excluded.first_at),
        last_at = greatest(e.last_at, excluded.last_at)
    RETURNING person_id, {what}, listens
)
SELECT stands.listens FROM stands JOIN new USING (person_id, {what}) ORDER BY n
"""
UPSERT_ARTISTS = UPSERT.format(table="fans_engagement", what="artist_id")
UPSERT_RECORDINGS = UPSERT.format(table="fans_recordingengagement", what="recording_id")

type CountKey = tuple[UUID, int]


class Progress(Struct, frozen=True):
    """How far a fan got with an artist, or with one recording of theirs, in this batch.

    `recording_id` None is the artist as a whole. `counted` is in the order of arrival: `counted[i]` is the fan's
    listen number `before + 1 + i`.
    """

    person_id: UUID
    artist_id: int
    recording_id: int | None
    before: int
    counted: tuple[NewListen, ...]


def record(listens: Iterable[NewListen]) -> list[Progress]:
    """Count the listens, in the caller's transaction. What was set aside or matched nothing does not count."""
    by_artist: dict[CountKey, list[NewListen]] = {}
    by_recording: dict[CountKey, list[NewListen]] = {}
    for listen in listens:
        if listen.set_aside or listen.artist_id is None:
            continue
        by_artist.setdefault((listen.person_id, listen.artist_id), []).append(listen)
        if listen.recording_id is not None:
            by_recording.setdefault((listen.person_id, listen.recording_id), []).append(listen)
    return [
        *_count_groups(UPSERT_ARTISTS, by_artist, whole=True),
        *_count_groups(UPSERT_RECORDINGS, by_recording, whole=False),
    ]


def _count_groups(upsert: str, groups: dict[CountKey, list[NewListen]], *, whole: bool) -> list[Progress]:
    """One upsert for all pairs. `whole` says that they are of artists, not of recordings."""
    if not groups:
        return []
    progress = []
    for (pair, listens), after in zip(groups.items(), _upsert_counts(upsert, groups), strict=True):
        artist, recording = listens[0].artist_id, listens[0].recording_id
        assert artist is not None  # record() leaves the others out
        progress.append(Progress(pair[0], artist, None if whole else recording, after - len(listens), tuple(listens)))
    return progress


def _upsert_counts(upsert: str, groups: dict[CountKey, list[NewListen]]) -> list[int]:
    """The new count of each pair, in their order."""
    people, things, numbers, firsts, lasts = [], [], [], [], []
    for (person, thing), listens in groups.items():
        starts = [listen.started_at for listen in listens]
        people.append(person.hex)
        things.append(str(thing))
        numbers.append(str(len(listens)))
        firsts.append(min(starts).isoformat())
        lasts.append(max(starts).isoformat())
    with connection.cursor() as cursor:
        cursor.execute(upsert, [_array_literal(column) for column in (people, things, numbers, firsts, lasts)])
        return [listens for (listens,) in cursor.fetchall()]


def _array_literal(column: list[str]) -> str:
    """PostgreSQL's literal of an array, of values that need no quotes: several times faster than adapting a list."""
    return f"{{{','.join(column)}}}"
