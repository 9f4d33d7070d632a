"""Hold: who of the team is looking at a draft, so that nobody else is handed the same one. A lease, never a lock."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import Person
from accounts.people import display_names
from artists import eligibility
from artists.exceptions import AlreadyHeld
from artists.models import Draft
from catalog.models import Artist

HOLD_SECONDS = 90

# A fan who opted out or paused the program is shown to nobody, also before it is withdrawn.
FREE_DRAFTS_SQL = f"""
SELECT id FROM artists_draft
WHERE artist_id = %s AND state = 'pending' AND deadline > statement_timestamp()
    AND (held_until IS NULL OR held_until <= statement_timestamp() OR held_by = %s)
    AND id <> ALL(%s) AND {eligibility.OPTED_IN_SQL} AND NOT {eligibility.MUTED_SQL}
ORDER BY deadline, id LIMIT %s
"""  # noqa: S608 - our own constants
# One statement, so that two reviewers who ask at the same moment get two drafts: the second passes over what the
# first has locked. The page does not wait for the disk: a lease that a crash forgets is one that has ended.
HOLD_NEXT_SQL = f"""
UPDATE artists_draft SET held_by = %s, held_until = statement_timestamp() + make_interval(secs => {HOLD_SECONDS})
WHERE id = ({FREE_DRAFTS_SQL} FOR NO KEY UPDATE SKIP LOCKED)
    AND (SELECT set_config('synchronous_commit', 'off', true)) = 'off'
RETURNING id
"""  # noqa: S608 - our own constants


def hold_next(artist: Artist, *, by: Person, skipped: Collection[int] = ()) -> int | None:
    """The id of the draft with the earliest deadline that nobody else looks at, now theirs; None when there is none."""
    with connection.cursor() as cursor:
        cursor.execute(HOLD_NEXT_SQL, [by.actor, *free_drafts_params(artist, by, skipped, 1)])
        found = cursor.fetchone()
    return found[0] if found else None


def free_drafts_params(artist: Artist, by: Person, skipped: Collection[int], most: int) -> list[Any]:
    """What FREE is asked with: the drafts that this person may be handed, earliest deadline first."""
    return [artist.pk, by.actor, list(skipped), most]


def hold_draft(draft: Draft, *, by: Person) -> None:
    """Look at this one, or go on looking at it. Raises AlreadyHeld; nothing happens to a draft that no longer waits."""
    open_ = Draft.objects.filter(pk=draft.pk, state=Draft.State.PENDING)
    until = Now() + timedelta(seconds=HOLD_SECONDS)
    if open_.filter(free_for(by)).update(held_by=by.actor, held_until=until):
        return
    for who, held_until in list_holders(open_.filter(held_until__gt=Now()).exclude(held_by=by.actor)):
        raise AlreadyHeld(who, held_until)


def release_draft(draft: Draft, *, by: Person) -> None:
    """Leave it to the others at once."""
    Draft.objects.filter(pk=draft.pk, held_by=by.actor).update(held_by=None, held_until=None)


def list_holders(drafts: Iterable[Draft]) -> list[tuple[str, datetime]]:
    """Who looks at each of these that somebody looks at, by the name the team knows, and until when."""
    held = [(draft.held_by, draft.held_until) for draft in drafts]
    names = display_names(actor for actor, _ in held if actor)
    return [(names.get(actor, "Somebody"), until) for actor, until in held if actor and until]


def free_for(person: Person) -> Q:
    """The drafts that this person may be handed."""
    return Q(held_until=None) | Q(held_until__lte=Now()) | Q(held_by=person.actor)
