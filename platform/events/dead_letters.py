"""Dead letters: records that a consumer could not process. Store, list, replay and delete them."""

import re
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from audit import trail
from events import outbox, topics
from events.exceptions import DeadLetterNotFound, NotReplayable, RecordTooLarge
from events.models import DeadLetter
from events.outbox import Outgoing
from events.records import Incoming, Rejected, headers_from_json, headers_to_json

MAX_KEPT_BYTES = 64 * 1024  # of a record's value; and of key and headers on the dead-letter topic
MAX_REASON_LENGTH = 500
DELETE_BATCH_ROWS = 1000
QUOTED = re.compile(r"""['"].*['"]""")


def store(rejected: Iterable[Rejected]) -> None:
    """Store each record as a row, and send a copy to its dead-letter topic.

    Call this in the transaction that moves the offsets past the records. A record that another consumer has already
    stored keeps its first reason.
    """
    letters = [(rejection.record, _storable_text(rejection.reason)) for rejection in rejected]
    DeadLetter.objects.bulk_create([_dead_letter(record, reason) for record, reason in letters], ignore_conflicts=True)
    outbox.put(
        _mirror_record(topic, record, reason)
        for record, reason in letters
        if (topic := topics.definition(record.topic).dead_letter_topic)
    )


def newest(*, topic: str = "", limit: int) -> QuerySet[DeadLetter]:
    """Return the newest dead letters that were not replayed, of one topic or of all, without their bytes."""
    letters = DeadLetter.objects.filter(replayed_at=None).defer("key", "value", "headers")
    return (letters.filter(topic=topic) if topic else letters).order_by("-pk")[:limit]


def public_reason(letter: DeadLetter) -> str:
    """Return the reason without what it quotes: a record's text may be personal data."""
    return QUOTED.sub("…", letter.reason).partition(": ")[0]


def reveal(pk: int, *, by: str) -> DeadLetter:
    """Return one whole dead letter and record in the audit who asked for it. Raises DeadLetterNotFound."""
    with transaction.atomic():
        letter = _get(pk)
        trail.record("dead_letter.revealed", by=by, subject=f"dead_letter:{pk}")
    return letter


def replay(letter: DeadLetter, *, by: str, again: bool = False) -> None:
    """Send the original bytes to their topic again, through the outbox. Only `again` allows a second time.

    Raises NotReplayable.
    """
    if not letter.is_complete:
        raise NotReplayable("Only the beginning of this record was kept.")
    if letter.key is None and letter.value is None:
        raise NotReplayable("This record is empty.")
    if not topics.exists(letter.topic):
        raise NotReplayable(f"There is no topic {letter.topic} any more.")
    with transaction.atomic():
        unlocked = DeadLetter.objects.filter(pk=letter.pk)
        if not (unlocked if again else unlocked.filter(replayed_at=None)).update(replayed_at=Now()):
            raise NotReplayable("This record was replayed already.")
        try:
            outbox.put([_original_record(letter)])
        except RecordTooLarge as error:
            raise NotReplayable("This record is too large for the outbox.") from error
        position = {"topic": letter.topic, "partition": letter.partition, "offset": letter.offset}
        trail.record("dead_letter.replayed", by=by, subject=f"dead_letter:{letter.pk}", **position)


def replay_by_id(pks: Iterable[int], *, by: str, again: bool = False) -> tuple[list[int], dict[int, str]]:
    """Replay several dead letters. Return the ids that were replayed, and for the other ids the reason."""
    replayed, refused = [], {}
    for pk in pks:
        try:
            replay(_get(pk), by=by, again=again)
            replayed.append(pk)
        except (DeadLetterNotFound, NotReplayable) as error:
            refused[pk] = str(error)
    return replayed, refused


def unreplayed_ids(topic: str) -> list[int]:
    """Return the ids of a topic's dead letters that were not replayed, oldest first."""
    return list(DeadLetter.objects.filter(topic=topic, replayed_at=None).order_by("pk").values_list("pk", flat=True))


def delete_older_than(when: datetime) -> int:
    """Delete at most 1000 dead letters that were stored before `when`. Return their number."""
    old = DeadLetter.objects.filter(stored_at__lt=when).order_by("pk").values("pk")[:DELETE_BATCH_ROWS]
    return DeadLetter.objects.filter(pk__in=old).delete()[0]


def _get(pk: int) -> DeadLetter:
    try:
        return DeadLetter.objects.get(pk=pk)
    except DeadLetter.DoesNotExist as error:
        raise DeadLetterNotFound(f"There is no dead letter {pk}.") from error


def _dead_letter(record: Incoming, reason: str) -> DeadLetter:
    return DeadLetter(
        topic=record.topic,
        topic_id=record.topic_id,
        partition=record.partition,
        offset=record.offset,
        key=record.key,
        value=record.value and record.value[:MAX_KEPT_BYTES],
        is_complete=len(record.value or b"") <= MAX_KEPT_BYTES,
        headers=headers_to_json(record.headers),
        reason=reason[:MAX_REASON_LENGTH],
    )


def _mirror_record(topic: str, record: Incoming, reason: str) -> Outgoing:
    """The original bytes, with the reason and the position in headers. A very large key and headers are left out."""
    position = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
    facts = {"reason": reason[:MAX_REASON_LENGTH], **position}
    added = tuple((f"dead_{name}", str(fact).encode()) for name, fact in facts.items())
    size = len(record.key or b"") + sum(len(name) + len(value) for name, value in record.headers)
    key, headers = (record.key, record.headers) if size <= MAX_KEPT_BYTES else (None, ())
    value = (record.value or b"")[:MAX_KEPT_BYTES]
    return Outgoing(topic, key, value, keep_until_counted=False, headers=headers + added)


def _original_record(letter: DeadLetter) -> Outgoing:
    key, value = (None if part is None else bytes(part) for part in (letter.key, letter.value))
    counted = topics.definition(letter.topic).counted_by is not None
    return Outgoing(letter.topic, key, value, keep_until_counted=counted, headers=headers_from_json(letter.headers))


def _storable_text(reason: str) -> str:
    """Remove NUL and replace lone surrogates, which PostgreSQL cannot store. A record's text may bring them in."""
    return reason.replace("\0", "").encode("utf-8", "replace").decode()
