"""Mark listens as duplicates: several may tell of one play, and one of them counts.

Call them in a transaction. `set_separate` locks the fan; call `lock_fans` before `mark_duplicates`.
"""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from accounts.models import Person
from listens import plays
from listens.changes import BACKLOG_PERIOD, Changes, DisplacedListen, NewListen
from listens.listenbrainz import mapping
from listens.models import PLAYER_URI, REMIX_PLAYER_URI, Listen
from listens.plays import Play, StoredListen

SELECT_STORED = """
SELECT DISTINCT ON (listen.id)
    listen.id, listen.person_id, recording.artist_id, listen.recording_id, listen.text_key, listen.started_at,
    listen.second, listen.source_id, listen.event_id, listen.client,
    source.uri = %s AND listen.origin = 'import' AND listen.started_at >= listen.accepted_at - %s::interval,
    coalesce(listen.extra #>> '{playback,session_id}', ''), listen.time_basis, listen.origin, listen.duration_ms,
    recording.duration_ms, listen.played_ms,
    listen.isrc <> '' OR listen.recording_mbid IS NOT NULL OR listen.extra #> '{track,catalog_id}' IS NOT NULL,
    source.uri IN (%s, %s), source.uri = %s, listen.set_aside, listen.duplicate_of_id, listen.duplicate_reason
FROM listens_listen AS listen
JOIN listens_source AS source ON source.id = listen.source_id
LEFT JOIN catalog_recording AS recording ON recording.id = listen.recording_id
"""
STORED_VALUES = (mapping.SOURCE, BACKLOG_PERIOD, PLAYER_URI, REMIX_PLAYER_URI, REMIX_PLAYER_URI)
# What may be of the same play as one of these listens: the same song, at most the reach before or after. Overlapping
# times of one song are joined first, so that a song that was played all day is read once.
SELECT_NEAR = f"""
WITH song AS (
    SELECT person_id, text_key, recording_id, unnest(range_agg(int8range(second - %s, second + %s, '[]'))) AS near
    FROM listens_listen WHERE id = ANY(%s::bigint[]) GROUP BY person_id, text_key, recording_id
)
{SELECT_STORED}
JOIN song ON listen.person_id = song.person_id
    AND listen.second >= lower(song.near) AND listen.second < upper(song.near)
    AND (listen.text_key = song.text_key OR listen.recording_id = song.recording_id)
WHERE NOT listen.is_separate
"""  # noqa: S608 - constants
# One statement, so that a listen and its duplicate can change places. Other duplicates of a listen that becomes one
# follow it.
UPDATE_DUPLICATES = """
UPDATE listens_listen AS listen SET
    duplicate_of_id = changed.original,
    duplicate_reason = CASE WHEN listen.id = changed.id THEN changed.reason ELSE listen.duplicate_reason END
FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS changed (id, original, reason)
WHERE listen.id = changed.id OR (listen.duplicate_of_id = changed.id AND listen.id <> ALL(%s::bigint[]))
"""


def lock_fans(ids: Collection[UUID]) -> None:
    """Wait until no other transaction changes the listens of these fans."""
    people = Person.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True)
    list(people.values_list("pk"))


def mark_duplicates(listen_ids: Collection[int], *, not_counted: Collection[int] = frozenset()) -> Changes:
    """Find the plays that these listens and the listens near them tell of, and mark the duplicates.

    `not_counted` are those among them that are new, or count for an artist only from now on. Three queries at most,
    however many listens.
    """
    stored = _read_near(listen_ids)
    not_counted = set(not_counted)
    changed: list[tuple[int, int | None, str]] = []
    changes = Changes()
    for play in plays.group_by_play(stored):
        changed += _changed_rows(play)
        _add_changes(changes, play, not_counted)
    _store(changed)
    changes.counted.sort(key=lambda listen: not listen.took_place)
    return changes


