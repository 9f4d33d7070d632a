"""The page of an invitation to a team: read it, then accept or decline it."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import invitations
from accounts.exceptions import InvitationOver, WrongEmailAddress
from accounts.models import Invitation, Person
from artists import invitation_mail
from catalog.models import Artist

TEMPLATE = "studio/invitation.html"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer_invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """GET: show the invitation. It changes nothing, because mail scanners follow links too. POST: accept or decline."""
    try:
        invitation = invitations.get_open(secret)
        if not isinstance(request.user, Person):
            if request.method == "POST":
                return redirect("invitation", secret)
            return _render_invitation(request, invitation)
        if not invitations.is_addressed_to(invitation, request.user):
            raise WrongEmailAddress
        if request.method != "POST":
            return _render_invitation(request, invitation)
        return _join_or_refuse(request, request.user, invitation, secret)
    except InvitationOver as error:
        return render(request, TEMPLATE, {"expired_text": str(error)}, status=HTTPStatus.GONE)
    except WrongEmailAddress:
        # Not a 403: it would log the URL, and this link still works.
        return render(request, TEMPLATE, {"is_other_address": True})


def _join_or_refuse(request: HttpRequest, person: Person, invitation: Invitation, secret: str) -> HttpResponse:
    host = invitation_mail.find_host(invitation.team)
    if request.POST.get("do") == "join":
        role = invitations.accept(secret, by=person).get_role_display().lower()
        messages.success(request, f"You are now in the team of {host.name}, as {role}.")
        return redirect("studio", host.slug) if isinstance(host, Artist) else redirect("label-roster", host.pk)
    if request.POST.get("do") == "refuse":
        invitations.decline(secret, by=person)
        messages.success(request, f"You did not join the team of {host.name}. They do not learn who declined.")
        return redirect("home")
    return _render_invitation(request, invitation)


def _render_invitation(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    host = invitation_mail.find_host(invitation.team)
    return render(request, TEMPLATE, invitation_mail.invitation_context(host, invitation))
