"""Add parties, and say who acts for one: its own team, or the team of the party that represents it."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from itertools import chain
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.db.models.functions import Now

from accounts.exceptions import NotAllowed, ReauthenticationRequired
from accounts.models import SIGNING_ROLES, Member, Person, Role, Team, TeamKind
from accounts.roles import MANAGING_ROLES, is_staff, name_signatory
from audit import trail
from catalog.models import Artist
from rights.exceptions import AlreadyRegistered
from rights.models import IsrcPrefix, Party
from rights.shares import Role as ShareRole

KINDS_BY_ROLE = {
    ShareRole.RECORDING_OWNER: (Party.Kind.ARTIST, Party.Kind.LABEL, Party.Kind.DISTRIBUTOR),
    ShareRole.FEATURED_ARTIST: (Party.Kind.ARTIST,),
    ShareRole.SESSION_POOL: (Party.Kind.SESSION_POOL,),
    ShareRole.WRITER: (Party.Kind.WRITER, Party.Kind.ARTIST),
    ShareRole.PUBLISHER: (Party.Kind.PUBLISHER,),
}
"""Which parties can have a share in each role."""


def get_artist_party(artist: Artist) -> Party:
    """The artist as a party. It is made when it is first needed."""
    party, _ = Party.objects.get_or_create(artist=artist, defaults={"kind": Party.Kind.ARTIST, "name": artist.name})
    return party


def list_artist_parties(artists: Collection[Artist]) -> list[Party]:
    """The artists as parties, in this order; in one query if all of them are parties already."""
    known = {party.artist_id: party for party in Party.objects.filter(artist__in=artists)}
    return [known.get(artist.pk) or get_artist_party(artist) for artist in artists]


def add_party(kind: str, name: str, *, by: Person, team: Team | None = None, **identifiers: Any) -> Party:
    """Create a verified rightsholder. `identifiers` are its ISNI, IPI and DPID.

    Raises NotAllowed, because only staff may, and Django's ValidationError for an identifier with a wrong check digit.
    """
    if not is_staff(by):
        raise NotAllowed("Only staff create and verify rightsholders.")
    with transaction.atomic():
        party = Party(kind=kind, name=name, team=team, **identifiers)
        party.clean_fields(exclude=["verified_at", "verified_by", "mandated_by", "team_by"])
        party.verified_at, party.verified_by = Now(), by.actor
        party.team_by = by.actor if team else None
        party.save(force_insert=True)
        trail.record("party.added", by=by.actor, subject=f"party:{party.pk}", kind=kind)
    return party


def add_rightsholder(kind: str, name: str, *, by: Person, signatory: Person | None = None, **identifiers: Any) -> Party:
    """Create a verified rightsholder with a team, and name who signs for it.

    Without `signatory` the team has nobody yet: whoever signs is invited, or another party acts for it. Raises as
    `add_party`.
    """
    with transaction.atomic():
        team = Team.objects.create(name=name, kind=TeamKind.RIGHTSHOLDER)
        party = add_party(kind, name, by=by, team=team, **identifiers)
        if signatory:
            name_signatory(team, signatory, by=by)
    return party


def ensure_team(party: Party, *, by: Person) -> Team:
    """The team of a rightsholder, made where it has none yet. Raises NotAllowed."""
    if not is_staff(by):
        raise NotAllowed("Only staff create the team of a rightsholder.")
    if party.team is None:
        with transaction.atomic():
            locked = Party.objects.select_for_update(of=("self",)).select_related("team").get(pk=party.pk)
            if locked.team is None:
                locked.team = Team.objects.create(name=party.name[:80], kind=TeamKind.RIGHTSHOLDER)
                locked.team_by = by.actor
                locked.save(update_fields=["team", "team_by"])
                trail.record("party.team_created", by=by.actor, subject=f"party:{party.pk}", team=locked.team.pk)
        party.team = locked.team
    return party.team


def represent(party: Party, representative: Party, *, mandate: str, by: Person) -> None:
    """Let another party act for this one. `mandate` says where the mandate is.

    Raises NotAllowed, and Django's ValidationError for a party that cannot act for another.
    """
    if not is_staff(by):
        raise NotAllowed("Only staff store a mandate.")
    if party.artist_id is not None:
        raise ValidationError({"represented_by": "An artist is represented by nobody: the artist's own team answers."})
    if representative.pk == party.pk or representative.verified_at is None or representative.team_id is None:
        raise ValidationError({"represented_by": "Only another verified rightsholder with a team acts for this one."})
    with transaction.atomic():
        Party.objects.filter(pk=party.pk).update(represented_by=representative, mandate=mandate, mandated_by=by.actor)
        trail.record("party.represented", by=by.actor, subject=f"party:{party.pk}", representative=representative.pk)
    party.refresh_from_db()


def end_mandate(party: Party, *, by: Person) -> None:
    """Let nobody else act for the party any more. What was said for it stays. Raises NotAllowed."""
    if not is_staff(by):
        raise NotAllowed("Only staff end a mandate.")
    with transaction.atomic():
        represented = Party.objects.filter(pk=party.pk, represented_by__isnull=False)
        if represented.update(represented_by=None, mandate="", mandated_by=by.actor):
            trail.record("party.mandate_ended", by=by.actor, subject=f"party:{party.pk}")
    party.refresh_from_db()


def register_isrc_prefix(party: Party, prefix: str, *, by: Person) -> None:
    """Say that ISRCs which begin so are the party's. A claim of somebody else on one is disputed from now on.

    Raises NotAllowed, and AlreadyRegistered where it is of a party already.
    """
    if not is_staff(by):
        raise NotAllowed("Only staff say whose an ISRC prefix is.")
    try:
        with transaction.atomic():
            IsrcPrefix.objects.create(party=party, prefix=prefix, registered_by=by.actor)
            trail.record("prefix.registered", by=by.actor, subject=f"party:{party.pk}", prefix=prefix)
    except IntegrityError as error:
        raise AlreadyRegistered("This prefix is registered already. End that first.") from error


def end_isrc_prefix(party: Party, prefix: str, *, by: Person) -> None:
    """Say that a prefix is not the party's any more. What is disputed stays disputed. Raises NotAllowed."""
    if not is_staff(by):
        raise NotAllowed("Only staff say whose an ISRC prefix is.")
    with transaction.atomic():
        live = IsrcPrefix.objects.filter(party=party, prefix=prefix, ended_at=None)
        if live.update(ended_at=Now(), ended_by=by.actor):
            trail.record("prefix.ended", by=by.actor, subject=f"party:{party.pk}", prefix=prefix)


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


def acts_for(parties: Iterable[Party | int]) -> Q:
    """The condition on members: their team is that of one of these, or of the verified party that represents it."""
    deputy = Q(team__party__represents__in=parties, team__party__verified_at__isnull=False)
    return Q(team__artist__party__in=parties) | Q(team__party__in=parties) | deputy


def list_acting(parties: Collection[int]) -> dict[int, list[UUID]]:
    """The ids of the people who act for each of these rightsholders, in two queries; in none where there are none."""
    if not parties:
        return {}
    asked = Party.objects.filter(pk__in=parties).select_related("represented_by")
    found = {party.pk: party.acting_team_ids for party in asked}
    members = Member.objects.filter(team__in=set(chain(*found.values())), person__is_active=True).order_by("pk")
    people: dict[int, list[UUID]] = defaultdict(list)
    for team, person in members.values_list("team", "person"):
        people[team].append(person)
    return {party: [person for team in teams for person in people[team]] for party, teams in found.items()}


def _has_role(party: Party, person: Person, roles: Collection[Role]) -> bool:
    members = Member.objects.filter(acts_for([party]), person=person, person__is_active=True, role__in=roles)
    return (party.artist_id is not None or party.verified_at is not None) and members.exists()
