"""The drafts that a rightsholder approves too, because an agreement gives it a key."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from accounts import reauthentication
from accounts.exceptions import NotAllowed
from accounts.requests import AuthenticatedHttpRequest
from ai.unicode import CONTROL_CHARACTERS
from artists import second_key
from artists.exceptions import DraftNotFound, Stale
from artists.label import approvals
from artists.label.access import Label, label_member_required
from web.decorators import post_only
from web.parsers import parse_integer


@label_member_required
def show_approvals(request: AuthenticatedHttpRequest, label: Label) -> HttpResponse:
    """Show what waits for this rightsholder, and how much its artists' teams decide first."""
    return _render_approvals(request, label)


@post_only
@label_member_required
def answer_approval(request: AuthenticatedHttpRequest, label: Label, draft_id: int) -> HttpResponse:
    """`do=approve`, with a recent password, or `do=decline` with a reason; for the posted revision."""
    act, revision = request.POST.get("do", ""), parse_integer(request.POST.get("revision")) or 0
    if act not in ("approve", "decline"):
        raise Http404
    try:
        if act == "approve":
            is_fresh = reauthentication.did_recently_authenticate(request)
            second_key.approve(draft_id, label.party, by=request.user, revision=revision, fresh=is_fresh)
        else:
            reason = CONTROL_CHARACTERS.sub(" ", request.POST.get("reason", ""))
            second_key.decline(draft_id, label.party, by=request.user, reason=reason, revision=revision)
    except DraftNotFound as error:
        raise Http404 from error
    except (NotAllowed, Stale) as error:
        return _render_approvals(request, label, problem=str(error), status=409)
    messages.success(request, "Approved." if act == "approve" else "Declined. The artist’s team reads why.")
    return redirect(label.url("label-approvals"))


def _render_approvals(
    request: AuthenticatedHttpRequest, label: Label, *, problem: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "waiting": approvals.list_waiting(label.party),
        "undecided": approvals.count_undecided(label.party),
        "max_reason": second_key.MAX_REASON_LENGTH,
        "problem": problem,
    }
    return label.render(request, "label/approvals.html", status=status, **context)
