"""The page of one experience, opening it, and pausing the program it came from."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.decorators import login_required
from accounts.requests import AuthenticatedHttpRequest
from fans import experiences, mutes, remixes, reports, shelf
from fans.desk import comparison
from fans.downloads import find_download
from fans.models import Experience, RemixRefund
from fans.receipts import build_receipt
from fans.remix_player import RemixPlayer
from fans.remixes import Remix
from web.decorators import post_only


@require_safe
@never_cache
@login_required
def experience_detail(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    """A GET writes nothing: the page sends a POST to `mark_opened`."""
    own = experiences.received_by(request.user).select_related("artist", "decision__under")
    experience = get_object_or_404(own, pk=pk)
    if experience.is_erased:
        return render(request, "fans/experience_erased.html", {"experience": experience, "section": "feed"})
    remix = remixes.find_playing(experience)
    entry = shelf.find_latest(experience) if experience.is_sound else None
    context = {
        "experience": experience,
        "remix": remix,
        "player": remix and _build_player(experience, remix),
        "compared_sections": _list_compared(remix),
        "download": find_download(experience, remix),
        "shelf_entry": entry,
        "is_heard": entry is not None and shelf.is_heard(entry),
        "may_share": bool(remix) and shelf.may_offer(experience),
        "receipt": build_receipt(experience),
        "refund": RemixRefund.objects.filter(experience=experience).first() if experience.is_hidden else None,
        "program_paused": _is_muted(request, experience),
        "report": reports.find_report(experience, by=request.user),
        "section": "feed",
    }
    return render(request, "fans/experience.html", context)


@require_safe
@never_cache
@login_required
def now_bar(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    """The bar in which a remix plays on while its fan moves through pages, or why it does not play any more."""
    own = experiences.received_by(request.user).select_related("artist")
    experience = get_object_or_404(own, pk=pk, kind=Experience.Kind.REMIX)
    remix = remixes.find_playing(experience)
    context = {
        "experience": experience,
        "player": remix and _build_player(experience, remix),
        "page_url": reverse("experience", args=[pk]),
        "plays_url": reverse("experience-plays", args=[pk]),
    }
    return render(request, "fans/_now_bar.html", context)


def _list_compared(remix: Remix | None) -> list[tuple[str, str]]:
    """The sections of which the fan may hear the recording now: their ids and names."""
    offer = comparison.find_offer(remix) if remix else None
    return comparison.list_sections(remix, offer) if remix and offer else []


def _build_player(experience: Experience, remix: Remix) -> RemixPlayer:
    sound_url = reverse("experience-sound", args=[experience.pk, remixes.STREAM])
    return remix.build_player(key=str(experience), sound_url=sound_url)


@post_only
@login_required
def mark_opened(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    experiences.mark_opened(_get_own(request, pk), by=request.user)
    return HttpResponse(status=204)


@post_only
@login_required
def set_paused(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    """Pause the program that this came from; with on=0 resume it."""
    experience = _get_own(request, pk)
    if request.POST.get("on") == "0":
        mutes.resume(request.user, experience.program)
    else:
        mutes.pause(request.user, experience.program, experience.artist, name=_program_name(experience))
    if not request.htmx:
        return redirect("experience", pk)
    context = {"experience": experience, "program_paused": _is_muted(request, experience)}
    return render(request, "fans/experience.html#program-pause", context)


def _get_own(request: AuthenticatedHttpRequest, pk: UUID) -> Experience:
    """404 for anybody but its fan."""
    return get_object_or_404(experiences.received_by(request.user).select_related("artist"), pk=pk)


def _program_name(experience: Experience) -> str:
    """The program's name at delivery; "" if the reason was erased."""
    return str((experience.why or {}).get("program", ""))


def _is_muted(request: AuthenticatedHttpRequest, experience: Experience) -> bool:
    return bool(mutes.muted_pairs({(request.user.pk, experience.program)}))
