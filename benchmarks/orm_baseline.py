"""The work of our batch step, written with Django's ORM: read rows, compare in Python, bulk_create.

It decodes events with our own types. They are faster than what most projects use, which is in its favour.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from artists import moments
from catalog import text_keys
from catalog.models import Recording
from events import cloudevents
from events.exceptions import UnreadableEvent
from events.records import Incoming, Rejected
from fans.engagement import Progress
from fans.models import Engagement, RecordingEngagement
from listens import event
from listens.changes import NewListen
from listens.exceptions import UnreadableListen
from listens.models import Listen, Source

type Pair = tuple[UUID, int]
type ParsedEvents = list[tuple[cloudevents.Event, event.ListenData]]


def handle_batch(records: list[Incoming]) -> list[Rejected]:
    """Store and count a batch of listens, and notice moments. Return the unreadable records."""
    parsed, rejected = _parse_events(records)
    rows = _only_new(_make_rows(parsed))
    Listen.objects.bulk_create(rows)
    progress = [
        *_count_listens(rows, Engagement, "artist_id"),
        *_count_listens(rows, RecordingEngagement, "recording_id"),
    ]
    moments.notice(progress)
    return rejected


def _parse_events(records: Iterable[Incoming]) -> tuple[ParsedEvents, list[Rejected]]:
    parsed, rejected = [], []
    now = datetime.now(UTC)
    for record in records:
        try:
            envelope = cloudevents.decode(record)
            parsed.append((envelope, event.decode(envelope, now=now)))
        except (UnreadableEvent, UnreadableListen) as error:
            rejected.append(Rejected(record, str(error)))
    return parsed, rejected


def _make_rows(parsed: ParsedEvents) -> list[Listen]:
    uris = {envelope.source for envelope, _ in parsed}
    sources = {source.uri: source for source in Source.objects.filter(uri__in=uris)}
    recordings = _recordings(parsed)
    return [_make_row(envelope, data, sources[envelope.source], recordings) for envelope, data in parsed]


def _make_row(
    envelope: cloudevents.Event, data: event.ListenData, source: Source, recordings: dict[Any, Recording]
) -> Listen:
    track = data.track
    key = text_keys.compute(track.title, track.credit)
    return Listen(
        person_id=UUID(data.user_id),
        started_at=data.started_at,
        second=int(data.started_at.timestamp()),
        text_key=key,
        source=source,
        event_id=envelope.id,
        recording=recordings.get(track.isrc) or recordings.get(track.recording_mbid) or recordings.get(key),
        title=track.title,
        artist_credit=track.credit,
        album=track.album,
        isrc=track.isrc,
        recording_mbid=track.recording_mbid or None,
        duration_ms=track.duration_ms or None,
        played_ms=data.played_ms,
        time_basis=data.time_basis,
        origin=data.origin,
        client=data.client.submission_client,
        extra=data.extra,
        accepted_at=envelope.time or data.started_at,
    )


def _recordings(parsed: ParsedEvents) -> dict[Any, Recording]:
    tracks = [data.track for _, data in parsed]
    by_isrc = Recording.objects.filter(isrc__in={track.isrc for track in tracks if track.isrc})
    by_mbid = Recording.objects.filter(mbid__in={track.recording_mbid for track in tracks if track.recording_mbid})
    by_text = Recording.objects.filter(text_key__in={text_keys.compute(track.title, track.credit) for track in tracks})
    return {
        **{recording.isrc: recording for recording in by_isrc},
        **{str(recording.mbid): recording for recording in by_mbid},
        **{bytes(recording.text_key): recording for recording in by_text},
    }


def _only_new(rows: list[Listen]) -> list[Listen]:
    """Return the rows that are not in the table yet. `ignore_conflicts` would not tell which they are."""
    existing = Listen.objects.filter(
        person__in={row.person_id for row in rows}, second__in={row.second for row in rows}
    ).values_list("person_id", "second", "text_key")
    seen = {(person, second, bytes(key)) for person, second, key in existing}
    new = []
    for row in rows:
        play = (row.person_id, row.second, bytes(row.text_key))
        if play not in seen:
            seen.add(play)
            new.append(row)
    return new


def _count_listens(rows: list[Listen], model: Any, field: str) -> list[Progress]:
    counted: dict[Pair, list[Listen]] = {}
    for listen in rows:
        if listen.recording:
            thing = listen.recording.artist_id if field == "artist_id" else listen.recording.pk
            counted.setdefault((listen.person_id, thing), []).append(listen)
    things = {thing for _, thing in counted}
    stored_rows = model.objects.filter(**{"person__in": {person for person, _ in counted}, f"{field}__in": things})
    stored = {(row.person_id, getattr(row, field)): row for row in stored_rows}
    progress, changed = [], []
    for (person, thing), listens in counted.items():
        starts = [listen.started_at for listen in listens]
        row = stored.get((person, thing))
        if row is None:
            row = model(**{"person_id": person, field: thing, "first_at": min(starts), "last_at": max(starts)})
        progress.append(_progress(row.listens, listens, whole=field == "artist_id"))
        row.listens += len(listens)
        row.first_at, row.last_at = min(row.first_at, *starts), max(row.last_at, *starts)
        row.pk = None
        changed.append(row)
    model.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["person_id", field],
        update_fields=["listens", "first_at", "last_at"],
    )
    return progress


def _progress(before: int, listens: list[Listen], *, whole: bool) -> Progress:
    recording = listens[0].recording
    assert recording is not None
    new_listens = tuple(
        NewListen(row.pk, row.person_id, recording.artist_id, row.recording_id, row.started_at, row.origin, False)
        for row in listens
    )
    return Progress(listens[0].person_id, recording.artist_id, None if whole else recording.pk, before, new_listens)
