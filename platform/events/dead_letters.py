"""Set aside: a record that could not be taken in, where a person sees it, with its reason, and can have it replayed."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models.functions import Now

from audit import trail
from events import outbox, topics
from events.models import DeadLetter
from events.outbox import Outgoing
from events.records import Incoming, Rejected, headers_from_json, headers_to_json

MAX_KEPT_BYTES = 64 * 1024  # bytes of a value


class NotReplayable(Exception):
    """Says why this letter stays where it is."""


def store(rejected: Iterable[Rejected]) -> None:
    """One row each, and its mirror on the topic for dead letters, in the transaction that passes over the record.

    A record that another consumer has set aside already keeps its first reason.
    """
    letters = [(one.record, _storable_text(one.reason)) for one in rejected]
    DeadLetter.objects.bulk_create([_dead_letter(record, reason) for record, reason in letters], ignore_conflicts=True)
    outbox.put([_mirror_record(record, reason) for record, reason in letters if topics.TOPICS[record.topic].dead])


def replay(letter: DeadLetter, *, by: str, again: bool = False) -> None:
    """Put the original bytes back onto their topic, once; a second time only if asked for with `again`."""
    if not letter.whole:
        raise NotReplayable("Only the beginning of this record was kept.")
    if letter.key is None and letter.value is None:
        raise NotReplayable("This record is empty.")
    with transaction.atomic():
        waiting = DeadLetter.objects.filter(pk=letter.pk)
        if not (waiting if again else waiting.filter(replayed_at=None)).update(replayed_at=Now()):
            raise NotReplayable("This record was replayed already.")
        _put_back(letter)
        where = {"topic": letter.topic, "partition": letter.partition, "offset": letter.offset}
        trail.record("dead_letter.replayed", by=by, subject=f"dead_letter:{letter.pk}", **where)


def delete_older_than(when: datetime) -> int:
    """Delete at most 1,000 dead letters that were stored before this time. Returns how many."""
    old = DeadLetter.objects.filter(at__lt=when).order_by("pk").values("pk")[:1000]
    return DeadLetter.objects.filter(pk__in=old).delete()[0]


def _put_back(letter: DeadLetter) -> None:
    try:
        outbox.put([_original_record(letter)])
    except outbox.TooLarge as error:
        raise NotReplayable("This record is too large for the outbox.") from error


def _dead_letter(record: Incoming, reason: str) -> DeadLetter:
    return DeadLetter(
        topic=record.topic,
        topic_id=record.topic_id,
        partition=record.partition,
        offset=record.offset,
        key=record.key,
        value=record.value and record.value[:MAX_KEPT_BYTES],
        whole=len(record.value or b"") <= MAX_KEPT_BYTES,
        headers=headers_to_json(record.headers),
        reason=reason[:500],
    )


def _mirror_record(record: Incoming, reason: str) -> Outgoing:
    """The original bytes, and in headers why and whence. What is monstrous beside the value is left out."""
    told = {"reason": reason[:500], "topic": record.topic, "partition": record.partition, "offset": record.offset}
    why = tuple((f"dead_{name}", str(value).encode()) for name, value in told.items())
    beside = len(record.key or b"") + sum(len(name) + len(value) for name, value in record.headers)
    key, original = (record.key, record.headers) if beside <= MAX_KEPT_BYTES else (None, ())
    dead = topics.TOPICS[record.topic].dead or ""
    return Outgoing(dead, key, (record.value or b"")[:MAX_KEPT_BYTES], rests=False, headers=original + why)


def _original_record(letter: DeadLetter) -> Outgoing:
    key, value = (None if part is None else bytes(part) for part in (letter.key, letter.value))
    rests = topics.TOPICS[letter.topic].counted_by is not None
    return Outgoing(letter.topic, key, value, rests=rests, headers=headers_from_json(letter.headers))


def _storable_text(reason: str) -> str:
    """What PostgreSQL can keep: no NUL, no lone surrogate, whatever the record made somebody say."""
    return reason.replace("\0", "").encode("utf-8", "replace").decode()
