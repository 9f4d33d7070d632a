"""Insert listens with one COPY and one INSERT, and return which of them are new."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

import msgspec
from django.db import connection
from msgspec import Struct

from catalog import text_keys
from listens import event

# 2000 listens take 195 ms this way, and 1500 ms with the ORM (benchmarks/orm_baseline.py).
# The staging table lives as long as the session and is empty at the start of a transaction. A transaction may store
# several batches, so it is emptied here too.
CREATE_STAGING_TABLE = """
CREATE TEMP TABLE IF NOT EXISTS arriving (
    n int, person_id uuid, started_at timestamptz, second bigint, text_key bytea, older_keys bytea[], source_id bigint,
    event_id text, recording_id bigint, title text, artist_credit text, album text, isrc text, recording_mbid uuid,
    duration_ms bigint, played_ms bigint, time_basis text, origin text, client text, extra jsonb,
    accepted_at timestamptz
) ON COMMIT DELETE ROWS;
DELETE FROM arriving
"""
COPY_INTO_STAGING = "COPY arriving FROM STDIN"
# Without a target, DO NOTHING respects both unique keys, and repeats within the batch: the first one stays.
# A listen that the fan retracted after it was accepted is not stored, whichever way it comes. It is compared by the key
# of the tombstone's version; `older_keys` holds those of the older versions, and is NULL where all are equal.
INSERT_NEW_LISTENS = """
WITH new AS (
    INSERT INTO listens_listen (
        person_id, started_at, second, text_key, source_id, event_id, recording_id, title, artist_credit, album, isrc,
        recording_mbid, duration_ms, played_ms, time_basis, origin, client, extra, accepted_at, key_version
    )
    SELECT
        person_id, started_at, second, text_key, source_id, event_id, recording_id, title, artist_credit, album, isrc,
        recording_mbid, duration_ms, played_ms, time_basis, origin, client, extra, accepted_at, %s
    FROM arriving
    WHERE NOT EXISTS (
        SELECT FROM listens_tombstone AS tombstone
        WHERE tombstone.person_id = arriving.person_id AND tombstone.second = arriving.second
            AND tombstone.text_key = coalesce(arriving.older_keys[tombstone.key_version], arriving.text_key)
            AND tombstone.retracted_at >= arriving.accepted_at
    )
    ORDER BY n
    ON CONFLICT DO NOTHING
    RETURNING id, person_id, second, text_key, source_id, event_id
)
SELECT min(n), id FROM new JOIN arriving USING (person_id, second, text_key, source_id, event_id)
GROUP BY id ORDER BY 1
"""
COPY_NULL = r"\N"


class Candidate(Struct, frozen=True):
    """A listen that may be new. `arrives_unordered`: not through the partition that orders the fan's events.

    `is_backlog`: a client of our ListenBrainz API could not send it earlier (`ingest.BACKLOG_PERIOD`).
    """

    person_id: UUID
    source_id: int
    event_id: str
    text_key: bytes
    accepted_at: datetime
    data: event.ListenData
    arrives_unordered: bool = False
    is_backlog: bool = False


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


def insert_new(candidates: list[Candidate], recordings: list[int | None]) -> list[tuple[int, int]]:
    """Insert the new listens. Return (index among the candidates, listen id) for each, in order.

    `recordings` holds the id of the recording that each candidate matched, or None. A listen is not new if its fan has
    one with the same source and event id, or with the same second and text.
    """
    if not candidates:
        return []
    copy_text = "".join(_copy_lines(candidates, recordings))
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.execute(CREATE_STAGING_TABLE)
        with cursor.copy(COPY_INTO_STAGING) as copy:
            copy.write(copy_text)
        cursor.execute(INSERT_NEW_LISTENS, [text_keys.VERSION])
        return [(n, listen_id) for n, listen_id in cursor.fetchall()]


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
