"""Insert listens with one COPY and one INSERT, and return which are new and which may tell of a play told before."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec
from django.db import connection
from msgspec import Struct

from catalog import text_keys
from listens import event, tombstones

# 2000 listens take 195 ms this way, and 1500 ms with the ORM (benchmarks/orm_baseline.py).
# The staging tables live as long as the session and are empty at the start of a transaction. A transaction may store
# several batches, so they are emptied here too.
CREATE_STAGING_TABLES = """
CREATE TEMP TABLE IF NOT EXISTS arriving (
    n int, person_id uuid, started_at timestamptz, second bigint, text_key bytea, older_keys bytea[], source_id bigint,
    event_id text, recording_id bigint, title text, artist_credit text, album text, isrc text, recording_mbid uuid,
    duration_ms bigint, played_ms bigint, time_basis text, origin text, client text, extra jsonb,
    accepted_at timestamptz
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS inserted (
    n int, id bigint, person_id uuid, second bigint, text_key bytea, recording_id bigint, reach bigint
) ON COMMIT DELETE ROWS;
DELETE FROM arriving;
DELETE FROM inserted
"""
COPY_INTO_STAGING = "COPY arriving FROM STDIN"
# Without a target, DO NOTHING respects both unique keys, and repeats within the batch: the first one stays.
INSERT_NEW_LISTENS = f"""
WITH new AS (
    INSERT INTO listens_listen (
        person_id, started_at, second, text_key, source_id, event_id, recording_id, title, artist_credit, album, isrc,
        recording_mbid, duration_ms, played_ms, time_basis, origin, client, extra, accepted_at, key_version
    )
    SELECT
        person_id, started_at, second, text_key, source_id, event_id, recording_id, title, artist_credit, album, isrc,
        recording_mbid, duration_ms, played_ms, time_basis, origin, client, extra, accepted_at, %(key_version)s
    FROM arriving
    WHERE NOT {tombstones.IS_FORGOTTEN}
    ORDER BY n
    ON CONFLICT DO NOTHING
    RETURNING id, person_id, second, text_key, source_id, event_id, recording_id, duration_ms
)
INSERT INTO inserted
SELECT min(n), new.id, any_value(person_id), any_value(second), any_value(text_key), any_value(new.recording_id),
    any_value(least(coalesce(new.duration_ms / 1000, %(typical)s), %(longest)s)) + %(close)s
FROM new JOIN arriving USING (person_id, second, text_key, source_id, event_id)
GROUP BY new.id
"""  # noqa: S608 - constants
# Whether the fan has another listen of the same song within the reach, in the table or in this batch.
SELECT_NEW_LISTENS = """
SELECT n, id, EXISTS (
    SELECT FROM listens_listen AS other
    WHERE other.person_id = inserted.person_id AND other.id <> inserted.id
        AND other.second BETWEEN inserted.second - inserted.reach AND inserted.second + inserted.reach
        AND (other.text_key = inserted.text_key OR other.recording_id = inserted.recording_id)
) FROM inserted ORDER BY n
"""
VALUES = tombstones.VALUES | {"key_version": text_keys.VERSION}
COPY_NULL = r"\N"


class Candidate(Struct, frozen=True):
    """A listen that may be new. `is_backlog` and `is_remix` are as in `NewListen`."""

    person_id: UUID
    source_id: int
    event_id: str
    text_key: bytes
    accepted_at: datetime
    data: event.ListenData
    is_backlog: bool = False
    is_remix: bool = False


class Inserted(NamedTuple):
    """A new listen: its number among the candidates, its id, and whether it may tell of a play that was told before."""

    n: int
    id: int
    has_near: bool


class _ExtraTrack(Struct, frozen=True, omit_defaults=True, gc=False):
    """The parts of an event's track that have no column of their own."""

    artists: tuple[event.Artist, ...] = ()
    album_artist: str = ""
    track_number: str = ""
    catalog_id: str = ""
    release_mbid: str = ""
    release_group_mbid: str = ""
    track_mbid: str = ""
    service_uri: str = ""


class _ListenExtra(Struct, frozen=True, omit_defaults=True):
    """The parts of an event that have no column of their own, under the event's names. Stored in `Listen.extra`."""

    track: _ExtraTrack
    playback: event.Playback
    client: event.Client
    tags: tuple[str, ...] = ()
    extra: dict[str, object] = {}


def insert_new(candidates: list[Candidate], recordings: list[int | None]) -> list[Inserted]:
    """Insert the new listens, and return them in order.

    `recordings` holds the id of the recording that each candidate matched, or None. A listen is not new if its fan has
    one with the same source and event id, or with the same second and text.
    """
    if not candidates:
        return []
    copy_text = "".join(_copy_lines(candidates, recordings))
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.execute(CREATE_STAGING_TABLES)
        with cursor.copy(COPY_INTO_STAGING) as copy:
            copy.write(copy_text)
        cursor.execute(INSERT_NEW_LISTENS, VALUES)
        cursor.execute(SELECT_NEW_LISTENS)
        return [Inserted(*row) for row in cursor.fetchall()]


def _copy_lines(candidates: list[Candidate], recordings: list[int | None]) -> Iterator[str]:
    """Format the rows for COPY in text format."""
    for n, (candidate, recording) in enumerate(zip(candidates, recordings, strict=True)):
        data, track = candidate.data, candidate.data.track
        played = COPY_NULL if data.played_ms is None else data.played_ms
        client = data.client.submission_client or data.client.media_player
        yield (
            f"{n}\t{data.user_id}\t{data.started_at.isoformat()}\t{int(data.started_at.timestamp())}\t"
            f"\\\\x{candidate.text_key.hex()}\t{_older_keys(track)}\t{candidate.source_id}\t"
            f"{_escape(candidate.event_id)}\t"
            f"{recording or COPY_NULL}\t{_escape(track.title)}\t{_escape(track.credit)}\t{_escape(track.album)}\t"
            f"{track.isrc}\t{track.recording_mbid or COPY_NULL}\t{track.duration_ms or COPY_NULL}\t{played}\t"
            f"{data.time_basis}\t{data.origin}\t{_escape(client)}\t{_escape(_extra_json(data))}\t"
            f"{candidate.accepted_at.isoformat()}\n"
        )


def _older_keys(track: event.Track) -> str:
    """An array of the keys of all older versions, or NULL where they are equal to the key of today."""
    older = text_keys.compute_older(track.title, track.credit)
    return COPY_NULL if older is None else "{" + ",".join(rf'"\\\\x{key.hex()}"' for key in older) + "}"


def _escape(value: str) -> str:
    """Escape the characters that COPY interprets: tab, newline, carriage return and backslash."""
    if value.isprintable() and "\\" not in value:
        return value
    return value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def _extra_json(data: event.ListenData) -> str:
    track = data.track
    is_in_credit = len(track.artists) == 1 and not track.artists[0].mbid
    extra_track = _ExtraTrack(
        () if is_in_credit else track.artists,
        track.album_artist,
        track.track_number,
        track.catalog_id,
        track.release_mbid,
        track.release_group_mbid,
        track.track_mbid,
        track.service_uri,
    )
    return msgspec.json.encode(_ListenExtra(extra_track, data.playback, data.client, data.tags, data.extra)).decode()
