"""Look up and change the roles of people in a team, and say what each role may do."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from accounts.exceptions import NotAllowed
from accounts.models import SIGNING_ROLES, Member, MembershipPeriod, Person, Role, Team, TeamKind
from audit import trail

# What a role may do is the same in the team of an artist and of another rightsholder, but for what is signed:
# a principal signs for an artist, a signatory for a label or publisher. Neither role exists in the other kind of team.
DECIDING_ROLES = frozenset(Role)
EDITING_ROLES = frozenset({Role.PRINCIPAL, Role.SIGNATORY, Role.OWNER, Role.EDITOR})
MANAGING_ROLES = frozenset({Role.PRINCIPAL, Role.SIGNATORY, Role.OWNER})


def role_of(person: Person, team_id: int) -> Role | None:
    """The person's role in the team, read from the database each time. None for somebody who is switched off."""
    members = Member.objects.filter(team=team_id, person=person, person__is_active=True)
    role = members.values_list("role", flat=True).first()
    return Role(role) if role else None


def role_at(person: Person, team_id: int, at: datetime) -> Role | None:
    """The role that the person had in the team at this moment, in one query. None where they had none."""
    periods = MembershipPeriod.objects.filter(team=team_id, person=person, since__lte=at)
    role = (
        periods.filter(Q(until=None) | Q(until__gt=at)).order_by("-since", "-pk").values_list("role", flat=True).first()
    )
    return Role(role) if role else None


def is_staff(person: Person) -> bool:
    """Whether the person is active staff now, read from the database each time."""
    return Person.objects.filter(pk=person.pk, is_active=True, is_staff=True).exists()


def may_decide(role: Role | None) -> bool:
    """For an artist: approve, edit, decline and undo single drafts, and pause a program.

    For another rightsholder: answer for single drafts where the agreement asks for a second key.
    """
    return role in DECIDING_ROLES


def may_edit(role: Role | None) -> bool:
    """Edit what others sign: an artist's programs and their words, a rightsholder's catalogue and agreements."""
    return role in EDITING_ROLES


def may_sign(role: Role | None, kind: TeamKind = TeamKind.ARTIST) -> bool:
    """Sign for a team of this kind: an artist's grants and programs, or a rightsholder's grants and agreements."""
    return role == SIGNING_ROLES[kind]


def may_manage(role: Role | None) -> bool:
    """Add and remove members of the team, and switch off what it granted. Only staff name and remove who signs."""
    return role in MANAGING_ROLES


def name_principal(team: Team, person: Person, *, by: Person) -> None:
    """Give the role of the artist in person. Only staff may. Repeating it changes nothing. Raises NotAllowed."""
    _set_role(team, person, Role.PRINCIPAL, by=by)


def name_signatory(team: Team, person: Person, *, by: Person) -> None:
    """Give the signing role of a rightsholder's team. Only staff may. Repeating it changes nothing.

    Raises NotAllowed.
    """
    _set_role(team, person, Role.SIGNATORY, by=by)


def add_member(team: Team, person: Person, role: Role | str, *, by: Person) -> None:
    """Give a person a role in a team, in place of the role they had. Raises NotAllowed."""
    _set_role(team, person, Role(role), by=by)


@transaction.atomic
def remove_member(team: Team, person: Person, *, by: Person) -> None:
    """End a membership, if there is one. Everybody may end their own. Raises NotAllowed."""
    lock_team(team)
    role = _stored_role(team, person)
    if role is None:
        return
    if by.pk != person.pk:
        _require_may_manage(team, {role}, by=by)
    team.members.filter(person=person).delete()
    trail.record("team.member_removed", by=by.actor, subject=f"team:{team.pk}", person=person.actor, role=role)


@transaction.atomic
def _set_role(team: Team, person: Person, role: Role, *, by: Person) -> None:
    lock_team(team)
    before = _stored_role(team, person)
    _require_may_manage(team, {role, before}, by=by)
    if role in SIGNING_ROLES.values() and role != SIGNING_ROLES[TeamKind(team.kind)]:
        raise NotAllowed(f"The role of {role.label.lower()} does not exist in the team of this {team.kind}.")
    if not Person.objects.filter(pk=person.pk, is_active=True).exists():
        raise NotAllowed("This account is switched off, so it cannot have a role.")
    if before == role:
        return
    if before is None:
        team.members.create(person=person, role=role)
    else:
        team.members.filter(person=person).update(role=role)
    action = f"team.{role}_named" if role in SIGNING_ROLES.values() else "team.member_added"
    trail.record(action, by=by.actor, subject=f"team:{team.pk}", person=person.actor, role=role, before=before)


def _stored_role(team: Team, person: Person) -> Role | None:
    """The stored role, also of a person who is switched off."""
    role = team.members.filter(person=person).values_list("role", flat=True).first()
    return Role(role) if role else None


def lock_team(team: Team) -> None:
    """Allow one change to a team at a time, so that nobody adds people after being removed."""
    Team.objects.select_for_update().get(pk=team.pk)


def _require_may_manage(team: Team, roles: set[Role | None], *, by: Person) -> None:
    if is_staff(by):
        return
    if roles & set(SIGNING_ROLES.values()):
        raise NotAllowed(staff_only_message(roles))
    if not may_manage(role_of(by, team.pk)):
        raise NotAllowed(managers_only_message(team))


def staff_only_message(roles: Collection[Role | None]) -> str:
    """Why these signing roles cannot be given or taken."""
    return f"Only staff names and removes {'signatories' if Role.SIGNATORY in roles else 'principals'}."


def managers_only_message(team: Team) -> str:
    """Why somebody cannot say who belongs to the team."""
    signer = SIGNING_ROLES[TeamKind(team.kind)].value
    return f"Only a {signer} or an owner of the team says who belongs to it."
