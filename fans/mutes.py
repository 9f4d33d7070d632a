"""Pause: a fan stops one program of an artist who may otherwise go on writing; and resumes it."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from accounts.models import Person
from audit import trail
from catalog.models import Artist
from fans.models import Mute, OptIn
from fans.opt_ins import CHANNEL
from worker import wake

MUTED_PAIRS = """
SELECT muted.person_id, muted.program FROM fans_mute muted
JOIN unnest(%s::uuid[], %s::bigint[]) AS asked (person_id, program) USING (person_id, program)
WHERE muted.ended_at IS NULL
"""


def pause(person: Person, program: int, artist: Artist, *, name: str = "") -> Mute:
    """At once: what delivers at this moment is waited for, and nothing of this program follows it."""
    with transaction.atomic():
        _lock_person_and_opt_in(person, artist)
        standing = active_mutes(person).filter(program=program).first()
        if standing:
            return standing
        mute = Mute.objects.create(person=person, program=program, artist=artist, name=name[:120])
        trail.record("program.muted", by=person.actor, subject=f"program:{program}", artist=artist.pk)
        wake.notify(CHANNEL)
    mute.refresh_from_db()
    return mute


def resume(person: Person, program: int) -> bool:
    """False when it was not paused. What the fan reached meanwhile is not made up for."""
    with transaction.atomic():
        if not active_mutes(person).filter(program=program).update(ended_at=Now()):
            return False
        trail.record("program.unmuted", by=person.actor, subject=f"program:{program}")
    return True


def active_mutes(person: Person) -> QuerySet[Mute]:
    """What this person has paused, newest first."""
    return Mute.objects.filter(person=person, ended_at=None).select_related("artist").order_by("-since", "-pk")


def muted_pairs(pairs: Collection[tuple[UUID, int]]) -> set[tuple[UUID, int]]:
    """Which of these (fan, program) are paused, in one query.

    Asked after `opt_ins.standing_pairs(..., hold=True)`, the answer stands until this transaction has committed:
    whoever pauses waits for the opt-in that is held.
    """
    asked = sorted(set(pairs))
    columns: list[list[Any]] = [[person for person, _ in asked], [program for _, program in asked]]
    with connection.cursor() as cursor:
        cursor.execute(MUTED_PAIRS, columns)
        return set(cursor.fetchall())


def muted_sql(person: str, program: str) -> str:
    """For a query about something else, as SQL: whether it is paused, by its columns of fan and program."""
    return f"""EXISTS (
        SELECT FROM fans_mute muted
        WHERE muted.person_id = {person} AND muted.program = {program} AND muted.ended_at IS NULL
    )"""


def claim_new(limit: int) -> set[tuple[UUID, int]]:
    """Which (fan, program) were paused and not heeded yet. Taken once, if the caller's transaction commits."""
    new = Mute.objects.filter(heeded_at=None).order_by("pk")
    taken = list(new.select_for_update(skip_locked=True, no_key=True)[:limit])
    if taken:
        Mute.objects.filter(pk__in=[mute.pk for mute in taken]).update(heeded_at=Now())
    return {(mute.person_id, mute.program) for mute in taken}


def _lock_person_and_opt_in(person: Person, artist: Artist) -> None:
    """Two clicks of one fan wait for each other, and both for what is being delivered under the opt-in."""
    Person.objects.select_for_update(no_key=True).only("pk").get(pk=person.pk)
    list(OptIn.objects.select_for_update().filter(person=person, artist=artist, ended_at=None).values_list("pk"))
