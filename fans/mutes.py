"""Pause and resume single programs for a fan. The artist's other programs may go on writing to that fan."""

from collections.abc import Collection
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from accounts.models import Person
from audit import trail
from catalog.models import Artist
from fans.models import Mute
from fans.opt_ins import CHANNEL, claim_for_withdrawal, lock_person_and_opt_in, pair_columns
from worker import wake

type FanAndProgram = tuple[UUID, int]
"""The ids of a fan and of a program."""

# Raw SQL: the ORM cannot join pairs. 500 pairs took 26 ms; the ORM, with an OR for each pair, took 491 ms.
MUTED_PAIRS = """
SELECT muted.person_id, muted.program FROM fans_mute muted
JOIN unnest(%s::uuid[], %s::bigint[]) AS wanted (person_id, program) USING (person_id, program)
WHERE muted.ended_at IS NULL
"""


def pause(person: Person, program: int, artist: Artist, *, name: str = "") -> Mute:
    """Pause a program now; if it is paused already, return that mute unchanged.

    It waits for a delivery that is running; nothing of the program is delivered after it.
    """
    with transaction.atomic():
        lock_person_and_opt_in(person, artist)
        mute = active_mutes(person).filter(program=program).first()
        if mute:
            return mute
        mute = Mute.objects.create(person=person, program=program, artist=artist, name=name[:120])
        trail.record("program.muted", by=person.actor, subject=f"program:{program}", artist=artist.pk)
        wake.notify(CHANNEL)
    mute.refresh_from_db()
    return mute


def resume(person: Person, program: int) -> bool:
    """End the pause. Return False if there was none. Moments reached during the pause are not answered later."""
    with transaction.atomic():
        if not active_mutes(person).filter(program=program).update(ended_at=Now()):
            return False
        trail.record("program.unmuted", by=person.actor, subject=f"program:{program}")
    return True


def active_mutes(person: Person) -> QuerySet[Mute]:
    """What this person has paused, newest first."""
    return Mute.objects.filter(person=person, ended_at=None).select_related("artist").order_by("-since", "-pk")


def muted_pairs(pairs: Collection[FanAndProgram]) -> set[FanAndProgram]:
    """Which of these (fan, program) are paused, in one query.

    After `opt_ins.active_pairs(..., hold=True)` the answer stays true until this transaction has committed: `pause`
    waits for the opt-in that is held.
    """
    with connection.cursor() as cursor:
        cursor.execute(MUTED_PAIRS, pair_columns(pairs))
        return set(cursor.fetchall())


def muted_sql(person_column: str, program_column: str) -> str:
    """An SQL condition for other queries: whether the program is paused. The arguments are names of columns."""
    return f"""EXISTS (
        SELECT FROM fans_mute muted
        WHERE muted.person_id = {person_column} AND muted.program = {program_column} AND muted.ended_at IS NULL
    )"""


def claim_new(limit: int) -> set[FanAndProgram]:
    """The (fan, program) paused since the last call, at most `limit`; each once, if the caller commits."""
    return {(mute.person_id, mute.program) for mute in claim_for_withdrawal(Mute.objects.all(), limit)}
