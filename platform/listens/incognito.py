"""Pause: for a while, or until they say so, a fan is not recorded. What comes meanwhile is answered, and dropped."""

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.models import Person
from audit import trail
from listens.models import Incognito


def start(person: Person, *, until: datetime | None) -> Incognito:
    """From now on, in place of what stands. `until` None: until they say so."""
    at = datetime.now(UTC)
    with transaction.atomic():
        Person.objects.select_for_update(no_key=True).only("pk").get(pk=person.pk)  # two clicks wait for each other
        _active(person.pk, at).update(until=at)
        begun = Incognito.objects.create(person=person, since=at, until=until)
        trail.record("incognito.started", by=person.actor, subject=person.actor)
    return begun


def end(person: Person) -> bool:
    """False when they were recorded anyway."""
    at = datetime.now(UTC)
    with transaction.atomic():
        if not _active(person.pk, at).update(until=at):
            return False
        trail.record("incognito.ended", by=person.actor, subject=person.actor)
    return True


def current(person: Person) -> Incognito | None:
    """What stands at this moment."""
    return _active(person.pk, datetime.now(UTC)).order_by("-since").first()


def hidden_flags(person_id: UUID, starts: Iterable[datetime], *, accepted_at: datetime, live: bool) -> list[bool]:
    """Which of these listens must not be kept, in one query.

    A live one is hidden if it is accepted, or was started, while the fan is incognito; one of the past (an import) by
    its start alone, so that a history can be brought in while today stays private.
    """
    begun = list(starts)
    earliest = min([accepted_at, *begun])
    gaps = list(
        Incognito.objects.filter(Q(until=None) | Q(until__gt=earliest), person=person_id).values_list("since", "until")
    )

    def in_gap(at: datetime) -> bool:
        return any(since <= at and (until is None or at < until) for since, until in gaps)

    paused = live and in_gap(accepted_at)
    return [paused or in_gap(at) for at in begun]


def _active(person_id: UUID, at: datetime) -> QuerySet[Incognito]:
    return Incognito.objects.filter(Q(until=None) | Q(until__gt=at), person=person_id, since__lte=at)
