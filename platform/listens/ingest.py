"""Take in: a batch of records becomes rows, each listen once, in the consumer's transaction."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from uuid import UUID

from django.db import connection
from msgspec import Struct

from catalog import text_keys
from catalog.matching import RecordingIdentifiers, match_recordings
from events import cloudevents, topics
from events.records import Incoming, Rejected
from listens import bulk_insert, event, retraction
from listens.bulk_insert import Candidate
from listens.event import Unreadable
from listens.models import Source, SourceFan
from listens.retraction import RemovedListen, Retraction

# One array and numbers back: thousands of parameters and of UUIDs cost more than all the rest of this question.
SELECT_KNOWN_FANS = """
SELECT n FROM unnest(%s::uuid[]) WITH ORDINALITY AS asked (id, n) JOIN accounts_person USING (id) WHERE is_active
"""


class NewListen(Struct, frozen=True, gc=False):
    """A listen that is in the table for the first time."""

    id: int
    person_id: UUID
    artist_id: int | None
    recording_id: int | None
    started_at: datetime
    origin: str
    set_aside: bool


class IngestResult(Struct, frozen=True):
    """`listens` in the order of their arrival; `gone` is what was taken back; `rejected` with a reason for a person."""

    listens: list[NewListen]
    rejected: list[Rejected]
    gone: list[RemovedListen] = []


class ParsedRecord(Struct, frozen=True, gc=False):
    """A record that could be read."""

    record: Incoming
    source: str
    event_id: str
    accepted_at: datetime
    data: event.ListenData | retraction.RetractionData


type AdmittedRecord = tuple[ParsedRecord, Source, UUID]


def ingest_records(records: list[Incoming]) -> IngestResult:
    """Read, admit, take back, match, store what is new. As many queries for one record as for thousands."""
    rejected: list[Rejected] = []
    told = list(_parse_records(records, rejected))
    if not told:
        return IngestResult([], rejected)
    admitted = list(_admit_records(told, rejected))
    gone = retraction.apply_retractions(list(_retractions(admitted)))
    return IngestResult(_store_listens(list(_candidates(admitted))), rejected, gone)


def _parse_records(records: Iterable[Incoming], rejected: list[Rejected]) -> Iterator[ParsedRecord]:
    now = datetime.now(UTC)
    for record in records:
        try:
            told = _parse_record(record, now)
        except (cloudevents.Unreadable, Unreadable) as error:
            rejected.append(Rejected(record, str(error)))
        else:
            if told:
                yield told


def _parse_record(record: Incoming, now: datetime) -> ParsedRecord | None:
    """What a record says; None when it says only what somebody plays at the moment, which nobody keeps."""
    if record.value and len(record.value) > event.MAX_RECORD_BYTES:
        raise Unreadable(f"the record takes more than {event.MAX_RECORD_BYTES} bytes")
    envelope = cloudevents.decode(record)
    if envelope.type == event.PLAYING_NOW:
        return None
    if envelope.type not in {event.LISTEN_SUBMITTED, retraction.LISTEN_RETRACTED}:
        raise Unreadable(f"nobody here takes in events of the type {envelope.type!r}")
    if "\0" in envelope.id or "\0" in envelope.source:
        raise Unreadable("the id or the source holds a NUL character")
    listened = envelope.type == event.LISTEN_SUBMITTED
    data = event.decode(envelope, now=now) if listened else retraction.decode(envelope)
    if record.key is not None and record.key != data.user_id.encode():
        raise Unreadable("the record's key is not the user_id, so it may overtake the fan's other listens")
    return ParsedRecord(record, envelope.source, envelope.id, min(envelope.time or now, now), data)


def _admit_records(told: list[ParsedRecord], rejected: list[Rejected]) -> Iterator[AdmittedRecord]:
    """What a source that we know says of a fan that we know, for whom it may speak."""
    sources = {source.uri: source for source in Source.objects.filter(uri__in={one.source for one in told})}
    fans = _known_fans({one.data.user_id for one in told})
    bound = {source.pk for source in sources.values() if not source.speaks_for_everyone}
    allowed = _allowed_pairs(bound, fans.values()) if bound else set()
    for one in told:
        source, fan = sources.get(one.source), fans.get(one.data.user_id)
        if source is None:
            reason = f"the source {one.source!r} is not registered"
        elif fan is None:
            reason = f"there is no fan {one.data.user_id!r}"
        elif source.pk in bound and (source.pk, fan) not in allowed:
            reason = f"the source {one.source!r} may not speak for the fan {fan}"
        elif source.pk in bound and isinstance(one.data, retraction.RetractionData):
            reason = f"the source {one.source!r} may not take back what others told"
        else:
            yield one, source, fan
            continue
        rejected.append(Rejected(one.record, reason))


def _retractions(admitted: Iterable[AdmittedRecord]) -> Iterator[Retraction]:
    for one, _, fan in admitted:
        if isinstance(one.data, retraction.RetractionData):
            yield Retraction(fan, one.data.second, bytes.fromhex(one.data.text_key), one.accepted_at)


def _candidates(admitted: Iterable[AdmittedRecord]) -> Iterator[Candidate]:
    for one, source, fan in admitted:
        if isinstance(one.data, event.ListenData):
            key = text_keys.compute(one.data.track.title, one.data.track.credit)
            stray = one.record.key is None or one.record.topic != topics.LISTENS
            yield Candidate(fan, source.pk, one.event_id, key, one.accepted_at, one.data, stray)


def _known_fans(said: Iterable[str]) -> dict[str, UUID]:
    """Those of the ids that are a person's."""
    asked: dict[str, UUID] = {}
    for user_id in said:
        try:
            fan = UUID(user_id)
        except ValueError:
            continue
        if str(fan) == user_id.lower():  # UUID() reads forms that PostgreSQL does not
            asked[user_id] = fan
    ids = list(asked)
    with connection.cursor() as cursor:
        cursor.execute(SELECT_KNOWN_FANS, [f"{{{','.join(ids)}}}"])
        return {ids[n - 1]: asked[ids[n - 1]] for (n,) in cursor.fetchall()}


def _allowed_pairs(sources: Iterable[int], fans: Iterable[UUID]) -> set[tuple[int, UUID]]:
    pairs = SourceFan.objects.filter(source__in=sources, person__in=set(fans))
    return set(pairs.values_list("source_id", "person_id"))


def _store_listens(candidates: list[Candidate]) -> list[NewListen]:
    retraction.wait_for_retractions(one.person_id for one in candidates if one.stray)
    tracks = [(one.data.track, one.text_key) for one in candidates]
    matches = match_recordings([RecordingIdentifiers(t.catalog_id, t.isrc, t.recording_mbid, key) for t, key in tracks])
    new = []
    for n, listen_id in bulk_insert.insert_new(candidates, [found[0] if found else None for found in matches]):
        one = candidates[n]
        recording, artist = matches[n] or (None, None)
        data = one.data
        new.append(NewListen(listen_id, one.person_id, artist, recording, data.started_at, data.origin, False))
    return new
