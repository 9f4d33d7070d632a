"""Propose, answer and end the roster entries that tie a rightsholder and an artist, once both say so."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from accounts.exceptions import NotAllowed, ReauthenticationRequired
from accounts.models import Person
from accounts.roles import may_manage, role_of
from audit import trail
from catalog.models import Artist
from rights import notices, parties
from rights.models import Party, RosterEntry

OPEN = Q(answered_at=None, live_until=None)
LIVE = Q(accepted=True) & (Q(live_until=None) | Q(live_until__gt=Now()))


class AlreadyOnRoster(Exception):
    """The artist is on the roster, or was asked and has not answered yet. The message says which."""


def propose(label: Party, artist: Artist, *, by: Person, fresh: bool) -> RosterEntry:
    """Ask an artist to be on the roster. It holds once the artist says yes.

    Raises NotAllowed, ReauthenticationRequired and AlreadyOnRoster.
    """
    parties.require_signer(label, by=by, fresh=fresh, what="add an artist to its roster")
    if label.roster.filter(LIVE, artist=artist).exists():
        raise AlreadyOnRoster(f"{artist.name} is on your roster already.")
    try:
        with transaction.atomic():
            entry = RosterEntry.objects.create(label=label, artist=artist, proposed_by=by.actor)
            _record("roster.proposed", entry, by=by)
            notices.post_about_roster("roster.proposed", entry)
    except IntegrityError as error:
        if "one_open_proposal_to_an_artist" not in str(error):
            raise
        raise AlreadyOnRoster(f"{artist.name} was asked already, and has not answered yet.") from error
    return entry


def answer(entry: RosterEntry, *, accepted: bool, by: Person, fresh: bool) -> bool:
    """The artist's side says yes or no; a yes needs a password that was typed recently.

    False if somebody else answered before, or the proposal was taken back. Raises NotAllowed and
    ReauthenticationRequired.
    """
    if not _answers_for(entry.artist, by):
        raise NotAllowed(f"Only a principal or an owner of {entry.artist.name}’s team may answer.")
    if accepted and not fresh:
        raise ReauthenticationRequired
    fields = {"answered_at": Now(), "answered_by": by.actor, "accepted": accepted}
    fields |= {"live_from": Now()} if accepted else {}
    return _change("roster.accepted" if accepted else "roster.refused", entry, OPEN, by=by, **fields)


def end(entry: RosterEntry, *, by: Person, at: datetime | None = None) -> bool:
    """End an entry now, or at a later time; either side may. The rightsholder's side takes a proposal back.

    False if it ends before that already. Raises NotAllowed.
    """
    is_open = entry.answered_at is None
    if not (parties.may_stop(entry.label, by) or (not is_open and _answers_for(entry.artist, by))):
        raise NotAllowed(f"Only a principal, a signatory or an owner of {entry.label.name} or the artist may end this.")
    until = at or Now()
    ends_later = Q(live_until=None) | Q(live_until__gt=until, live_until__gte=Now())
    changeable = OPEN if is_open else LIVE & ends_later
    action = "roster.taken_back" if is_open else "roster.ended"
    return _change(action, entry, changeable, by=by, live_until=until, ended_by=by.actor)


def list_of_artist(artist: Artist) -> QuerySet[RosterEntry]:
    """All entries about an artist, newest first, with the rightsholder."""
    return artist.roster_entries.select_related("label", "artist").order_by("-proposed_at", "-pk")


def _answers_for(artist: Artist, person: Person) -> bool:
    return may_manage(role_of(person, artist.team_id))


def _change(action: str, entry: RosterEntry, changeable: Q, *, by: Person, **fields: object) -> bool:
    with transaction.atomic():
        changed = RosterEntry.objects.filter(changeable, pk=entry.pk).update(**fields)
        entry.refresh_from_db()
        if changed:
            _record(action, entry, by=by, until=entry.live_until and entry.live_until.isoformat())
            notices.post_about_roster(action, entry)
    return bool(changed)


def _record(action: str, entry: RosterEntry, *, by: Person, **facts: object) -> None:
    about = {"party": entry.label_id, "artist": entry.artist_id}
    trail.record(action, by=by.actor, subject=f"roster:{entry.pk}", **about, **facts)
