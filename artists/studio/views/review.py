"""The review page: one draft at a time, to approve, edit, decline or skip. Works with plain forms and with htmx."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_safe
from django_htmx.http import replace_url

from accounts.reauthentication import did_recently_authenticate
from accounts.requests import AuthenticatedHttpRequest
from ai.unicode import CONTROL_CHARACTERS
from artists import eligibility, holds, review
from artists.exceptions import AlreadyHeld, DraftNotFound, InvalidRequest
from artists.models import Draft
from artists.studio import review_queue
from artists.studio.access import USER_ERRORS, Studio, error_status, team_member_required
from artists.studio.messages import error_message
from artists.studio.review_context import ReviewContext, expected_mark
from fans.remixes import is_remix
from web.decorators import post_only
from web.parsers import parse_integer

TEMPLATE = "studio/review.html"
HOLD_CHECK_SECONDS = 8  # a page that waits for somebody else looks again after this time
MAX_REASON_LENGTH = 280
SETTLED_LISTS = {"sent": "?state=sent", "stopped": "?state=stopped"}
"""The two lists of settled drafts, from which a decision can be undone too."""


@require_safe
@team_member_required
def show_next_draft(request: AuthenticatedHttpRequest, studio: Studio) -> HttpResponse:
    """Show the next draft. `done` is the draft that was just decided."""
    done = parse_integer(request.GET.get("done"))
    return _render_review(request, studio, _next_context(request, studio), done=done)


@require_safe
@team_member_required
def show_draft(request: AuthenticatedHttpRequest, studio: Studio, draft_id: int) -> HttpResponse:
    """Show this draft."""
    return _render_review(request, studio, _held_context(studio, draft_id))


@post_only
@team_member_required
def approve_draft(request: AuthenticatedHttpRequest, studio: Studio, draft_id: int) -> HttpResponse:
    """Approve the draft in the posted revision. Words that a person typed need a password typed recently."""
    revision, is_fresh = posted_revision(request), did_recently_authenticate(request)
    approve = partial(review.approve, draft_id, by=request.user, revision=revision, fresh=is_fresh)
    return _apply_decision(request, studio, draft_id, approve)


@post_only
@team_member_required
def decline_draft(request: AuthenticatedHttpRequest, studio: Studio, draft_id: int) -> HttpResponse:
    """Decline the draft in the posted revision, with an optional reason."""
    reason = CONTROL_CHARACTERS.sub(" ", request.POST.get("reason", ""))[:MAX_REASON_LENGTH]
    decline = partial(review.decline, draft_id, by=request.user, reason=reason, revision=posted_revision(request))
    return _apply_decision(request, studio, draft_id, decline)


@post_only
@team_member_required
def skip_draft(request: AuthenticatedHttpRequest, studio: Studio, draft_id: int) -> HttpResponse:
    """Release the draft for others, and show the next one."""
    holds.release_draft(get_draft_or_404(studio, draft_id), by=request.user)
    review_queue.skip(request, studio, draft_id)
    return _respond_with_next(request, studio)


@team_member_required
def edit_draft(request: AuthenticatedHttpRequest, studio: Studio, draft_id: int) -> HttpResponse:
    """GET: show the text in a field. POST: save it; a refused text stays in the field. Of a sound: suggest another."""
    if is_remix(get_draft_or_404(studio, draft_id).maker):
        return redirect(studio.url("review-suggest", draft_id=draft_id))
    if request.method != "POST":
        return _render_review(request, studio, _held_context(studio, draft_id, editing=True))
    typed_text = request.POST.get("text", "")
    revision, is_fresh = posted_revision(request), did_recently_authenticate(request)
    edit = partial(review.edit, draft_id, typed_text, by=request.user, revision=revision, fresh=is_fresh)
    return _apply_decision(request, studio, draft_id, edit, typed_text=typed_text)


@post_only
@team_member_required
def preview_mark(request: AuthenticatedHttpRequest, studio: Studio, draft_id: int) -> HttpResponse:
    """Show the mark that the typed text would get. Nothing is stored."""
    mark = expected_mark(get_draft_or_404(studio, draft_id), studio.role, request.POST.get("text", ""))
    return studio.render(request, "studio/_review_decision.html#mark-preview", mark_preview=mark)


@post_only
@team_member_required
def undo_decision(request: AuthenticatedHttpRequest, studio: Studio, draft_id: int) -> HttpResponse:
    """Undo a decision and show the draft again, or with `back` the list of drafts that it was in."""
    get_draft_or_404(studio, draft_id)
    if back := SETTLED_LISTS.get(request.POST.get("back", "")):
        return _undo_in_list(request, studio, draft_id, studio.url("sent") + back)
    try:
        review.undo(draft_id, by=request.user)
    except USER_ERRORS as error:
        problem = error_message(error)
        context = _next_context(request, studio, problem=problem)
        context = context or _held_context(studio, draft_id, problem=problem)
        return _render_review(request, studio, context, status=error_status(error))
    if request.htmx:
        return _render_review(request, studio, _held_context(studio, draft_id))
    return redirect(studio.url("review-item", draft_id=draft_id))


@post_only
@team_member_required
def renew_hold(request: AuthenticatedHttpRequest, studio: Studio, draft_id: int) -> HttpResponse:
    """Hold the draft longer for an open page, and update its queue."""
    return _render_queue(request, studio, _held_context(studio, draft_id))


@require_safe
@team_member_required
def refresh_queue(request: AuthenticatedHttpRequest, studio: Studio) -> HttpResponse:
    """Update the queue, and the status of the draft `on`. The draft itself is not replaced while somebody reads it."""
    draft_id = parse_integer(request.GET.get("on"))
    context = ReviewContext(get_draft_or_404(studio, draft_id), studio) if draft_id else None
    return _render_queue(request, studio, context)


@require_safe
@team_member_required
def show_pending_count(request: AuthenticatedHttpRequest, studio: Studio) -> HttpResponse:
    """Render the number of waiting drafts, for the navigation of every page."""
    return studio.render(request, f"{TEMPLATE}#count")


@post_only
@team_member_required
def release_hold(request: AuthenticatedHttpRequest, studio: Studio, draft_id: int) -> HttpResponse:
    """Release the draft when its page is left, so that others get it at once."""
    holds.release_draft(get_draft_or_404(studio, draft_id), by=request.user)
    return HttpResponse(status=204)


def _undo_in_list(request: AuthenticatedHttpRequest, studio: Studio, draft_id: int, list_url: str) -> HttpResponse:
    try:
        review.undo(draft_id, by=request.user)
    except USER_ERRORS as error:
        messages.error(request, error_message(error))
    else:
        link = studio.url("review-item", draft_id=draft_id)
        messages.success(request, format_html('It waits for a decision again. <a href="{}">Look at it</a>', link))
    return redirect(list_url)


def _apply_decision(
    request: AuthenticatedHttpRequest,
    studio: Studio,
    draft_id: int,
    decide: Callable[[], Draft],
    *,
    typed_text: str | None = None,
) -> HttpResponse:
    """Call `decide` and show the next draft, or show this draft with the error."""
    draft = get_draft_or_404(studio, draft_id)
    try:
        holds.hold_draft(draft, by=request.user)
        decided = decide()
    except AlreadyHeld as held:
        return _render_review(request, studio, ReviewContext(draft, studio, held=held), status=409)
    except USER_ERRORS as error:
        context = _refused_context(studio, draft_id, error, typed_text)
        return _render_review(request, studio, context, status=error_status(error))
    if decided.state == Draft.State.PENDING:  # an edit that the artist still has to approve
        holds.release_draft(decided, by=request.user)
        review_queue.skip(request, studio, draft_id)
    return _respond_with_next(request, studio, done=draft_id)


def _refused_context(studio: Studio, draft_id: int, error: Exception, typed_text: str | None) -> ReviewContext:
    """The draft with the error. A refused edit shows the typed text again."""
    if typed_text is None:
        return _held_context(studio, draft_id, problem=error_message(error))
    field = "text_error" if isinstance(error, InvalidRequest) else "problem"
    return _held_context(studio, draft_id, editing=True, typed_text=typed_text, **{field: error_message(error)})


def _respond_with_next(request: AuthenticatedHttpRequest, studio: Studio, *, done: int | None = None) -> HttpResponse:
    if request.htmx:
        return _render_review(request, studio, _next_context(request, studio), done=done)
    return redirect(studio.url("review") + (f"?done={done}" if done else ""))


def _next_context(request: AuthenticatedHttpRequest, studio: Studio, *, problem: str = "") -> ReviewContext | None:
    draft_id = review_queue.take_next_draft(request, studio)
    return ReviewContext(get_draft_or_404(studio, draft_id), studio, problem=problem) if draft_id else None


def _held_context(studio: Studio, draft_id: int, **details: Any) -> ReviewContext:
    """Hold this draft; if somebody else holds it, the context says who."""
    draft = get_draft_or_404(studio, draft_id)
    try:
        holds.hold_draft(draft, by=studio.person)
    except AlreadyHeld as held:
        return ReviewContext(draft, studio, held=held, problem=details.get("problem", ""))
    return ReviewContext(draft, studio, **details)


def _render_review(
    request: AuthenticatedHttpRequest,
    studio: Studio,
    context: ReviewContext | None,
    *,
    done: int | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render the page, or for htmx the draft and what is around it."""
    variables = {**_page_context(request, studio, context), "last_decision": _last_decision(studio, done)}
    if not request.htmx:
        return studio.render(request, TEMPLATE, status=status, **variables)
    response = studio.render(request, f"{TEMPLATE}#htmx-response", status=status, **variables)
    return replace_url(response, _current_url(studio, context))


