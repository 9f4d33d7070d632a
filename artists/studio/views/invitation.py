"""Join: whoever was invited reads what it is about, and says yes or no."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import invitations
from accounts.exceptions import InvitationOver, WrongEmailAddress
from accounts.models import Invitation, Person
from artists import team_invitations
from catalog.models import Artist

GONE = 410


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer_invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """GET changes nothing: programs that look at mails follow links too."""
    try:
        invitation = invitations.get_open(secret)
        if not isinstance(request.user, Person):
            return (
                redirect("invitation", secret) if request.method == "POST" else _render_invitation(request, invitation)
            )
        if not invitations.is_addressed_to(invitation, request.user):
            raise WrongEmailAddress
        if request.method != "POST":
            return _render_invitation(request, invitation)
        return _join_or_refuse(request, request.user, invitation, secret)
    except InvitationOver as error:
        return render(request, "studio/invitation.html", {"gone": str(error)}, status=GONE)
    except WrongEmailAddress:
        # No 403: that writes a line with the address of the page into the log, and this link still opens.
        return render(request, "studio/invitation.html", {"another": True})


def _join_or_refuse(request: HttpRequest, person: Person, invitation: Invitation, secret: str) -> HttpResponse:
    artist = Artist.objects.get(team=invitation.team_id)
    if request.POST.get("do") == "join":
        role = invitations.accept(secret, by=person).get_role_display().lower()
        messages.success(request, f"You belong to the team of {artist.name} now, as {role}.")
        return redirect("studio", artist.slug)
    if request.POST.get("do") == "refuse":
        invitations.decline(secret, by=person)
        messages.success(request, f"You did not join the team of {artist.name}. It does not learn who said no.")
        return redirect("home")
    return _render_invitation(request, invitation)


def _render_invitation(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    artist = Artist.objects.get(team=invitation.team_id)
    return render(request, "studio/invitation.html", team_invitations.invitation_context(artist, invitation))
