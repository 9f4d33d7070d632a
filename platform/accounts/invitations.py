"""Invite: an address is asked into a team, and a person belongs to it by their own yes alone."""

import secrets
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from accounts import roles
from accounts.models import Invitation, Member, Person, Role, Team, Token
from audit import trail

STANDS = timedelta(days=7)
GIVEN = (Role.OWNER, Role.EDITOR, Role.REVIEWER)
"""What one can be invited as. Principals are staff's to name."""


class Gone(Exception):
    """Used, taken back, too old or never there: all of them read the same."""

    def __init__(self) -> None:
        super().__init__("This invitation is over: it was answered, taken back or replaced, or it is too old.")


class AnotherAddress(Exception):
    """Whoever followed the link is not who was invited."""


class AlreadyHere(Exception):
    """A member is not invited. Says what to do instead."""


def standing() -> QuerySet[Invitation]:
    """Those whose links open: not over, not too old, and by somebody who still says who belongs to the team."""
    return Invitation.objects.filter(_inviter_may(), ended_at=None, expires_at__gt=Now())


def of(team: Team) -> QuerySet[Invitation]:
    """The team's, oldest first, after those that open nothing any more let go of their addresses."""
    _sweep(team)
    return standing().filter(team=team).order_by("pk")


def refuse_unless_inviting(team: Team, role: Role | str, *, by: Person) -> None:
    if not roles.may_manage(roles.role_of(by, team.pk)):
        raise roles.NotAllowed(roles.ONLY)
    if role not in GIVEN:
        raise roles.NotAllowed("Only staff names and removes principals.")


@transaction.atomic
def make(team: Team, email: str, role: Role | str, *, by: Person) -> tuple[Invitation, str]:
    """A stored invitation and the secret of its link, which is kept nowhere. An older one to this address is over.

    Whether the address has an account is not asked: the team must not learn it.
    """
    roles.wait_for(team)
    refuse_unless_inviting(team, role, by=by)
    address = email.lower()
    if team.members.filter(person__email=address).exists():
        raise AlreadyHere("Whoever has this address belongs to the team already. Change their role instead.")
    _sweep(team)
    _end(Invitation.objects.filter(team=team, email=address), Invitation.Outcome.REPLACED)
    secret = secrets.token_urlsafe(32)
    digest, until = Token.digest_of(secret), timezone.now() + STANDS
    made = Invitation.objects.create(
        team=team, email=address, role=Role(role), invited_by=by, digest=digest, expires_at=until
    )
    _tell("team.invited", made, by=by)
    return made, secret


def found(secret: str) -> Invitation:
    """The one that this link opens."""
    there = standing().filter(digest=Token.digest_of(secret)).select_related("team", "invited_by").first()
    if there is None:
        raise Gone
    return there


def is_for(invitation: Invitation, person: Person) -> bool:
    """Whether it went to an address that this person confirmed."""
    return bool(EmailAddress.objects.filter(user=person, email=invitation.email, verified=True).exists())


@transaction.atomic
def accept(secret: str, *, by: Person) -> Member:
    """The invited person belongs to the team. Whoever got a role meanwhile keeps it."""
    invitation = _answered(secret, Invitation.Outcome.JOINED, by=by)
    member, new = Member.objects.get_or_create(team=invitation.team, person=by, defaults={"role": invitation.role})
    if new:
        _tell("team.joined", invitation, by=by, person=by.actor)
    return member


@transaction.atomic
def refuse(secret: str, *, by: Person) -> None:
    """The invited person wants to have no part in it. The team reads that somebody said no, not who."""
    _tell("team.invitation_refused", _answered(secret, Invitation.Outcome.REFUSED, by=by), by=by)


@transaction.atomic
def take_back(invitation: Invitation, *, by: Person) -> None:
    """Its link opens nothing from now on."""
    roles.wait_for(invitation.team)
    refuse_unless_inviting(invitation.team, invitation.role, by=by)
    if not _end(standing().filter(pk=invitation.pk), Invitation.Outcome.TAKEN_BACK):
        raise Gone
    _tell("team.invitation_taken_back", invitation, by=by)


def not_sent(invitation: Invitation) -> None:
    """Its mail did not go out, so nobody has the link."""
    _end(Invitation.objects.filter(pk=invitation.pk), Invitation.Outcome.UNSENT)


def _answered(secret: str, outcome: Invitation.Outcome, *, by: Person) -> Invitation:
    roles.wait_for(found(secret).team)
    invitation = found(secret)  # as it stands now that nobody else changes the team
    if not is_for(invitation, by):
        raise AnotherAddress
    _end(Invitation.objects.filter(pk=invitation.pk), outcome)
    return invitation


def _inviter_may() -> Exists:
    inviter = Member.objects.filter(team=OuterRef("team"), person=OuterRef("invited_by"), person__is_active=True)
    return Exists(inviter.filter(role__in=roles.MANAGE))


@transaction.atomic
def _sweep(team: Team) -> None:
    """What ran out lets go of its address in every team; what the inviter's going ended, in this one."""
    over = Invitation.objects.filter(Q(expires_at__lte=Now()) | (Q(team=team) & ~_inviter_may()), ended_at=None)
    mine = over.order_by("pk").select_for_update(skip_locked=True, of=("self",))
    _end(Invitation.objects.filter(pk__in=mine.values("pk")), Invitation.Outcome.EXPIRED)


def _end(which: QuerySet[Invitation], outcome: Invitation.Outcome) -> int:
    return which.filter(ended_at=None).update(ended_at=Now(), outcome=outcome, email=None)


def _tell(action: str, invitation: Invitation, *, by: Person, **facts: str) -> None:
    subject = f"team:{invitation.team_id}"
    trail.record(action, by=by.actor, subject=subject, role=invitation.role, invitation=invitation.pk, **facts)
