"""List what was switched on and off last, as sentences without their actors. The studio's history has all of it."""

from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from accounts.models import Person
from accounts.people import display_names
from catalog.models import Artist
from rights import grants
from rights.models import Grant
from rights.refusals import write_use

SHOWN = 6


@dataclass(frozen=True, slots=True)
class GrantChange:
    """For example "You" "switched remixes off for Salt Radio"."""

    at: datetime
    actor: str
    is_on: bool
    use: str
    song: str
    """Empty for all songs."""


def list_changes(artist: Artist, reader: Person) -> tuple[list[GrantChange], bool]:
    """The newest changes, newest first, and whether there are older ones; three queries."""
    said = grants.list_said(artist).filter(work=None).select_related("recording")
    begun = list(said.order_by("-at", "-pk")[: SHOWN + 1])
    ended = list(said.exclude(ended_by=None).order_by("-ended_at", "-pk")[: SHOWN + 1])
    names = display_names({grant.by for grant in begun} | {grant.ended_by or "" for grant in ended})
    names[reader.actor] = "You"
    changes = [_change(grant, grant.at, names.get(grant.by), is_on=grant.allows) for grant in begun]
    changes += [
        _change(grant, grant.ended_at, names.get(grant.ended_by or ""), is_on=not grant.allows) for grant in ended
    ]
    changes.sort(key=attrgetter("at"), reverse=True)
    return changes[:SHOWN], len(changes) > SHOWN


def _change(grant: Grant, at: datetime | None, name: str | None, *, is_on: bool) -> GrantChange:
    assert at is not None
    song = grant.recording.title if grant.recording else ""
    return GrantChange(at, name or "Somebody", is_on, write_use(grant.use), song)
