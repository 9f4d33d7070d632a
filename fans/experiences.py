"""Deliver and open experiences: what fans receive.

The database refuses an experience without a decision on exactly its content.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from accounts.models import Person
from audit import trail
from fans.models import Experience
from live import notices

# Audit actions, and the kinds of the notices that open pages of the fan listen to.
DELIVERED = "experience.delivered"
WITHDRAWN = "experience.withdrawn"
ERASED = "experience.erased"


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
    decision_id: int
    clearance_id: int
    receipt: dict[str, Any]
    kind: str = "message"


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
    """What one person received. Every page and API of a fan fetches experiences through this."""
    return Experience.objects.filter(person=person)


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


def _notice(kind: str, experience: Experience) -> notices.NewNotice:
    return notices.NewNotice(experience.person_id, kind, str(experience))
