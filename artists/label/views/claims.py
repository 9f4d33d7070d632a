"""The claims that a rightsholder confirms or refuses."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from accounts.exceptions import NotAllowed
from accounts.reauthentication import did_recently_authenticate
from accounts.requests import AuthenticatedHttpRequest
from artists.label import claims as label_claims
from artists.label.access import Label, label_member_required
from rights import claims
from rights.exceptions import Recounted
from rights.imports import named_claims
from rights.models import Claim, Party
from web.decorators import post_only
from web.parsers import parse_integer


@label_member_required
def show_claims(request: AuthenticatedHttpRequest, label: Label) -> HttpResponse:
    """Show what waits for this rightsholder, what is disputed, and what counts."""
    return _render_claims(request, label)


@post_only
@label_member_required
def answer_claim(request: AuthenticatedHttpRequest, label: Label, claim_id: int) -> HttpResponse:
    """`do=confirm`, with a recent password, or `do=refuse`, which ends the claim."""
    claim = get_object_or_404(Claim.objects.select_related("party"), pk=claim_id, party=label.party)
    act = request.POST.get("do", "")
    if act not in ("confirm", "refuse"):
        raise Http404
    try:
        if act == "confirm":
            claims.confirm(claim, by=request.user, fresh=did_recently_authenticate(request))
        else:
            claims.end(claim, by=request.user)
    except NotAllowed as error:
        return _render_claims(request, label, problem=str(error), status=409)
    messages.success(request, "Confirmed." if act == "confirm" else "Refused. The claim does not count.")
    return redirect(label.url("label-claims"))


@post_only
@label_member_required
def confirm_imported(request: AuthenticatedHttpRequest, label: Label, import_id: int) -> HttpResponse:
    """Confirm all claims that one import made for this rightsholder, with a recent password."""
    brought = get_object_or_404(named_claims.list_imports(label.party), pk=import_id)
    waiting, fresh = parse_integer(request.POST.get("waiting")) or 0, did_recently_authenticate(request)
    try:
        confirmed = named_claims.confirm_all(label.party, brought, waiting=waiting, by=request.user, fresh=fresh)
    except (NotAllowed, Recounted) as error:
        return _render_claims(request, label, problem=str(error), status=409)
    messages.success(request, f"{confirmed:,} confirmed.")
    return redirect(label.url("label-claims"))


def _render_claims(
    request: AuthenticatedHttpRequest, label: Label, *, problem: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "imported": named_claims.list_waiting(Party.objects.filter(pk=label.party.pk)),
        "waiting": label_claims.list_waiting(label.party),
        "disputed": label_claims.list_disputed(label.party),
        "settled": label_claims.list_settled(label.party),
        "confirmed": label_claims.list_confirmed(label.party),
        "problem": problem,
    }
    return label.render(request, "label/claims.html", status=status, **context)
