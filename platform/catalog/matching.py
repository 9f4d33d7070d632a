"""Match: find the recording that was played, by what the listen says of itself."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple
from uuid import UUID

from django.db import connection

MAX_ID = 2**63 - 1

# Four index scans in one question, each given a key once however often it was played.
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
    """What a listen says of its recording. Empty, or None, is not said.

    `catalog_id` is our own recording's id in digits; `recording_mbid` a UUID in its canonical form.
    """

    catalog_id: str
    isrc: str
    recording_mbid: str
    text_key: bytes | None


def match_recordings(wanted: list[RecordingIdentifiers]) -> list[Match | None]:
    """For each, in order, (recording id, artist id); None where nothing fits. One query, however many.

    Where identifiers disagree, our own id wins over the ISRC, that over the MBID, that over the text. A text that
    several artists' recordings share matches none of them: a guess would thank a fan in the wrong artist's name.
    """
    if not wanted:
        return []
    answers = _query_matches(set(wanted))
    found = {one: next((answers[key] for key in _lookup_keys(one) if key in answers), None) for one in set(wanted)}
    return [found[one] for one in wanted]


def _query_matches(wanted: Iterable[RecordingIdentifiers]) -> MatchesByKey:
    asked: dict[str, set[str]] = {"id": set(), "isrc": set(), "mbid": set(), "text": set()}
    for one in wanted:
        for kind, key in _lookup_keys(one):
            asked[kind].add(key)
    with connection.cursor() as cursor:
        cursor.execute(
            MATCH_SQL,
            [
                [int(key) for key in asked["id"]],
                list(asked["isrc"]),
                [UUID(key) for key in asked["mbid"]],
                [bytes.fromhex(key) for key in asked["text"]],
            ],
        )
        return {(kind, key): (recording, artist) for kind, key, recording, artist in cursor.fetchall()}


def _lookup_keys(one: RecordingIdentifiers) -> Iterator[tuple[str, str]]:
    """What to look for, in the order in which an answer wins."""
    if one.catalog_id.isascii() and one.catalog_id.isdigit() and len(one.catalog_id) < 20:
        number = int(one.catalog_id)
        if number <= MAX_ID:
            yield "id", str(number)
    if one.isrc:
        yield "isrc", one.isrc
    if one.recording_mbid:
        yield "mbid", one.recording_mbid.lower()
    if one.text_key is not None:
        yield "text", one.text_key.hex()