def _current_url(studio: Studio, context: ReviewContext | None) -> str:
    """The URL that shows the same draft after a reload or a sign-in."""
    if context is None:
        return studio.url("review")
    page = "review-edit" if context.editing and context.is_open else "review-item"
    return studio.url(page, draft_id=context.draft.pk)


def _render_queue(request: AuthenticatedHttpRequest, studio: Studio, context: ReviewContext | None) -> HttpResponse:
    return studio.render(request, f"{TEMPLATE}#queue-refresh", **_page_context(request, studio, context))


def _page_context(request: AuthenticatedHttpRequest, studio: Studio, context: ReviewContext | None) -> dict[str, Any]:
    decided = review_queue.count_decided_today(studio)
    return {
        "section": "review",
        "review": context,
        "queue": review_queue.list_next_drafts(request, studio, context.draft.pk if context else None),
        "hold_check_seconds": HOLD_CHECK_SECONDS,
        "held_by_others": [] if context else review_queue.describe_held_drafts(studio),
        "progress": review_queue.DailyProgress(decided, studio.pending_count),
    }


def _last_decision(studio: Studio, draft_id: int | None) -> dict[str, Any] | None:
    """The draft that was just decided, whether that can be undone, and for how many seconds."""
    if draft_id is None:
        return None
    drafts = eligibility.annotate_eligibility(Draft.objects.filter(artist=studio.artist).select_related("person"))
    draft = drafts.filter(pk=draft_id).first()
    if draft is None:
        return None
    now = timezone.now()
    seconds_left = (draft.deliver_after - now).total_seconds() if draft.deliver_after else 0
    can_undo = review.can_undo(
        draft.state, draft.deliver_after, draft.deadline, is_opted_in=draft.opted_in, is_muted=draft.muted, now=now
    )
    return {"draft": draft, "seconds_left": max(0, round(seconds_left)), "can_undo": can_undo}


def get_draft_or_404(studio: Studio, draft_id: int) -> Draft:
    try:
        draft = review.get_draft(draft_id, by=studio.person)
    except DraftNotFound as error:
        raise Http404 from error
    if draft.artist_id != studio.artist.pk:
        raise Http404
    return draft


def posted_revision(request: AuthenticatedHttpRequest) -> int:
    """The revision that the person saw; 0, which no draft has, if it is not a number."""
    return parse_integer(request.POST.get("revision")) or 0
