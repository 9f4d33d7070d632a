"""Review: one draft at a time, in front of one person at a time. By plain forms; htmx swaps the stage for the next."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe
from django_htmx.http import replace_url

from accounts.entrance import posted
from accounts.requests import Request
from ai.scripts import CONTROL
from artists import eligibility, holds, review
from artists.exceptions import AlreadyHeld, DraftNotFound, InvalidRequest
from artists.models import Draft
from artists.studio import line
from artists.studio.entrance import REFUSALS, Studio, entered, number, status_of
from artists.studio.said import said
from artists.studio.stage import Stage, will_be

PAGE = "studio/review.html"


@require_safe
@entered
def queue(request: Request, studio: Studio) -> HttpResponse:
    """The next one, whatever it is."""
    return _show(request, studio, _next(request, studio), done=number(request.GET.get("done")))


@require_safe
@entered
def item(request: Request, studio: Studio, draft: int) -> HttpResponse:
    return _show(request, studio, _stage(studio, draft))


@posted
@entered
def approve(request: Request, studio: Studio, draft: int) -> HttpResponse:
    return _act(request, studio, draft, partial(review.approve, draft, by=request.user, revision=_revision(request)))


@posted
@entered
def decline(request: Request, studio: Studio, draft: int) -> HttpResponse:
    reason = CONTROL.sub(" ", request.POST.get("reason", ""))[:280]
    no = partial(review.decline, draft, by=request.user, reason=reason, revision=_revision(request))
    return _act(request, studio, draft, no)


@posted
@entered
def skip(request: Request, studio: Studio, draft: int) -> HttpResponse:
    """Later: it stays where it is, and others may be handed it."""
    holds.release_draft(_draft(studio, draft), by=request.user)
    line.skip(request, studio, draft)
    return _go_on(request, studio)


@entered
def edit(request: Request, studio: Studio, draft: int) -> HttpResponse:
    """GET: the words in a field. POST: other words; refused ones are still in the field."""
    if request.method != "POST":
        return _show(request, studio, _stage(studio, draft, editing=True))
    typed = request.POST.get("text", "")
    other = partial(review.edit, draft, typed, by=request.user, revision=_revision(request))
    return _act(request, studio, draft, other, typed=typed)


@posted
@entered
def mark(request: Request, studio: Studio, draft: int) -> HttpResponse:
    """What the typed words would be marked. Nothing is stored."""
    found = _draft(studio, draft)
    return studio.show(request, f"{PAGE}#willbe", will=will_be(found, studio.role, request.POST.get("text", "")))


@posted
@entered
def undo(request: Request, studio: Studio, draft: int) -> HttpResponse:
    """Take a decision back, and have the draft in front of one again."""
    try:
        _draft(studio, draft)
        review.undo(draft, by=request.user)
    except REFUSALS as error:
        about = {"problem": said(error)}
        stage = _next(request, studio, **about) or _stage(studio, draft, **about)
        return _show(request, studio, stage, status=status_of(error))
    return (
        _show(request, studio, _stage(studio, draft))
        if request.htmx
        else redirect(studio.url("review-item", draft=draft))
    )


@posted
@entered
def hold(request: Request, studio: Studio, draft: int) -> HttpResponse:
    """The open page goes on looking at it, and hears what became of the line meanwhile."""
    return _beside(request, studio, _stage(studio, draft))


@require_safe
@entered
def beside(request: Request, studio: Studio) -> HttpResponse:
    """The count and the line anew, and a word if the draft being read was decided; what is read does not move."""
    read = number(request.GET.get("on"))
    return _beside(request, studio, Stage(_draft(studio, read), studio) if read else None)


@require_safe
@entered
def count(request: Request, studio: Studio) -> HttpResponse:
    """How many wait, for the bar of every page."""
    return studio.show(request, f"{PAGE}#count")


@posted
@entered
def leave(request: Request, studio: Studio, draft: int) -> HttpResponse:
    """The page was left: nobody has to wait for the lease to end."""
    holds.release_draft(_draft(studio, draft), by=request.user)
    return HttpResponse(status=204)


def _act(
    request: Request, studio: Studio, pk: int, decide: Callable[[], Draft], *, typed: str | None = None
) -> HttpResponse:
    """Decide and go on, or stay and say why not."""
    draft = _draft(studio, pk)
    try:
        holds.hold_draft(draft, by=request.user)
        decided = decide()
    except AlreadyHeld as held:
        return _show(request, studio, Stage(draft, studio, held=held), status=409)
    except REFUSALS as error:
        return _show(request, studio, _refused(studio, pk, error, typed), status=status_of(error))
    if decided.state == Draft.State.PENDING:  # words of somebody whose yes is not enough for them
        holds.release_draft(decided, by=request.user)
        line.skip(request, studio, pk)
    return _go_on(request, studio, done=pk)


def _refused(studio: Studio, pk: int, error: Exception, typed: str | None) -> Stage:
    """What was typed is still there, under what is said about it."""
    if typed is None:
        return _stage(studio, pk, problem=said(error))
    about_the_words = isinstance(error, InvalidRequest)
    about = {"complaint" if about_the_words else "problem": said(error)}
    return _stage(studio, pk, editing=True, typed=typed, **about)


def _go_on(request: Request, studio: Studio, *, done: int | None = None) -> HttpResponse:
    if request.htmx:
        return _show(request, studio, _next(request, studio), done=done)
    return redirect(studio.url("review") + (f"?done={done}" if done else ""))


def _next(request: Request, studio: Studio, *, problem: str = "") -> Stage | None:
    found = line.take_next(request, studio)
    return Stage(_draft(studio, found), studio, problem=problem) if found else None


def _stage(studio: Studio, pk: int, **about: Any) -> Stage:
    """This one, held from now on, unless somebody else holds it."""
    draft = _draft(studio, pk)
    try:
        holds.hold_draft(draft, by=studio.person)
    except AlreadyHeld as held:
        return Stage(draft, studio, held=held, problem=about.get("problem", ""))
    return Stage(draft, studio, **about)


def _show(
    request: Request, studio: Studio, stage: Stage | None, *, done: int | None = None, status: int = 200
) -> HttpResponse:
    """The page, or for htmx its stage and what stands around it."""
    shown = {**_around(request, studio, stage), "done": _done(studio, done)}
    if not request.htmx:
        return studio.show(request, PAGE, status=status, **shown)
    answer = studio.show(request, f"{PAGE}#answer", status=status, **shown)
    return replace_url(answer, _address(studio, stage))


def _address(studio: Studio, stage: Stage | None) -> str:
    """Where the page is then: loaded again, or after signing in, one is where one was."""
    if stage is None:
        return studio.url("review")
    return studio.url("review-edit" if stage.editing and stage.is_open else "review-item", draft=stage.draft.pk)


def _beside(request: Request, studio: Studio, stage: Stage | None) -> HttpResponse:
    return studio.show(request, f"{PAGE}#beside", **_around(request, studio, stage))


def _around(request: Request, studio: Studio, stage: Stage | None) -> dict[str, Any]:
    return {
        "section": "review",
        "stage": stage,
        "line": line.following(request, studio, stage.draft.pk if stage else None),
        "elsewhere": [] if stage else line.looked_at(studio),
        "tally": line.Tally(line.decided_today(studio), studio.waiting),
        "hold_seconds": holds.HOLD_SECONDS // 3,
    }


def _done(studio: Studio, pk: int | None) -> dict[str, Any] | None:
    """What was decided a moment ago, and how long it can be taken back."""
    if pk is None:
        return None
    own = eligibility.annotate_eligibility(Draft.objects.filter(artist=studio.artist).select_related("person"))
    draft = own.filter(pk=pk).first()
    if draft is None:
        return None
    left = (draft.deliver_after - timezone.now()).total_seconds() if draft.deliver_after else 0
    undoable = draft.state in review.UNDOABLE_STATES and draft.stands and not draft.muted
    return {"draft": draft, "left": max(0, round(left)), "can_undo": undoable and left > 0}


def _draft(studio: Studio, pk: int) -> Draft:
    try:
        draft = review.get_draft(pk, by=studio.person)
    except DraftNotFound as error:
        raise Http404 from error
    if draft.artist_id != studio.artist.pk:
        raise Http404
    return draft


def _revision(request: Request) -> int:
    """The one that was looked at. Anything that is no number is none that anybody saw."""
    return number(request.POST.get("revision")) or 0
