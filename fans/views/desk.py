"""The remix desk: change a recipe by mood, by words or by hand, hear parts of it, and keep attempts."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import login_required
from accounts.requests import AuthenticatedHttpRequest
from ai.remix.check import OutOfBounds, check
from ai.remix.moods import MOODS, find_moods
from ai.remix.wishes import Wish, understand
from catalog import audio
from fans import renders
from fans.desk import controls, flow, form, previews, state, words
from fans.desk_models import Choice
from fans.exceptions import HeardEnough, RemixClosed, TriesFull
from fans.remix_models import RemixOffer, Render, RenderFile
from rights import clearance
from web.ranges import file_response

LANGUAGE_LENGTH = 2


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def remix_desk(request: AuthenticatedHttpRequest, slug: str, pk: int) -> HttpResponse:
    """The desk of one recording. A POST changes it as its `do` says, and wants 20 seconds of the result."""
    offers = RemixOffer.objects.select_related("artist", "recording", "source")
    offer = offers.filter(recording=pk, artist__slug=slug).order_by("-pk").first()
    if offer is None:
        raise Http404
    if not RemixOffer.objects.open().filter(pk=offer.pk).exists():
        context = {"offer": offer, "artist": offer.artist, "section": "artists"}
        return render(request, "fans/desk_closed.html", context, status=410 if request.method == "POST" else 200)
    desk = state.open_desk(request.user, offer)
    if request.method != "POST":
        return render(request, "fans/desk.html", _context(desk))
    return _change(request, desk)


def _change(request: AuthenticatedHttpRequest, desk: state.Desk) -> HttpResponse:
    """Carry out what was sent, then show the desk, with the words that say what could not be done."""
    told: dict[str, Any] = {}
    status = 200
    try:
        told = _carry_out(request, desk)
    except OutOfBounds as error:
        told, status = {"violations": error.violations}, 422
    except TriesFull:
        told, status = {"problem": "You keep ten tries of this song already. Remove one first."}, 409
    if request.POST.get("do") in {"keep", "drop"} and status == 200 and not request.htmx:
        return redirect("remix-desk", desk.offer.artist.slug, desk.offer.recording_id)
    told |= _want_preview(request, desk) if status == 200 else {}
    template = "fans/desk.html#desk" if request.htmx else "fans/desk.html"
    return render(request, template, _context(desk) | told, status=told.pop("status", status))


def _carry_out(request: AuthenticatedHttpRequest, desk: state.Desk) -> dict[str, Any]:
    """Change the desk. Returns what the page says about it. Raises OutOfBounds and TriesFull."""
    data = request.POST
    action, _, argument = data.get("do", "").partition(":")
    match action:
        case "undo":
            state.undo(desk)
        case "surprise":
            state.surprise_me(desk)
        case "mood" if argument in MOODS:
            state.change(desk, find_moods(desk.source, desk.envelope).get(argument, desk.recipe), Choice.HAND)
        case "wish":
            return {"wish": _grant(desk, data.get("wish", ""), _language(request)), "typed": data.get("wish", "")}
        case "keep":
            state.keep(desk)
        case "use" | "drop" if argument.isdecimal() and len(argument) < 3:
            (state.use_try if action == "use" else state.drop_try)(desk, int(argument))
        case _:
            recipe = form.read_recipe(data, desk.source)
            state.change(desk, check(desk.envelope, desk.source, recipe))
    return {}


def _grant(desk: state.Desk, typed: str, language: str) -> Wish:
    wish = understand(typed, language, desk.source, desk.envelope, desk.recipe)
    state.change(desk, wish.recipe)
    return wish


def _language(request: AuthenticatedHttpRequest) -> str:
    """The first language that the browser asks for, as two letters."""
    return request.headers.get("Accept-Language", "en")[:LANGUAGE_LENGTH].lower()


def _want_preview(request: AuthenticatedHttpRequest, desk: state.Desk) -> dict[str, Any]:
    section = request.POST.get("hear", "")
    if section not in desk.recipe.sections:
        section = desk.recipe.sections[0]
    if not previews.allow(request.user):
        return {"problem": "That was a lot at once. Wait a minute, then go on: nothing is lost.", "status": 429}
    try:
        return {"preview": previews.want_preview(desk, section), "hear": section}
    except HeardEnough:
        return {"heard_enough": True, "hear": section}
    except RemixClosed:
        return {"problem": "This song cannot be remixed where you are, or not any more.", "status": 409}


def _context(desk: state.Desk) -> dict[str, Any]:
    return {
        "desk": desk,
        "offer": desk.offer,
        "artist": desk.offer.artist,
        "recording": desk.offer.recording,
        "controls": controls.build_controls(desk.source, desk.envelope, desk.recipe),
        "changes": words.describe(desk.source, desk.recipe),
        "moods": words.describe_moods(find_moods(desk.source, desk.envelope), desk.recipe),
        "ribbons": flow.draw_flow(desk.source, desk.recipe),
        "sound": flow.draw_sound(desk.source, flow.read_peaks(desk.offer.source_id, desk.recipe)),
        "tries": state.find_tries(desk),
        "section": "artists",
    }


@require_safe
@never_cache
@login_required
def preview_state(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Whether the sound is there. The page asks again while it is being made; without JavaScript it is a page."""
    found = get_object_or_404(_own_previews(request).select_related("artist"), pk=pk)
    if request.htmx:
        return render(request, "fans/_desk_sound.html", {"render": found})
    back_url = reverse("remix-desk", args=[found.artist.slug, found.recording_id])
    return render(request, "fans/preview.html", {"render": found, "back_url": back_url, "back_words": "The desk"})


@require_safe
@login_required
def preview_sound(request: AuthenticatedHttpRequest, pk: int) -> HttpResponseBase:
    """The sound, never cached. It is gone after an hour, when the offer ends, or when a permission is missing."""
    found = get_object_or_404(_own_previews(request).filter(state=Render.State.READY), pk=pk)
    is_open = RemixOffer.objects.open().filter(recording=found.recording_id, source=found.source_id).exists()
    if not is_open or not clearance.still_clear([found.clearance_id]):
        raise Http404
    try:
        path = audio.local_path(renders.fan_file_name(found, RenderFile.Name.STREAM))
    except FileNotFoundError as missing:
        raise Http404 from missing
    return file_response(request, path, etag=f"{found.pk}-{found.sha256}", content_type="audio/mpeg")


def _own_previews(request: AuthenticatedHttpRequest) -> QuerySet[Render]:
    return Render.objects.filter(person=request.user, kind=Render.Kind.PREVIEW, expires_at__gt=timezone.now())
