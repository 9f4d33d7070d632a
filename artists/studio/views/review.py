"""Review: one draft at a time, in front of one person at a time. By plain forms; htmx swaps the stage for the next."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe
from django_htmx.http import replace_url

from accounts.requests import AuthenticatedHttpRequest
from ai.unicode import CONTROL_CHARACTERS
from artists import eligibility, holds, review
from artists.exceptions import AlreadyHeld, DraftNotFound, InvalidRequest
from artists.models import Draft
from artists.studio import review_queue
from artists.studio.access import USER_ERRORS, Studio, error_status, team_member_required
from artists.studio.review_context import ReviewContext, expected_mark
from artists.studio.said import said
from web.decorators import post_only
from web.parsers import parse_integer

TEMPLATE = "studio/review.html"


@require_safe
@team_member_required
def show_next_draft(request: AuthenticatedHttpRequest, studio: Studio) -> HttpResponse:
    """The next one, whatever it is."""
    return _render_review(request, studio, _next_context(request, studio), done=parse_integer(request.GET.get("done")))


@require_safe
@team_member_required
def show_draft(request: AuthenticatedHttpRequest, studio: Studio, draft: int) -> HttpResponse:
    return _render_review(request, studio, _held_context(studio, draft))


@post_only
@team_member_required
def approve_draft(request: AuthenticatedHttpRequest, studio: Studio, draft: int) -> HttpResponse:
    return _apply_decision(
        request, studio, draft, partial(review.approve, draft, by=request.user, revision=_posted_revision(request))
    )


@post_only
@team_member_required
def decline_draft(request: AuthenticatedHttpRequest, studio: Studio, draft: int) -> HttpResponse:
    reason = CONTROL_CHARACTERS.sub(" ", request.POST.get("reason", ""))[:280]
    no = partial(review.decline, draft, by=request.user, reason=reason, revision=_posted_revision(request))
    return _apply_decision(request, studio, draft, no)


@post_only
@team_member_required
def skip_draft(request: AuthenticatedHttpRequest, studio: Studio, draft: int) -> HttpResponse:
    """Later: it stays where it is, and others may be handed it."""
    holds.release_draft(_get_draft_or_404(studio, draft), by=request.user)
    review_queue.skip(request, studio, draft)
    return _respond_with_next(request, studio)


@team_member_required
def edit_draft(request: AuthenticatedHttpRequest, studio: Studio, draft: int) -> HttpResponse:
    """GET: the words in a field. POST: other words; refused ones are still in the field."""
    if request.method != "POST":
        return _render_review(request, studio, _held_context(studio, draft, editing=True))
    typed = request.POST.get("text", "")
    other = partial(review.edit, draft, typed, by=request.user, revision=_posted_revision(request))
    return _apply_decision(request, studio, draft, other, typed=typed)


@post_only
@team_member_required
def preview_mark(request: AuthenticatedHttpRequest, studio: Studio, draft: int) -> HttpResponse:
    """What the typed words would be marked. Nothing is stored."""
    found = _get_draft_or_404(studio, draft)
    return studio.show(
        request, f"{TEMPLATE}#willbe", will=expected_mark(found, studio.role, request.POST.get("text", ""))
    )


@post_only
@team_member_required
def undo_decision(request: AuthenticatedHttpRequest, studio: Studio, draft: int) -> HttpResponse:
    """Take a decision back, and have the draft in front of one again."""
    try:
        _get_draft_or_404(studio, draft)
        review.undo(draft, by=request.user)
    except USER_ERRORS as error:
        about = {"problem": said(error)}
        stage = _next_context(request, studio, **about) or _held_context(studio, draft, **about)
        return _render_review(request, studio, stage, status=error_status(error))
    return (
        _render_review(request, studio, _held_context(studio, draft))
        if request.htmx
        else redirect(studio.url("review-item", draft=draft))
    )


@post_only
@team_member_required
def renew_hold(request: AuthenticatedHttpRequest, studio: Studio, draft: int) -> HttpResponse:
    """The open page goes on looking at it, and hears what became of the line meanwhile."""
    return _render_queue(request, studio, _held_context(studio, draft))


@require_safe
@team_member_required
def refresh_queue(request: AuthenticatedHttpRequest, studio: Studio) -> HttpResponse:
    """The count and the line anew, and a word if the draft being read was decided; what is read does not move."""
    read = parse_integer(request.GET.get("on"))
    return _render_queue(request, studio, ReviewContext(_get_draft_or_404(studio, read), studio) if read else None)


@require_safe
@team_member_required
def show_pending_count(request: AuthenticatedHttpRequest, studio: Studio) -> HttpResponse:
    """How many wait, for the bar of every page."""
    return studio.show(request, f"{TEMPLATE}#count")


@post_only
@team_member_required
def release_hold(request: AuthenticatedHttpRequest, studio: Studio, draft: int) -> HttpResponse:
    """The page was left: nobody has to wait for the lease to end."""
    holds.release_draft(_get_draft_or_404(studio, draft), by=request.user)
    return HttpResponse(status=204)


def _apply_decision(
    request: AuthenticatedHttpRequest, studio: Studio, pk: int, decide: Callable[[], Draft], *, typed: str | None = None
) -> HttpResponse:
    """Decide and go on, or stay and say why not."""
    draft = _get_draft_or_404(studio, pk)
    try:
        holds.hold_draft(draft, by=request.user)
        decided = decide()
    except AlreadyHeld as held:
        return _render_review(request, studio, ReviewContext(draft, studio, held=held), status=409)
    except USER_ERRORS as error:
        return _render_review(request, studio, _refused_context(studio, pk, error, typed), status=error_status(error))
    if decided.state == Draft.State.PENDING:  # words of somebody whose yes is not enough for them
        holds.release_draft(decided, by=request.user)
        review_queue.skip(request, studio, pk)
    return _respond_with_next(request, studio, done=pk)


def _refused_context(studio: Studio, pk: int, error: Exception, typed: str | None) -> ReviewContext:
    """What was typed is still there, under what is said about it."""
    if typed is None:
        return _held_context(studio, pk, problem=said(error))
    about_the_words = isinstance(error, InvalidRequest)
    about = {"complaint" if about_the_words else "problem": said(error)}
    return _held_context(studio, pk, editing=True, typed=typed, **about)


def _respond_with_next(request: AuthenticatedHttpRequest, studio: Studio, *, done: int | None = None) -> HttpResponse:
    if request.htmx:
        return _render_review(request, studio, _next_context(request, studio), done=done)
    return redirect(studio.url("review") + (f"?done={done}" if done else ""))


def _next_context(request: AuthenticatedHttpRequest, studio: Studio, *, problem: str = "") -> ReviewContext | None:
    found = review_queue.take_next_draft(request, studio)
    return ReviewContext(_get_draft_or_404(studio, found), studio, problem=problem) if found else None


def _held_context(studio: Studio, pk: int, **about: Any) -> ReviewContext:
    """This one, held from now on, unless somebody else holds it."""
    draft = _get_draft_or_404(studio, pk)
    try:
        holds.hold_draft(draft, by=studio.person)
    except AlreadyHeld as held:
        return ReviewContext(draft, studio, held=held, problem=about.get("problem", ""))
    return ReviewContext(draft, studio, **about)


def _render_review(
    request: AuthenticatedHttpRequest,
    studio: Studio,
    stage: ReviewContext | None,
    *,
    done: int | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page, or for htmx its stage and what stands around it."""
    shown = {**_page_context(request, studio, stage), "done": _last_decision(studio, done)}
    if not request.htmx:
        return studio.show(request, TEMPLATE, status=status, **shown)
    answer = studio.show(request, f"{TEMPLATE}#answer", status=status, **shown)
    return replace_url(answer, _current_url(studio, stage))


