"""Add parties, and say who acts for one: its own team, or the team of the party that represents it."""

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from accounts.exceptions import NotAllowed, ReauthenticationRequired
from accounts.models import SIGNING_ROLES, Member, Person, Role, Team, TeamKind
from accounts.roles import MANAGING_ROLES, is_staff, name_signatory
from audit import trail
from catalog.models import Artist
from rights.models import Party


def get_artist_party(artist: Artist) -> Party:
    """The artist as a party. It is made when it is first needed."""
    party, _ = Party.objects.get_or_create(artist=artist, defaults={"kind": Party.Kind.ARTIST, "name": artist.name})
    return party


def add_party(kind: str, name: str, *, by: Person, team: Team | None = None, **identifiers: Any) -> Party:
    """Create a verified rightsholder. `identifiers` are its ISNI, IPI and DPID.

    Raises NotAllowed, because only staff may, and Django's ValidationError for an identifier with a wrong check digit.
    """
    if not is_staff(by):
        raise NotAllowed("Only staff create and verify rightsholders.")
    with transaction.atomic():
        party = Party(kind=kind, name=name, team=team, **identifiers)
        party.clean_fields(exclude=["verified_at", "verified_by"])
        party.verified_at, party.verified_by = Now(), by.actor
        party.save(force_insert=True)
        trail.record("party.added", by=by.actor, subject=f"party:{party.pk}", kind=kind)
    return party


def add_rightsholder(kind: str, name: str, *, signatory: Person, by: Person, **identifiers: Any) -> Party:
    """Create a verified rightsholder with a team, and name who signs for it. Raises as `add_party`."""
    with transaction.atomic():
        team = Team.objects.create(name=name, kind=TeamKind.RIGHTSHOLDER)
        party = add_party(kind, name, by=by, team=team, **identifiers)
        name_signatory(team, signatory, by=by)
    return party


def represent(party: Party, representative: Party, *, mandate: str, by: Person) -> None:
    """Let another party act for one without an account. `mandate` says where the mandate is. Raises NotAllowed."""
    if not is_staff(by):
        raise NotAllowed("Only staff store a mandate.")
    with transaction.atomic():
        Party.objects.filter(pk=party.pk).update(represented_by=representative, mandate=mandate)
        trail.record("party.represented", by=by.actor, subject=f"party:{party.pk}", representative=representative.pk)
    party.refresh_from_db()


def may_sign(party: Party, person: Person) -> bool:
    """Whether the person may say yes for the party, read from the database each time."""
    return _has_role(party, person, SIGNING_ROLES.values())


def may_stop(party: Party, person: Person) -> bool:
    """Whether the person may switch a use off. That is more people than those who may permit it."""
    return _has_role(party, person, MANAGING_ROLES)


def require_signer(party: Party, *, by: Person, fresh: bool, what: str) -> None:
    """Raise NotAllowed unless `by` signs for the party, and ReauthenticationRequired unless `fresh`.

    `fresh` says whether the password was typed in the last minutes. `what` ends the sentence "Only … may".
    """
    if not may_sign(party, by):
        raise NotAllowed(f"Only whoever signs for {party.name} may {what}.")
    if not fresh:
        raise ReauthenticationRequired


def _has_role(party: Party, person: Person, roles: Collection[Role]) -> bool:
    teams = Q(team__artist__party=party) | Q(team__party=party) | Q(team__party__represents=party)
    members = Member.objects.filter(teams, person=person, person__is_active=True, role__in=roles)
    return (party.artist_id is not None or party.verified_at is not None) and members.exists()
