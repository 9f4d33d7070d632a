"""Deliver, open, withdraw and erase experiences: what fans receive.

The database refuses an experience without a decision on exactly its content.
"""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import JSONField, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now

from accounts.models import Person
from audit import trail
from fans import shelf
from fans.exceptions import AlreadyErased, AlreadyWithdrawn, InvalidReason
from fans.models import Experience
from live import notices
from rights.stops import stop_sql

# Audit actions, and the kinds of the notices that open pages of the fan listen to.
DELIVERED = "experience.delivered"
WITHDRAWN = "experience.withdrawn"
ERASED = "experience.erased"
MAX_REASON_LENGTH = 300
MAX_AUDIENCE = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class NewExperience:
    """One experience, ready to be delivered."""

    person_id: UUID
    artist_id: int
    draft: int
    mark: str
    credit: str
    salt: str
    text: str
    why: dict[str, Any]
    maker: str
    program: int
    program_version: int
    decision_id: int
    use: str
    clearance_id: int
    after_end: str
    kind: str


def deliver(
    prepared: Sequence[NewExperience], *, by: str, also_notify: Sequence[notices.NewNotice] = ()
) -> list[Experience]:
    """Store these experiences in the caller's transaction, and notify each fan's open pages after commit.

    `also_notify` are other notices of this transaction: `notices.post` is called once in each.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("An experience is delivered in the transaction that takes its draft out of the queue.")
    delivered = Experience.objects.bulk_create(Experience(**asdict(new)) for new in prepared)
    trail.record_all(
        trail.new_entry(DELIVERED, by=by, subject=str(experience), draft=experience.draft) for experience in delivered
    )
    notices.post([*(_notice(DELIVERED, experience) for experience in delivered), *also_notify])
    return delivered


def received_by(person: Person) -> QuerySet[Experience]:
    """What one person received. Every page and API of a fan fetches experiences through this.

    It asks in the same query whether those that can stop still play: see `Experience.stopped`.
    """
    return with_stops(Experience.objects.filter(person=person))


def with_stops(rows: QuerySet[Experience]) -> QuerySet[Experience]:
    """These experiences with what `stopped` reads. Nothing is asked about messages."""
    asked = {"stop": RawSQL(stop_sql("fans_experience"), [], JSONField())}  # noqa: S611 - our own constant
    return rows.annotate(**asked)


def count_audience(program: int) -> int:
    """How many people received something of this program, also where it was withdrawn or erased since.

    It counts up to MAX_AUDIENCE, so that it is quick however many there are.
    """
    return Experience.objects.filter(program=program).values("person").distinct()[:MAX_AUDIENCE].count()


def newest_first(person: Person) -> QuerySet[Experience]:
    """What one person received, each with its artist, newest first."""
    return received_by(person).select_related("artist").order_by("-delivered_at", "-pk")


def mark_opened(experience: Experience, *, by: Person) -> None:
    """Store when the fan first opened it. Later calls, and calls by anybody else, change nothing."""
    with transaction.atomic():
        unopened = received_by(by).filter(pk=experience.pk, opened_at=None)
        if unopened.update(opened_at=Now()):
            trail.record("experience.opened", by=by.actor, subject=str(experience))
    experience.refresh_from_db(fields=["opened_at"])


def withdraw(experience_id: UUID, *, by: str, reason: str) -> Experience:
    """Take an experience back: its fan no longer sees the words. The row and its receipt stay.

    `by` is an actor, `person:<uuid>` or `system:<process>`. `reason` goes into the audit trail.
    Raise AlreadyWithdrawn, InvalidReason, or Experience.DoesNotExist.
    """
    with transaction.atomic():
        experience = _lock(experience_id)
        reason = _clean_reason(reason, experience)
        off_shelf = shelf.end_with(experience, by=by, reason="withdrawn")
        if not Experience.objects.filter(pk=experience_id, withdrawn_at=None).update(withdrawn_at=Now()):
            raise AlreadyWithdrawn(f"{experience} was withdrawn before. Nothing was changed.")
        _record_change(WITHDRAWN, experience, by=by, reason=reason, also_notify=off_shelf)
    experience.refresh_from_db()
    return experience


def erase(experience_id: UUID, *, by: str, reason: str) -> Experience:
    """Remove the words of an experience: its text, salt and why. The decision and the receipt stay.

    Its draft holds the same words: `artists.erasure.erase_experience` removes both.
    `by` and `reason` are as for `withdraw`. Raise AlreadyErased, InvalidReason, or Experience.DoesNotExist.
    """
    with transaction.atomic():
        experience = _lock(experience_id)
        reason = _clean_reason(reason, experience)
        off_shelf = shelf.end_with(experience, by=by, reason="erased")
        with_words = Experience.objects.filter(text__isnull=False, pk=experience_id)
        if not with_words.update(text=None, salt=None, why=None):
            raise AlreadyErased(f"The words of {experience} were erased before. Nothing was changed.")
        _record_change(ERASED, experience, by=by, reason=reason, also_notify=off_shelf)
    experience.refresh_from_db()
    return experience


def _lock(experience_id: UUID) -> Experience:
    """The experience, locked before its entry on a shelf, as an offer and a decision lock them."""
    related = Experience.objects.select_related("person")
    return related.select_for_update(no_key=True, of=("self",)).get(pk=experience_id)


def _clean_reason(reason: str, experience: Experience) -> str:
    """One line. The audit trail is never erased, so the reason may not repeat the words or name the fan."""
    reason = " ".join(reason.split())
    if not reason:
        raise InvalidReason("Give a reason: it is kept in the audit trail.")
    if len(reason) > MAX_REASON_LENGTH:
        raise InvalidReason(f"Give the reason in {MAX_REASON_LENGTH} characters.")
    person, message = experience.person, " ".join((experience.text or "").split())
    personal = [text for text in (person.name, person.handle, person.email, message) if text]
    if any(re.search(rf"(?<!\w){re.escape(text)}(?!\w)", reason, re.IGNORECASE) for text in personal):
        raise InvalidReason("Leave the fan’s name, address and message out of the reason: it is never erased.")
    return reason


def _record_change(
    kind: str, experience: Experience, *, by: str, reason: str, also_notify: Sequence[notices.NewNotice]
) -> None:
    trail.record(kind, by=by, subject=str(experience), reason=reason)
    notices.post([_notice(kind, experience), *also_notify])


def _notice(kind: str, experience: Experience) -> notices.NewNotice:
    return notices.NewNotice(experience.person_id, kind, str(experience))
