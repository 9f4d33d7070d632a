"""The sound of a remix that waits: play it and the original, note how much was heard, and suggest another one."""

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import AuthenticatedHttpRequest
from ai.remix.check import OutOfBounds, check
from ai.remix.envelope import Envelope
from ai.remix.recipe import Recipe
from artists import holds
from artists.exceptions import AlreadyHeld, InvalidRequest
from artists.models import Draft
from artists.remixes import hearing, suggesting
from artists.studio import remix_review
from artists.studio.access import USER_ERRORS, Studio, error_status, team_member_required
from artists.studio.messages import error_message
from artists.studio.remix_review import RemixReview
from artists.studio.review_context import ReviewContext
from artists.studio.views.remixes import render_response
from artists.studio.views.review import get_draft_or_404, posted_revision
from fans import remixes, renders
from fans.desk import controls, form
from rights import clearance
from web.decorators import post_only
from web.parsers import parse_integer
from web.ranges import file_response


@require_safe
@team_member_required
def play_draft(request: AuthenticatedHttpRequest, studio: Studio, draft_id: int, name: str) -> HttpResponseBase:
    """The file that the fan would get, or the original at the same loudness, while the permissions hold.

    That the first byte of the fan's file was sent is noted: nobody has heard more than the time since.
    """
    draft, review = _get_remix_or_404(studio, draft_id)
    if not draft.opted_in or not clearance.still_clear([draft.clearance_id]):
        raise Http404
    if name == remix_review.ORIGINAL:
        original = renders.find_original(review.remix.render.source)
        if original is None:
            raise Http404
        return render_response(request, original)
    found = remixes.find_file(review.remix, name) if name == remixes.STREAM else None
    if found is None:
        raise Http404
    path, facts = found
    hearing.note_opened(draft, by=request.user)
    return file_response(request, path, etag=facts.sha256, content_type=facts.media_type)


@post_only
@team_member_required
def note_heard(request: AuthenticatedHttpRequest, studio: Studio, draft_id: int) -> HttpResponse:
    """Note how many seconds of exactly this file were heard; without a number: all of it, as far as time allows."""
    context = ReviewContext(get_draft_or_404(studio, draft_id), studio)
    if context.sound is None:
        raise Http404
    posted = parse_integer(request.POST.get("seconds"))
    seconds = context.sound.remix.seconds if posted is None else max(posted, 0)
    hearing.note_heard(context.draft, seconds, by=request.user)
    if not request.htmx:
        return redirect(studio.url("review-item", draft_id=draft_id))
    return studio.render(request, "studio/_review_remix.html#hearing-response", review=context)


@require_http_methods(["GET", "HEAD", "POST"])
@team_member_required
def suggest_instead(request: AuthenticatedHttpRequest, studio: Studio, draft_id: int) -> HttpResponse:
    """GET: the controls of the desk with this remix. POST: decline it, and put what they say among the fan's tries."""
    draft, review = _get_remix_or_404(studio, draft_id)
    if request.method != "POST":
        return _render_suggestion(request, studio, review)
    try:
        recipe = _read_suggestion(request, review)
        holds.hold_draft(draft, by=request.user)
        suggesting.suggest_instead(draft_id, recipe, by=request.user, revision=posted_revision(request))
    except AlreadyHeld as held:
        return _render_suggestion(request, studio, review, problem=str(held), status=409)
    except USER_ERRORS as error:
        return _render_suggestion(request, studio, review, problem=error_message(error), status=error_status(error))
    return redirect(studio.url("review") + f"?done={draft_id}")


def _read_suggestion(request: AuthenticatedHttpRequest, review: RemixReview) -> Recipe:
    """The posted recipe, inside the limits in force. Raises InvalidRequest."""
    source = review.remix.source
    if review.offer is None:
        raise InvalidRequest("Fans cannot remix this song now.")
    try:
        recipe = check(Envelope.parse(review.offer.content), source, form.read_recipe(request.POST, source))
    except OutOfBounds:
        raise InvalidRequest("That is beyond your limits. Nothing was changed.") from None
    if recipe == review.remix.recipe:
        raise InvalidRequest("Change something first.")
    return recipe


def _render_suggestion(
    request: AuthenticatedHttpRequest, studio: Studio, review: RemixReview, *, problem: str = "", status: int = 200
) -> HttpResponse:
    remix, offer = review.remix, review.offer
    context = {
        "section": "review",
        "review": review,
        "problem": problem,
        "controls": controls.build_controls(remix.source, Envelope.parse(offer.content), remix.recipe)
        if offer
        else None,
    }
    return studio.render(request, "studio/suggest_remix.html", status=status, **context)


def _get_remix_or_404(studio: Studio, draft_id: int) -> tuple[Draft, RemixReview]:
    draft = get_draft_or_404(studio, draft_id)
    review = remix_review.load(draft, studio)
    if review is None:
        raise Http404
    return draft, review
