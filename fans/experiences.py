"""Receive: what reaches a fan becomes a row that nobody can write without the decision on exactly its content."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class NewExperience:
    """One experience, ready to be delivered. The database compares it with its decision, not with this value."""

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
    prepared: Sequence[NewExperience], *, by: str, and_tell: Sequence[notices.NewNotice] = ()
) -> list[Experience]:
    """Put these in front of their fans, in the caller's transaction; each fan's open pages hear of it after commit.

    `and_tell`: who else hears of this transaction, for notices are posted once in each.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("An experience is delivered in the transaction that takes its draft out of the queue.")
    delivered = Experience.objects.bulk_create(Experience(**asdict(each)) for each in prepared)
    trail.record_all(
        trail.new_entry("experience.delivered", by=by, subject=f"experience:{each.pk}", draft=each.draft)
        for each in delivered
    )
    news = [notices.NewNotice(each.person_id, "experience.delivered", f"experience:{each.pk}") for each in delivered]
    notices.post([*news, *and_tell])
    return delivered


def received_by(person: Person) -> QuerySet[Experience]:
    """What one person received: the only way to fetch an experience for somebody."""
    return Experience.objects.filter(person=person)


def mark_opened(experience: Experience, *, by: Person) -> None:
    """The fan looked at it. The first time counts."""
    with transaction.atomic():
        unopened = received_by(by).filter(pk=experience.pk, opened_at=None)
        if unopened.update(opened_at=Now()):
            trail.record("experience.opened", by=by.actor, subject=f"experience:{experience.pk}")
    experience.refresh_from_db(fields=["opened_at"])
