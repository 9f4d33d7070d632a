"""The page on which a fan offers a remix to the artist's shelf, and takes it off again."""

from contextlib import suppress
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.decorators import login_required
from accounts.models import AgeBand
from accounts.requests import AuthenticatedHttpRequest
from ai.names import MAX_NAME_LENGTH
from artists.exceptions import InvalidRequest, Refused, Stale
from artists.remixes import shelf as decisions
from fans import shelf, shelf_plays, shelf_terms
from fans.models import Experience, ShelfEntry
from web.decorators import post_only


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def offer(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    """GET: the terms and the name, or what became of the offer. POST: offer it. 404 where it cannot be offered."""
    experience = _get_own_or_404(request, pk)
    if request.method != "POST":
        return _render(request, experience)
    name = request.POST.get("name", "").strip() if request.POST.get("named") == "1" else ""
    if request.POST.get("named") == "1" and not name:
        problem = "Type the name that others read, or choose “by a fan”."
        return _render(request, experience, problem=problem, status=422)
    try:
        decisions.offer(experience, by=request.user, name=name, terms_hash=request.POST.get("terms_hash", ""))
    except Refused as error:
        status = 422 if isinstance(error, InvalidRequest) else 409
        return _render(request, experience, problem=str(error), status=status)
    return redirect("experience-shelf", pk)


@post_only
@login_required
def take_off(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    """Take what the fan offered off again."""
    experience = _get_own_or_404(request, pk)
    entry = ShelfEntry.objects.open().filter(experience=experience).first()
    if entry is not None:
        with suppress(Stale):  # the team was faster, and the page says what it did
            decisions.take_off(entry.pk, by=request.user)
            messages.success(request, "Taken off. It still plays for you.")
    return redirect("experience-shelf", pk)


def _get_own_or_404(request: AuthenticatedHttpRequest, pk: UUID) -> Experience:
    experience = decisions.find_own(request.user, pk)
    if experience is None:
        raise Http404
    return experience


def _render(
    request: AuthenticatedHttpRequest, experience: Experience, *, problem: str = "", status: int = 200
) -> HttpResponse:
    entry = shelf.find_latest(experience)
    context = {
        "experience": experience,
        "artist": experience.artist,
        "entry": entry,
        "is_heard": entry is not None and shelf.is_heard(entry),
        "plays": shelf_plays.count([entry])[entry.pk] if entry else 0,
        "may_offer": shelf.may_offer(experience),
        "is_kept": not (experience.is_hidden or experience.is_erased),
        "may_be_named": request.user.age_band == AgeBand.ADULT,
        "terms": shelf_terms.write_terms(experience.artist.name),
        "terms_hash": shelf_terms.hash_terms(experience.artist.name),
        "name": request.POST.get("name", request.user.name),
        "max_name_length": MAX_NAME_LENGTH,
        "is_named": request.POST.get("named", "") == "1",
        "problem": problem,
        "section": "feed",
    }
    return render(request, "fans/offer_to_shelf.html", context, status=status)
