"""Invite: an address is asked into a team, and a person belongs to it by their own yes alone."""

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from accounts import roles
from accounts.exceptions import AlreadyMember, InvitationOver, NotAllowed, WrongEmailAddress
from accounts.models import Invitation, Member, Person, Role, Team, generate_secret, hash_secret
from audit import trail

VALID_FOR = timedelta(days=7)
INVITABLE_ROLES = (Role.OWNER, Role.EDITOR, Role.REVIEWER)
"""What one can be invited as. Principals are staff's to name."""


def open_invitations() -> QuerySet[Invitation]:
    """Those whose links open: not over, not too old, and by somebody who still says who belongs to the team."""
    return Invitation.objects.filter(_inviter_still_manages(), ended_at=None, expires_at__gt=Now())


def list_open(team: Team) -> QuerySet[Invitation]:
    """The team's, oldest first, after those that open nothing any more let go of their addresses."""
    _expire_old(team)
    return open_invitations().filter(team=team).order_by("pk")


def require_may_invite(team: Team, role: Role | str, *, by: Person) -> None:
    if not roles.may_manage(roles.role_of(by, team.pk)):
        raise NotAllowed(roles.MANAGERS_ONLY_MESSAGE)
    if role not in INVITABLE_ROLES:
        raise NotAllowed("Only staff names and removes principals.")


@transaction.atomic
def create(team: Team, email: str, role: Role | str, *, by: Person) -> tuple[Invitation, str]:
    """A stored invitation and the secret of its link, which is kept nowhere. An older one to this address is over.

    Whether the address has an account is not asked: the team must not learn it.
    """
    roles.lock_team(team)
    require_may_invite(team, role, by=by)
    address = email.lower()
    if team.members.filter(person__email=address).exists():
        raise AlreadyMember("Whoever has this address belongs to the team already. Change their role instead.")
    _expire_old(team)
    _end(Invitation.objects.filter(team=team, email=address), Invitation.Outcome.REPLACED)
    secret = generate_secret()
    digest, until = hash_secret(secret), timezone.now() + VALID_FOR
    made = Invitation.objects.create(
        team=team, email=address, role=Role(role), invited_by=by, digest=digest, expires_at=until
    )
    _record("team.invited", made, by=by)
    return made, secret


def get_open(secret: str) -> Invitation:
    """The one that this link opens."""
    there = open_invitations().filter(digest=hash_secret(secret)).select_related("team", "invited_by").first()
    if there is None:
        raise InvitationOver
    return there


def is_addressed_to(invitation: Invitation, person: Person) -> bool:
    """Whether it went to an address that this person confirmed."""
    return bool(EmailAddress.objects.filter(user=person, email=invitation.email, verified=True).exists())


@transaction.atomic
def accept(secret: str, *, by: Person) -> Member:
    """The invited person belongs to the team. Whoever got a role meanwhile keeps it."""
    invitation = _end_by_answer(secret, Invitation.Outcome.JOINED, by=by)
    member, new = Member.objects.get_or_create(team=invitation.team, person=by, defaults={"role": invitation.role})
    if new:
        _record("team.joined", invitation, by=by, person=by.actor)
    return member


@transaction.atomic
def decline(secret: str, *, by: Person) -> None:
    """The invited person wants to have no part in it. The team reads that somebody said no, not who."""
    _record("team.invitation_refused", _end_by_answer(secret, Invitation.Outcome.REFUSED, by=by), by=by)


@transaction.atomic
def revoke(invitation: Invitation, *, by: Person) -> None:
    """Its link opens nothing from now on."""
    roles.lock_team(invitation.team)
    require_may_invite(invitation.team, invitation.role, by=by)
    if not _end(open_invitations().filter(pk=invitation.pk), Invitation.Outcome.TAKEN_BACK):
        raise InvitationOver
    _record("team.invitation_taken_back", invitation, by=by)


def mark_unsent(invitation: Invitation) -> None:
    """Its mail did not go out, so nobody has the link."""
    _end(Invitation.objects.filter(pk=invitation.pk), Invitation.Outcome.UNSENT)


def _end_by_answer(secret: str, outcome: Invitation.Outcome, *, by: Person) -> Invitation:
    roles.lock_team(get_open(secret).team)
    invitation = get_open(secret)  # as it stands now that nobody else changes the team
    if not is_addressed_to(invitation, by):
        raise WrongEmailAddress
    _end(Invitation.objects.filter(pk=invitation.pk), outcome)
    return invitation


def _inviter_still_manages() -> Exists:
    inviter = Member.objects.filter(team=OuterRef("team"), person=OuterRef("invited_by"), person__is_active=True)
    return Exists(inviter.filter(role__in=roles.MANAGING_ROLES))


@transaction.atomic
def _expire_old(team: Team) -> None:
    """What ran out lets go of its address in every team; what the inviter's going ended, in this one."""
    over = Invitation.objects.filter(
        Q(expires_at__lte=Now()) | (Q(team=team) & ~_inviter_still_manages()), ended_at=None
    )
    mine = over.order_by("pk").select_for_update(skip_locked=True, of=("self",))
    _end(Invitation.objects.filter(pk__in=mine.values("pk")), Invitation.Outcome.EXPIRED)


def _end(which: QuerySet[Invitation], outcome: Invitation.Outcome) -> int:
    return which.filter(ended_at=None).update(ended_at=Now(), outcome=outcome, email=None)


def _record(action: str, invitation: Invitation, *, by: Person, **facts: str) -> None:
    subject = f"team:{invitation.team_id}"
    trail.record(action, by=by.actor, subject=subject, role=invitation.role, invitation=invitation.pk, **facts)