def _current_url(studio: Studio, stage: ReviewContext | None) -> str:
    """Where the page is then: loaded again, or after signing in, one is where one was."""
    if stage is None:
        return studio.url("review")
    return studio.url("review-edit" if stage.editing and stage.is_open else "review-item", draft=stage.draft.pk)


def _render_queue(request: AuthenticatedHttpRequest, studio: Studio, stage: ReviewContext | None) -> HttpResponse:
    return studio.show(request, f"{TEMPLATE}#beside", **_page_context(request, studio, stage))


def _page_context(request: AuthenticatedHttpRequest, studio: Studio, stage: ReviewContext | None) -> dict[str, Any]:
    return {
        "section": "review",
        "stage": stage,
        "line": review_queue.list_next_drafts(request, studio, stage.draft.pk if stage else None),
        "elsewhere": [] if stage else review_queue.describe_held_drafts(studio),
        "tally": review_queue.DailyProgress(review_queue.count_decided_today(studio), studio.waiting),
        "hold_seconds": holds.HOLD_SECONDS // 3,
    }


def _last_decision(studio: Studio, pk: int | None) -> dict[str, Any] | None:
    """What was decided a moment ago, and how long it can be taken back."""
    if pk is None:
        return None
    own = eligibility.annotate_eligibility(Draft.objects.filter(artist=studio.artist).select_related("person"))
    draft = own.filter(pk=pk).first()
    if draft is None:
        return None
    left = (draft.deliver_after - timezone.now()).total_seconds() if draft.deliver_after else 0
    undoable = draft.state in review.UNDOABLE_STATES and draft.opted_in and not draft.muted
    return {"draft": draft, "left": max(0, round(left)), "can_undo": undoable and left > 0}


def _get_draft_or_404(studio: Studio, pk: int) -> Draft:
    try:
        draft = review.get_draft(pk, by=studio.person)
    except DraftNotFound as error:
        raise Http404 from error
    if draft.artist_id != studio.artist.pk:
        raise Http404
    return draft


def _posted_revision(request: AuthenticatedHttpRequest) -> int:
    """The one that was looked at. Anything that is no number is none that anybody saw."""
    return parse_integer(request.POST.get("revision")) or 0
