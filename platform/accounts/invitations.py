"""Invite an e-mail address into a team, and let the invited person accept or decline."""

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from accounts import roles
from accounts.exceptions import AlreadyMember, InvitationOver, NotAllowed, WrongEmailAddress
from accounts.models import Invitation, Member, Person, Role, Team, TeamKind, generate_secret, hash_secret
from audit import trail

VALID_FOR = timedelta(days=7)
INVITABLE_ROLES = (Role.OWNER, Role.EDITOR, Role.REVIEWER)
"""A team names these itself. Staff alone name principals, and name or invite signatories."""


def open_invitations() -> QuerySet[Invitation]:
    """Invitations that can be answered: not ended, not expired, and the inviter may still invite."""
    return Invitation.objects.filter(_inviter_still_may(), ended_at=None, expires_at__gt=Now())


def list_open(team: Team) -> QuerySet[Invitation]:
    """The team's open invitations, oldest first. Ends expired ones first, so that their addresses are deleted."""
    _expire_old(team)
    return open_invitations().filter(team=team).order_by("pk")


def require_may_invite(team: Team, role: Role | str, *, by: Person) -> None:
    """Raise NotAllowed when the person may not invite somebody into the team with this role."""
    if role not in INVITABLE_ROLES:
        if not (role == Role.SIGNATORY and team.kind == TeamKind.RIGHTSHOLDER and roles.is_staff(by)):
            raise NotAllowed(roles.staff_only_message({Role(role)}))
    elif not roles.may_manage(roles.role_of(by, team.pk)):
        raise NotAllowed(roles.managers_only_message(team))


@transaction.atomic
def create(team: Team, email: str, role: Role | str, *, by: Person) -> tuple[Invitation, str]:
    """Store an invitation; return it with the secret for its link, of which only the hash is stored.

    Ends an older invitation of the team to the same address. Does not check whether the address has an account: the
    team must not learn it. Raises NotAllowed or AlreadyMember.
    """
    roles.lock_team(team)
    require_may_invite(team, role, by=by)
    address = email.lower()
    if team.members.filter(person__email=address).exists():
        raise AlreadyMember("Whoever has this address belongs to the team already. Change their role instead.")
    _expire_old(team)
    _end(Invitation.objects.filter(team=team, email=address), Invitation.Outcome.REPLACED)
    secret = generate_secret()
    invitation = Invitation.objects.create(
        team=team,
        email=address,
        role=Role(role),
        invited_by=by,
        digest=hash_secret(secret),
        expires_at=timezone.now() + VALID_FOR,
    )
    _record("team.invited", invitation, by=by)
    return invitation, secret


def get_open(secret: str) -> Invitation:
    """The open invitation with this secret, with its team and inviter. Raises InvitationOver."""
    invitations = open_invitations().filter(digest=hash_secret(secret)).select_related("team", "invited_by")
    if (invitation := invitations.first()) is None:
        raise InvitationOver
    return invitation


def is_addressed_to(invitation: Invitation, person: Person) -> bool:
    """Whether the person has confirmed the address that was invited."""
    return bool(EmailAddress.objects.filter(user=person, email=invitation.email, verified=True).exists())


@transaction.atomic
def accept(secret: str, *, by: Person) -> Member:
    """Make the invited person a member; one who got a role meanwhile keeps it.

    Raises InvitationOver or WrongEmailAddress.
    """
    invitation = _end_by_answer(secret, Invitation.Outcome.JOINED, by=by)
    member, created = Member.objects.get_or_create(team=invitation.team, person=by, defaults={"role": invitation.role})
    if created:
        _record("team.joined", invitation, by=by, person=by.actor)
    return member


@transaction.atomic
def decline(secret: str, *, by: Person) -> None:
    """End the invitation without a membership. The team learns that it was declined, but not by whom.

    Raises InvitationOver or WrongEmailAddress.
    """
    _record("team.invitation_refused", _end_by_answer(secret, Invitation.Outcome.REFUSED, by=by), by=by)


@transaction.atomic
def revoke(invitation: Invitation, *, by: Person) -> None:
    """End an open invitation, so that its link no longer works. Raises NotAllowed or InvitationOver."""
    roles.lock_team(invitation.team)
    require_may_invite(invitation.team, invitation.role, by=by)
    if not _end(open_invitations().filter(pk=invitation.pk), Invitation.Outcome.TAKEN_BACK):
        raise InvitationOver
    _record("team.invitation_taken_back", invitation, by=by)


def mark_unsent(invitation: Invitation) -> None:
    """End an invitation whose mail could not be sent, so that nobody has its link."""
    _end(Invitation.objects.filter(pk=invitation.pk), Invitation.Outcome.UNSENT)


def delete_ended(before: datetime) -> int:
    """Delete the invitations that ended or expired before this time, and return how many."""
    expired = Q(ended_at=None, expires_at__lt=before)
    return Invitation.objects.filter(Q(ended_at__lt=before) | expired).delete()[0]


def _end_by_answer(secret: str, outcome: Invitation.Outcome, *, by: Person) -> Invitation:
    roles.lock_team(get_open(secret).team)
    invitation = get_open(secret)  # again, because it may have ended before the team was locked
    if not is_addressed_to(invitation, by):
        raise WrongEmailAddress
    _end(Invitation.objects.filter(pk=invitation.pk), outcome)
    return invitation


def _inviter_still_may() -> Q:
    """The inviter still manages the team; of a signatory, is still staff."""
    inviter = Member.objects.filter(team=OuterRef("team"), person=OuterRef("invited_by"), person__is_active=True)
    manages = Q(Exists(inviter.filter(role__in=roles.MANAGING_ROLES))) & ~Q(role=Role.SIGNATORY)
    return manages | Q(role=Role.SIGNATORY, invited_by__is_staff=True, invited_by__is_active=True)


@transaction.atomic
def _expire_old(team: Team) -> None:
    """End the expired invitations of all teams, and those of this team whose inviter may not invite any more."""
    expired = Invitation.objects.filter(
        Q(expires_at__lte=Now()) | (Q(team=team) & ~_inviter_still_may()), ended_at=None
    )
    locked = expired.order_by("pk").select_for_update(skip_locked=True, of=("self",))
    _end(Invitation.objects.filter(pk__in=locked.values("pk")), Invitation.Outcome.EXPIRED)


def _end(invitations: QuerySet[Invitation], outcome: Invitation.Outcome) -> int:
    """End those that are still open, and delete their addresses. Returns how many."""
    return invitations.filter(ended_at=None).update(ended_at=Now(), outcome=outcome, email=None)


def _record(action: str, invitation: Invitation, *, by: Person, **facts: str) -> None:
    subject = f"team:{invitation.team_id}"
    trail.record(action, by=by.actor, subject=subject, role=invitation.role, invitation=invitation.pk, **facts)
