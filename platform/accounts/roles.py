"""Look up and change the roles of people in an artist's team, and say what each role may do."""

from django.db import transaction

from accounts.exceptions import NotAllowed
from accounts.models import Member, Person, Role, Team
from audit import trail

DECIDING_ROLES = frozenset(Role)
EDITING_ROLES = frozenset({Role.PRINCIPAL, Role.OWNER, Role.EDITOR})
SIGNING_ROLES = frozenset({Role.PRINCIPAL})
MANAGING_ROLES = frozenset({Role.PRINCIPAL, Role.OWNER})

MANAGERS_ONLY_MESSAGE = "Only a principal or an owner of the team says who belongs to it."


def role_of(person: Person, team_id: int) -> Role | None:
    """The person's role in the team, read from the database each time. None for somebody who is switched off."""
    members = Member.objects.filter(team=team_id, person=person, person__is_active=True)
    role = members.values_list("role", flat=True).first()
    return Role(role) if role else None


def is_staff(person: Person) -> bool:
    """Whether the person is active staff now, read from the database each time."""
    return Person.objects.filter(pk=person.pk, is_active=True, is_staff=True).exists()


def may_decide(role: Role | None) -> bool:
    """Approve, edit, decline and undo single drafts, and pause a program."""
    return role in DECIDING_ROLES


def may_edit(role: Role | None) -> bool:
    """Edit programs and their words. The edited version is unsigned."""
    return role in EDITING_ROLES


def may_sign(role: Role | None) -> bool:
    """Sign grants and programs. Only the artist in person may."""
    return role in SIGNING_ROLES


def may_manage(role: Role | None) -> bool:
    """Add and remove members of the team. Only staff name and remove principals."""
    return role in MANAGING_ROLES


def name_principal(team: Team, person: Person, *, by: Person) -> Member:
    """Give the role of the artist in person. Only staff may. Repeating it changes nothing. Raises NotAllowed."""
    return _set_role(team, person, Role.PRINCIPAL, by=by)


def add_member(team: Team, person: Person, role: Role | str, *, by: Person) -> Member:
    """Give a person a role in a team, in place of the role they had. Raises NotAllowed."""
    return _set_role(team, person, Role(role), by=by)


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
def _set_role(team: Team, person: Person, role: Role, *, by: Person) -> Member:
    lock_team(team)
    before = _stored_role(team, person)
    _require_may_manage(team, {role, before}, by=by)
    if not Person.objects.filter(pk=person.pk, is_active=True).exists():
        raise NotAllowed("This account is switched off, so it cannot have a role.")
    member, _ = Member.objects.update_or_create(team=team, person=person, defaults={"role": role})
    if before != role:
        action = "team.principal_named" if role == Role.PRINCIPAL else "team.member_added"
        trail.record(action, by=by.actor, subject=f"team:{team.pk}", person=person.actor, role=role, before=before)
    return member


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
    if Role.PRINCIPAL in roles:
        raise NotAllowed("Only staff names and removes principals.")
    if not may_manage(role_of(by, team.pk)):
        raise NotAllowed(MANAGERS_ONLY_MESSAGE)
