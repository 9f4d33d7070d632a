"""Invite: an address is asked into the team by mail. Nobody learns whether it has an account."""

from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from accounts import invitations
from accounts.exceptions import AlreadyMember
from accounts.models import MAX_EMAIL_LENGTH, Invitation, Person, Role
from artists.exceptions import InvalidRequest
from catalog.models import Artist
from web import rate_limits

MAX_PER_TEAM_AN_HOUR = 20
"""Invitations of one team within an hour."""
MAX_PER_ADDRESS = 5
"""Invitations to one address, of all teams, while the first of them stands: nobody's letter box is filled with us."""
ROLE_DESCRIPTIONS = {
    Role.PRINCIPAL: "Sign words and grants, as the artist in person, and do everything below. Named by our staff.",
    Role.OWNER: "Say who belongs to the team, write programs, decide drafts one by one, and pause a program.",
    Role.EDITOR: "Write programs, which a principal then signs, decide drafts one by one, and pause a program.",
    Role.REVIEWER: "Decide drafts one by one, and pause a program.",
}
"""What a role may do: to whom it is offered, and on the page of the team."""
MAIL_TEMPLATE = "studio/email/invitation"


def invite(artist: Artist, email: str, role: str, *, by: Person) -> Invitation:
    """Whoever reads mail at this address can join as this, for a week. Sent again, the older mail is worth nothing."""
    address = email.lower()
    invitations.require_may_invite(artist.team, role, by=by)
    if len(address) > MAX_EMAIL_LENGTH or not address.isprintable():
        raise InvalidRequest("We cannot write to this address. Look at it again.")
    _check_rate_limits(artist, address)
    try:
        invitation, secret = invitations.create(artist.team, address, role, by=by)
    except AlreadyMember as error:
        raise InvalidRequest(str(error)) from error
    try:
        _build_mail(artist, invitation, address, secret).send()
    except (OSError, ValueError) as error:  # the way is closed, or this is no address for it
        invitations.mark_unsent(invitation)
        raise InvalidRequest("The mail did not go out, so nobody is invited. Try again in a while.") from error
    return invitation


def _check_rate_limits(artist: Artist, address: str) -> None:
    team = rate_limits.hit(f"invitations-by:{artist.team_id}", MAX_PER_TEAM_AN_HOUR, 3600)
    if not team.allowed:
        minutes = -(-team.reset_in // 60)
        raise InvalidRequest(
            f"Your team sent {MAX_PER_TEAM_AN_HOUR} invitations within the hour. Send more in {minutes} min."
        )
    week = int(invitations.VALID_FOR.total_seconds())
    if not rate_limits.hit(f"invitations-to:{address}", MAX_PER_ADDRESS, week).allowed:
        raise InvalidRequest("This address got as many invitations as we send to one within a week. Nothing was sent.")


def invitation_context(artist: Artist, invitation: Invitation) -> dict[str, Any]:
    """What an invitation says, in the mail and on the page that its link opens."""
    return {
        "artist": artist,
        "by": invitation.invited_by.display_name,
        "role": invitation.get_role_display().lower(),
        "means": ROLE_DESCRIPTIONS[Role(invitation.role)],
        "until": invitation.expires_at,
    }


def _build_mail(artist: Artist, invitation: Invitation, address: str, secret: str) -> EmailMultiAlternatives:
    link = settings.SITE_URL.rstrip("/") + reverse("invitation", args=[secret])
    facts = {**invitation_context(artist, invitation), "link": link}
    subject = " ".join(render_to_string(f"{MAIL_TEMPLATE}_subject.txt", facts).split())
    letter = EmailMultiAlternatives(
        subject, render_to_string(f"{MAIL_TEMPLATE}_message.txt", facts).strip(), to=[address]
    )
    letter.attach_alternative(render_to_string(f"{MAIL_TEMPLATE}_message.html", facts), "text/html")
    return letter
