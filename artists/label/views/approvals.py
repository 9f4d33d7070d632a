"""The drafts that a rightsholder approves too, because an agreement gives it a key."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from accounts import reauthentication
from accounts.exceptions import NotAllowed
from accounts.requests import AuthenticatedHttpRequest
from ai.unicode import CONTROL_CHARACTERS
from artists import second_key
from artists.exceptions import DraftNotFound, Stale
from artists.label import approvals
from artists.label.access import Label, label_member_required
from fans.remixes import STREAM, find_file, find_remix
from rights import clearance
from web.decorators import post_only
from web.parsers import parse_integer
from web.ranges import file_response


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


@require_safe
@label_member_required
def play_approval(request: AuthenticatedHttpRequest, label: Label, draft_id: int) -> HttpResponseBase:
    """The sound of a draft that waits for this rightsholder. The file names no fan."""
    draft = second_key.list_awaiting(label.party).filter(pk=draft_id).first()
    remix = find_remix(draft.maker, draft.text) if draft else None
    if draft is None or remix is None or not clearance.still_clear([draft.clearance_id]):
        raise Http404
    found = find_file(remix, STREAM)
    if found is None:
        raise Http404
    path, facts = found
    return file_response(request, path, etag=facts.sha256, content_type=facts.media_type)


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
