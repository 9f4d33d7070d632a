"""Invite: an address is asked into the team by mail. Nobody learns whether it has an account."""

from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from accounts import invitations, rates
from accounts.models import Invitation, Person, Role
from artists.refusals import Refused
from catalog.models import Artist

LONGEST = 254
A_TEAM = 20
"""Invitations of one team within an hour."""
AN_ADDRESS = 5
"""Invitations to one address, of all teams, while the first of them stands: nobody's letter box is filled with us."""
MEANS = {
    Role.PRINCIPAL: "Sign words and grants, as the artist in person, and do everything below. Named by our staff.",
    Role.OWNER: "Say who belongs to the team, write programs, decide drafts one by one, and pause a program.",
    Role.EDITOR: "Write programs, which a principal then signs, decide drafts one by one, and pause a program.",
    Role.REVIEWER: "Decide drafts one by one, and pause a program.",
}
"""What a role may do: to whom it is offered, and on the page of the team."""
MAIL = "studio/email/invitation"


def invite(artist: Artist, email: str, role: str, *, by: Person) -> Invitation:
    """Whoever reads mail at this address can join as this, for a week. Sent again, the older mail is worth nothing."""
    address = email.lower()
    invitations.refuse_unless_inviting(artist.team, role, by=by)
    if len(address) > LONGEST or not address.isprintable():
        raise Refused("We cannot write to this address. Look at it again.")
    _hold_the_door(artist, address)
    try:
        invitation, secret = invitations.make(artist.team, address, role, by=by)
    except invitations.AlreadyHere as error:
        raise Refused(str(error)) from error
    try:
        _letter(artist, invitation, address, secret).send()
    except (OSError, ValueError) as error:  # the way is closed, or this is no address for it
        invitations.not_sent(invitation)
        raise Refused("The mail did not go out, so nobody is invited. Try again in a while.") from error
    return invitation


def _hold_the_door(artist: Artist, address: str) -> None:
    team = rates.take(f"invitations-by:{artist.team_id}", A_TEAM, 3600)
    if not team.allowed:
        minutes = -(-team.reset_in // 60)
        raise Refused(f"Your team sent {A_TEAM} invitations within the hour. Send more in {minutes} min.")
    week = int(invitations.STANDS.total_seconds())
    if not rates.take(f"invitations-to:{address}", AN_ADDRESS, week).allowed:
        raise Refused("This address got as many invitations as we send to one within a week. Nothing was sent.")


def told(artist: Artist, invitation: Invitation) -> dict[str, Any]:
    """What an invitation says, in the mail and on the page that its link opens."""
    return {
        "artist": artist,
        "by": invitation.invited_by.name or invitation.invited_by.handle,
        "role": invitation.get_role_display().lower(),
        "means": MEANS[Role(invitation.role)],
        "until": invitation.expires_at,
    }


def _letter(artist: Artist, invitation: Invitation, address: str, secret: str) -> EmailMultiAlternatives:
    link = settings.SITE_URL.rstrip("/") + reverse("invitation", args=[secret])
    facts = {**told(artist, invitation), "link": link}
    subject = " ".join(render_to_string(f"{MAIL}_subject.txt", facts).split())
    letter = EmailMultiAlternatives(subject, render_to_string(f"{MAIL}_message.txt", facts).strip(), to=[address])
    letter.attach_alternative(render_to_string(f"{MAIL}_message.html", facts), "text/html")
    return letter
