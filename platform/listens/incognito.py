"""Incognito: for a while a fan's listens are not recorded. Our APIs answer as usual and drop them."""

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.models import Person
from audit import trail
from listens.models import Incognito


def start(person: Person, *, until: datetime | None) -> Incognito:
    """Start now, in place of a period that is active. With `until` None it lasts until the fan ends it."""
    now = datetime.now(UTC)
    with transaction.atomic():
        Person.objects.select_for_update(no_key=True).only("pk").get(pk=person.pk)  # so that two clicks do not overlap
        _active(person.pk, now).update(until=now)
        period = Incognito.objects.create(person=person, since=now, until=until)
        trail.record("incognito.started", by=person.actor, subject=person.actor)
    return period


def end(person: Person) -> bool:
    """End the active period. Return False when there is none."""
    now = datetime.now(UTC)
    with transaction.atomic():
        if not _active(person.pk, now).update(until=now):
            return False
        trail.record("incognito.ended", by=person.actor, subject=person.actor)
    return True


def current(person: Person) -> Incognito | None:
    """Return the active period, if any."""
    return _active(person.pk, datetime.now(UTC)).order_by("-since").first()


def hidden_flags(person_id: UUID, starts: Iterable[datetime], *, accepted_at: datetime, live: bool) -> list[bool]:
    """Return for each start whether the listen must be dropped. Takes one query.

    A live listen is dropped if the fan is incognito when it starts, or when it is accepted. For an import only the
    start counts, so that a fan can import a history while incognito.
    """
    start_times = list(starts)
    earliest = min([accepted_at, *start_times])
    periods = list(
        Incognito.objects.filter(Q(until=None) | Q(until__gt=earliest), person=person_id).values_list("since", "until")
    )

    def is_incognito_at(time: datetime) -> bool:
        return any(since <= time and (until is None or time < until) for since, until in periods)

    is_live_and_hidden = live and is_incognito_at(accepted_at)
    return [is_live_and_hidden or is_incognito_at(start_time) for start_time in start_times]


def _active(person_id: UUID, now: datetime) -> QuerySet[Incognito]:
    return Incognito.objects.filter(Q(until=None) | Q(until__gt=now), person=person_id, since__lte=now)
