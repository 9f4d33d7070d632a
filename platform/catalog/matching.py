"""Find the recording that was played, by the identifiers in a listen."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple
from uuid import UUID

from django.db import connection

MAX_ID = 2**63 - 1

# Four index scans in one query, where the ORM needs four queries: 500 listens take 41 ms, through the ORM 60 ms; one
# listen 1.6 ms and 10 ms. Each key is looked up once, however often it was played.
MATCH_SQL = """
SELECT 'id', id::text, id, artist_id FROM catalog_recording WHERE id = ANY(%s::bigint[])
UNION ALL
SELECT 'isrc', isrc, id, artist_id FROM catalog_recording WHERE isrc = ANY(%s::text[])
UNION ALL
SELECT 'mbid', mbid::text, id, artist_id FROM catalog_recording WHERE mbid = ANY(%s::uuid[])
UNION ALL
SELECT 'text', encode(text_key, 'hex'), min(id), min(artist_id) FROM catalog_recording
WHERE text_key = ANY(%s::bytea[]) GROUP BY text_key HAVING count(*) = 1
"""

type Match = tuple[int, int]
type MatchesByKey = dict[tuple[str, str], Match]


class RecordingIdentifiers(NamedTuple):
    """The identifiers of a recording in a listen. An empty text or None means that the listen lacks it.

    `catalog_id` is the id of our own recording, in digits. `recording_mbid` is a UUID in its canonical form.
    """

    catalog_id: str
    isrc: str
    recording_mbid: str
    text_key: bytes | None


def match_recordings(wanted: list[RecordingIdentifiers]) -> list[Match | None]:
    """For each, in order, (recording id, artist id), or None where nothing matches. One query, however many.

    Where identifiers disagree, our own id wins, then the ISRC, then the MBID, then the text. A text that recordings of
    several artists share matches none of them: a wrong guess would thank a fan in the wrong artist's name.
    """
    if not wanted:
        return []
    distinct = set(wanted)
    matches = _query_matches(distinct)
    best = {
        identifiers: next((matches[key] for key in _lookup_keys(identifiers) if key in matches), None)
        for identifiers in distinct
    }
    return [best[identifiers] for identifiers in wanted]


def _query_matches(wanted: Iterable[RecordingIdentifiers]) -> MatchesByKey:
    keys: dict[str, set[str]] = {"id": set(), "isrc": set(), "mbid": set(), "text": set()}
    for identifiers in wanted:
        for kind, key in _lookup_keys(identifiers):
            keys[kind].add(key)
    with connection.cursor() as cursor:
        cursor.execute(
            MATCH_SQL,
            [
                [int(key) for key in keys["id"]],
                list(keys["isrc"]),
                [UUID(key) for key in keys["mbid"]],
                [bytes.fromhex(key) for key in keys["text"]],
            ],
        )
        return {(kind, key): (recording, artist) for kind, key, recording, artist in cursor.fetchall()}


def _lookup_keys(identifiers: RecordingIdentifiers) -> Iterator[tuple[str, str]]:
    """The (kind, key) pairs to look up. The first one that matches wins."""
    if identifiers.catalog_id.isascii() and identifiers.catalog_id.isdigit() and len(identifiers.catalog_id) < 20:
        number = int(identifiers.catalog_id)
        if number <= MAX_ID:
            yield "id", str(number)
    if identifiers.isrc:
        yield "isrc", identifiers.isrc
    if identifiers.recording_mbid:
        yield "mbid", identifiers.recording_mbid.lower()
    if identifiers.text_key is not None:
        yield "text", identifiers.text_key.hex()
