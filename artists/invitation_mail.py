"""Invite people to a team by mail. Nobody learns whether an address has an account."""

import re
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from accounts import invitations
from accounts.exceptions import AlreadyMember
from accounts.models import MAX_EMAIL_LENGTH, Invitation, Person, Role, Team, TeamKind
from ai import contacts
from artists.exceptions import InvalidRequest
from catalog.models import Artist
from catalog.text_keys import fold
from rights.models import Party
from web import rate_limits
from web.mail import render_mail
from web.site_links import site_link

MAX_PER_TEAM_AN_HOUR = 20
MAX_PER_ADDRESS = 5
"""From all teams together, while the first of them is valid: we fill nobody's mailbox."""
_ARTIST_ROLES = {
    Role.PRINCIPAL: "Sign programs, switch permissions on, and do everything below. Verified by our staff.",
    Role.OWNER: "Say who belongs to the team, write programs, decide drafts one by one, and pause a program.",
    Role.EDITOR: "Write programs, which the artist then signs, decide drafts one by one, and pause a program.",
    Role.REVIEWER: "Decide drafts one by one, and pause a program.",
}
_RIGHTSHOLDER_ROLES = {
    Role.SIGNATORY: "Sign agreements, confirm claims, permit uses, import a catalogue, and do everything below. "
    "Named by our staff.",
    Role.OWNER: "Say who belongs to the team, switch a use off, end what the roster says, and do everything below.",
    Role.EDITOR: "Bring catalogue files and prepare agreements.",
    Role.REVIEWER: "Read these pages, and answer for single items where an agreement asks for your yes to each.",
}
ROLE_DESCRIPTIONS = {TeamKind.ARTIST: _ARTIST_ROLES, TeamKind.RIGHTSHOLDER: _RIGHTSHOLDER_ROLES}
"""For the invitation and the page of the team: the roles in each kind of team."""

type Host = Artist | Party
"""Whose team it is: an artist's, or a rightsholder's."""
DOMAIN = re.compile(r"[^\W_][.。][^\W\d_]{2,}")
"""What mail programs turn into a link, whatever its ending."""
MAIL_TEMPLATE = "studio/email/invitation"


def find_host(team: Team) -> Host:
    """Whose team it is."""
    return Party.objects.get(team=team) if team.kind == TeamKind.RIGHTSHOLDER else Artist.objects.get(team=team)


def invite(host: Host, email: str, role: str, *, by: Person) -> Invitation:
    """Mail an invitation that is valid for a week. It replaces an older one to the same address.

    Raises InvalidRequest where no mail can be sent, and NotAllowed where this person may not invite.
    """
    address, team = email.lower(), host.team
    assert team
    invitations.require_may_invite(team, role, by=by)
    if len(address) > MAX_EMAIL_LENGTH or not address.isprintable():
        raise InvalidRequest("We cannot write to this address. Look at it again.")
    name = fold(by.display_name)  # without invisible characters, and with an ASCII full stop for what looks like one
    if contacts.find_contact(name) or DOMAIN.search(name):
        raise InvalidRequest("Your name holds a link or an address, and the mail would carry it. Change it first.")
    _check_rate_limits(team, address)
    try:
        invitation, secret = invitations.create(team, address, role, by=by)
    except AlreadyMember as error:
        raise InvalidRequest(str(error)) from error
    try:
        _build_mail(host, invitation, address, secret).send()
    except (OSError, ValueError) as error:  # the mail server cannot be reached, or refuses the address
        invitations.mark_unsent(invitation)
        raise InvalidRequest("The mail did not go out, so nobody is invited. Try again in a while.") from error
    return invitation


def _check_rate_limits(team: Team, address: str) -> None:
    team_limit = rate_limits.hit(f"invitations-by:{team.pk}", MAX_PER_TEAM_AN_HOUR, 3600)
    if not team_limit.allowed:
        minutes = -(-team_limit.reset_in // 60)
        raise InvalidRequest(
            f"Your team sent {MAX_PER_TEAM_AN_HOUR} invitations within the hour. Send more in {minutes} min."
        )
    valid_seconds = int(invitations.VALID_FOR.total_seconds())
    if not rate_limits.hit(f"invitations-to:{address}", MAX_PER_ADDRESS, valid_seconds).allowed:
        raise InvalidRequest("This address got as many invitations as we send to one within a week. Nothing was sent.")


def invitation_context(host: Host, invitation: Invitation) -> dict[str, Any]:
    """The template context of an invitation, for the mail and for the page that its link opens."""
    return {
        "host": host,
        "is_of_artist": isinstance(host, Artist),
        "invited_by": invitation.invited_by.display_name,
        "role": invitation.get_role_display().lower(),
        "role_description": ROLE_DESCRIPTIONS[TeamKind(invitation.team.kind)][Role(invitation.role)],
        "expires_at": invitation.expires_at,
    }


def _build_mail(host: Host, invitation: Invitation, address: str, secret: str) -> EmailMultiAlternatives:
    link = site_link(reverse("invitation", args=[secret]))
    context = {**invitation_context(host, invitation), "link": link}
    subject, body = render_mail(MAIL_TEMPLATE, context)
    mail = EmailMultiAlternatives(subject, body, to=[address])
    mail.attach_alternative(render_to_string(f"{MAIL_TEMPLATE}_message.html", context), "text/html")
    return mail
