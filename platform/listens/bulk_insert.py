"""Store: listens as rows by one COPY and one INSERT, and which of them are new."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

import msgspec
from django.db import connection
from msgspec import Struct

from listens import event

# Kept for the session, empty between transactions; emptied here too, as one transaction may store several batches.
CREATE_STAGING_TABLE = """
CREATE TEMP TABLE IF NOT EXISTS arriving (
    n int, person_id uuid, started_at timestamptz, second bigint, text_key bytea, source_id bigint, event_id text,
    recording_id bigint, title text, artist_credit text, album text, isrc text, recording_mbid uuid,
    duration_ms bigint, played_ms bigint, time_basis text, origin text, client text, extra jsonb,
    accepted_at timestamptz
) ON COMMIT DELETE ROWS;
DELETE FROM arriving
"""
COPY_INTO_STAGING = "COPY arriving FROM STDIN"
# Without a target, DO NOTHING minds both unique keys, and repeats within the batch: the one that came first stays.
# What the fan took back after it was accepted is not stored, by whichever way it comes.
INSERT_NEW_LISTENS = """
WITH new AS (
    INSERT INTO listens_listen (
        person_id, started_at, second, text_key, source_id, event_id, recording_id, title, artist_credit, album, isrc,
        recording_mbid, duration_ms, played_ms, time_basis, origin, client, extra, accepted_at
    )
    SELECT
        person_id, started_at, second, text_key, source_id, event_id, recording_id, title, artist_credit, album, isrc,
        recording_mbid, duration_ms, played_ms, time_basis, origin, client, extra, accepted_at
    FROM arriving
    WHERE NOT EXISTS (
        SELECT FROM listens_tombstone AS stone
        WHERE stone.person_id = arriving.person_id AND stone.second = arriving.second
            AND stone.text_key = arriving.text_key AND stone.at >= arriving.accepted_at
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
    """A listen that may be new."""

    person_id: UUID
    source_id: int
    event_id: str
    text_key: bytes
    accepted_at: datetime
    data: event.ListenData
    stray: bool = False  # outside the partition in which the fan's events keep their order


class _ExtraTrack(Struct, frozen=True, omit_defaults=True, gc=False):
    """What the event says of the track and the table has no column for."""

    artists: tuple[event.Artist, ...] = ()
    album_artist: str = ""
    track_number: str = ""
    catalog_id: str = ""
    release_mbid: str = ""
    release_group_mbid: str = ""
    track_mbid: str = ""
    service_uri: str = ""


class _ListenExtra(Struct, frozen=True, omit_defaults=True):
    """The same of the whole event, under the event's own names."""

    track: _ExtraTrack
    playback: event.Playback
    client: event.Client
    tags: tuple[str, ...] = ()
    extra: dict[str, object] = {}


def insert_new(candidates: list[Candidate], recordings: list[int | None]) -> list[tuple[int, int]]:
    """Those that are new: (place among the candidates, id), in order. `recordings` has what each one matched.

    A listen is not new if its fan has one of the same source and event id, or of the same second and text.
    """
    if not candidates:
        return []
    copied = "".join(_copy_lines(candidates, recordings))
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.execute(CREATE_STAGING_TABLE)
        with cursor.copy(COPY_INTO_STAGING) as copy:
            copy.write(copied)
        cursor.execute(INSERT_NEW_LISTENS)
        return [(n, listen_id) for n, listen_id in cursor.fetchall()]


def _copy_lines(candidates: list[Candidate], recordings: list[int | None]) -> Iterator[str]:
    """COPY's text format: faster from Python than any other way in."""
    for n, (one, recording) in enumerate(zip(candidates, recordings, strict=True)):
        data, track = one.data, one.data.track
        played = COPY_NULL if data.played_ms is None else data.played_ms
        client = data.client.submission_client or data.client.media_player
        yield (
            f"{n}\t{data.user_id}\t{data.started_at.isoformat()}\t{int(data.started_at.timestamp())}\t"
            f"\\\\x{one.text_key.hex()}\t{one.source_id}\t{_escape_copy_text(one.event_id)}\t{recording or COPY_NULL}\t"
            f"{_escape_copy_text(track.title)}\t{_escape_copy_text(track.credit)}\t{_escape_copy_text(track.album)}\t{track.isrc}\t"
            f"{track.recording_mbid or COPY_NULL}\t{track.duration_ms or COPY_NULL}\t{played}\t{data.time_basis}\t"
            f"{data.origin}\t{_escape_copy_text(client)}\t{_escape_copy_text(_extra_json(data))}\t{one.accepted_at.isoformat()}\n"
        )


def _escape_copy_text(value: str) -> str:
    """Tabs, newlines and backslashes mean something to COPY."""
    if value.isprintable() and "\\" not in value:
        return value
    return value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def _extra_json(data: event.ListenData) -> str:
    track = data.track
    plain = len(track.artists) == 1 and not track.artists[0].mbid  # then the credit says it all
    rest = _ExtraTrack(
        () if plain else track.artists,
        track.album_artist,
        track.track_number,
        track.catalog_id,
        track.release_mbid,
        track.release_group_mbid,
        track.track_mbid,
        track.service_uri,
    )
    return msgspec.json.encode(_ListenExtra(rest, data.playback, data.client, data.tags, data.extra)).decode()