def set_separate(listen: Listen, *, separate: bool) -> Changes | None:
    """Count a duplicate as a play of its own, or take that back. None: it is none, or not any more."""
    lock_fans([listen.person_id])
    rows = Listen.objects.filter(pk=listen.pk, retracted_at=None)
    if not separate:
        if not rows.filter(is_separate=True).update(is_separate=False):
            return None
        return mark_duplicates([listen.pk])
    marked = rows.filter(duplicate_of__isnull=False)
    counted = read_counted(marked)
    if not marked.update(duplicate_of=None, duplicate_reason="", is_separate=True):
        return None
    return Changes(counted=counted)


def read_counted(rows: QuerySet[Listen]) -> list[NewListen]:
    """These listens as listens that count from now on."""
    values = rows.values_list(
        "id", "person_id", "recording__artist_id", "recording_id", "started_at", "origin", "set_aside"
    )
    return [NewListen(*row) for row in values]


def _read_near(listen_ids: Collection[int]) -> list[StoredListen]:
    """The listens and those near them. A duplicate of a listen that is further away stays what it is."""
    reach = plays.LONGEST_REACH
    rows = _read(SELECT_NEAR, [reach, reach, list(listen_ids), *STORED_VALUES])
    ids = {row.id for row in rows}
    if missing := {row.duplicate_of for row in rows} - ids - {None}:
        # Other words of the same recording, where the listens themselves have none: the duplicates know both.
        own = [row for row in rows if row.id in listen_ids]
        originals = _read(f"{SELECT_STORED} WHERE listen.id = ANY(%s::bigint[])", [*STORED_VALUES, list(missing)])
        rows += [row for row in originals if any(_is_within_reach(row, each) for each in own)]
        ids = {row.id for row in rows}
    return [row for row in rows if row.duplicate_of is None or row.duplicate_of in ids]


def _read(statement: str, values: list[Any]) -> list[StoredListen]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [StoredListen(*row) for row in cursor.fetchall()]


def _is_within_reach(one: StoredListen, other: StoredListen) -> bool:
    return one.person_id == other.person_id and abs(one.second - other.second) <= plays.LONGEST_REACH


def _changed_rows(play: Play) -> list[tuple[int, int | None, str]]:
    """The listens of the play whose mark changes: their ids, the listen that counts in their place, and the reason."""
    best = play.best
    wanted = [
        (listen, None, "") if listen is best else (listen, best.id, str(plays.find_reason(listen, best)))
        for listen in play.listens
    ]
    return [
        (listen.id, original, reason)
        for listen, original, reason in wanted
        if (listen.duplicate_of, listen.reason) != (original, reason)
    ]


def _add_changes(changes: Changes, play: Play, not_counted: Collection[int]) -> None:
    """Add what the play changes in the counts. `not_counted` are listens that have no mark because they are new."""
    best = play.best
    counted = [
        listen
        for listen in play.listens
        if listen.duplicate_of is None and not listen.set_aside and listen.id not in not_counted
    ]
    changes.displaced.extend(
        DisplacedListen(
            listen.person_id, listen.artist_id, listen.recording_id, listen.started_at, True, listen.id, best.id
        )
        for listen in counted
        if listen is not best
    )
    if best in counted:
        return
    took_place = any((each.artist_id, each.recording_id) == (best.artist_id, best.recording_id) for each in counted)
    changes.counted.append(_new_listen(play, took_place))


def _new_listen(play: Play, took_place: bool) -> NewListen:
    """The best listen of a play, which is live if any is. `took_place` says that another of the same song counted."""
    best = play.best
    is_live = any(listen.origin == "live" for listen in play.listens)
    return NewListen(
        best.id,
        best.person_id,
        best.artist_id,
        best.recording_id,
        best.started_at,
        "live" if is_live else best.origin,
        best.set_aside,
        not is_live and any(listen.is_backlog for listen in play.listens),
        took_place,
        any(listen.is_remix for listen in play.listens),
    )


def _store(changed: Sequence[tuple[int, int | None, str]]) -> None:
    if changed:
        ids, originals, reasons = (list(column) for column in zip(*changed, strict=True))
        with connection.cursor() as cursor:
            cursor.execute(UPDATE_DUPLICATES, [ids, originals, reasons, ids])
