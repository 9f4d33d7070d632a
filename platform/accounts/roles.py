"""Act for an artist: who may do what in a team, and who decides who may."""

from django.db import connection, transaction

from accounts.exceptions import NotAllowed
from accounts.models import Member, Person, Role, Team
from audit import trail

DECIDING_ROLES = frozenset(Role)
EDITING_ROLES = frozenset({Role.PRINCIPAL, Role.OWNER, Role.EDITOR})
SIGNING_ROLES = frozenset({Role.PRINCIPAL})
MANAGING_ROLES = frozenset({Role.PRINCIPAL, Role.OWNER})


MANAGERS_ONLY_MESSAGE = "Only a principal or an owner of the team says who belongs to it."

ROLE_SQL = """
SELECT member.role FROM accounts_member member JOIN accounts_person person ON person.id = member.person_id
WHERE member.team_id = %s AND member.person_id = %s AND person.is_active
"""


def role_of(person: Person, team_id: int) -> Role | None:
    """Asked of the database each time: who was removed or switched off a moment ago has no role."""
    with connection.cursor() as cursor:
        cursor.execute(ROLE_SQL, [team_id, person.pk])
        found = cursor.fetchone()
    return Role(found[0]) if found else None


def is_staff(person: Person) -> bool:
    """Whether the person is active staff now, read from the database each time."""
    return Person.objects.filter(pk=person.pk, is_active=True, is_staff=True).exists()


def may_decide(role: Role | None) -> bool:
    """One item under a shape that was signed."""
    return role in DECIDING_ROLES


def may_edit(role: Role | None) -> bool:
    """Programs and their words. What an edit makes is unsigned."""
    return role in EDITING_ROLES


def may_sign(role: Role | None) -> bool:
    """Grants, shapes, envelopes and lots for personal words, likeness or voice: the artist in person."""
    return role in SIGNING_ROLES


def may_manage(role: Role | None) -> bool:
    """Who else belongs to the team. Principals are staff's to name and to remove."""
    return role in MANAGING_ROLES


def name_principal(team: Team, person: Person, *, by: Person) -> Member:
    """Staff says that this person is the artist. Saying it twice changes nothing."""
    return _set_role(team, person, Role.PRINCIPAL, by=by)


def add_member(team: Team, person: Person, role: Role | str, *, by: Person) -> Member:
    """Give a person a role in a team, or another one than they had."""
    return _set_role(team, person, Role(role), by=by)


@transaction.atomic
def remove_member(team: Team, person: Person, *, by: Person) -> None:
    """End a membership; anyone may end their own. Nothing happens when there is none."""
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
    """The role that is written down, also of a person who is switched off."""
    role = team.members.filter(person=person).values_list("role", flat=True).first()
    return Role(role) if role else None


def lock_team(team: Team) -> None:
    """One change to a team at a time, so that nobody adds people after being removed."""
    Team.objects.select_for_update().get(pk=team.pk)


def _require_may_manage(team: Team, roles: set[Role | None], *, by: Person) -> None:
    if is_staff(by):
        return
    if Role.PRINCIPAL in roles:
        raise NotAllowed("Only staff names and removes principals.")
    if not may_manage(role_of(by, team.pk)):
        raise NotAllowed(MANAGERS_ONLY_MESSAGE)
