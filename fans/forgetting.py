"""Forget: what a fan took back counts no more, at once; and their open pages hear of it."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from listens.retraction import RemovedListen
from live import notices

KIND = "listens.changed"

# Where nothing is left there is no standing. No count goes below zero, whatever came before.
END = """
DELETE FROM {table} AS e USING unnest(%s::uuid[], %s::bigint[], %s::bigint[]) AS gone (person_id, thing, listens)
WHERE e.person_id = gone.person_id AND e.{what} = gone.thing AND e.listens <= gone.listens
"""
# The first and the last are asked anew of the rows that remain, and only if it was they that went.
LESSEN = """
UPDATE {table} AS e SET
    listens = e.listens - gone.listens,
    first_at = CASE WHEN gone.first_at > e.first_at THEN e.first_at ELSE coalesce(
        (SELECT started_at FROM {left} ORDER BY started_at LIMIT 1), e.first_at) END,
    last_at = CASE WHEN gone.last_at < e.last_at THEN e.last_at ELSE coalesce(
        (SELECT started_at FROM {left} ORDER BY started_at DESC LIMIT 1), e.last_at) END
FROM unnest(%s::uuid[], %s::bigint[], %s::bigint[], %s::timestamptz[], %s::timestamptz[])
    AS gone (person_id, thing, listens, first_at, last_at)
WHERE e.person_id = gone.person_id AND e.{what} = gone.thing
"""
OF_RECORDING = (
    "listens_listen l WHERE l.person_id = e.person_id AND l.recording_id = e.recording_id AND NOT l.set_aside"
)
OF_ARTIST = """listens_listen l JOIN catalog_recording r ON r.id = l.recording_id
        WHERE l.person_id = e.person_id AND r.artist_id = e.artist_id AND NOT l.set_aside"""
ARTISTS = {"table": "fans_engagement", "what": "artist_id", "left": OF_ARTIST}
RECORDINGS = {"table": "fans_recordingengagement", "what": "recording_id", "left": OF_RECORDING}

type Groups = dict[tuple[UUID, int], list[RemovedListen]]


def forget(gone: Sequence[RemovedListen]) -> Sequence[RemovedListen]:
    """Take them off the counts, in the transaction that removed their rows. What never counted changes nothing."""
    by_artist: Groups = {}
    by_recording: Groups = {}
    for one in gone:
        if one.set_aside or one.artist_id is None or one.recording_id is None:
            continue
        by_artist.setdefault((one.person_id, one.artist_id), []).append(one)
        by_recording.setdefault((one.person_id, one.recording_id), []).append(one)
    if by_artist:
        _lessen(by_artist, ARTISTS)
        _lessen(by_recording, RECORDINGS)
    return gone


def _lessen(groups: Groups, where: dict[str, str]) -> None:
    columns: list[list[Any]] = [
        [person for person, _ in groups],
        [thing for _, thing in groups],
        [len(gone) for gone in groups.values()],
        [min(one.started_at for one in gone) for gone in groups.values()],
        [max(one.started_at for one in gone) for gone in groups.values()],
    ]
    with connection.cursor() as cursor:
        cursor.execute(END.format(**where), columns[:3])
        cursor.execute(LESSEN.format(**where), columns)


def tell(gone: Iterable[RemovedListen]) -> None:
    """One notice for each fan, however much went."""
    fans = sorted({one.person_id for one in gone})
    notices.post([notices.NewNotice(fan, KIND, f"person:{fan}") for fan in fans])
