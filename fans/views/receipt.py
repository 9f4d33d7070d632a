"""The receipt of one experience, as a page and as JSON, at an unlisted address. It names no fan."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from fans.models import Experience, Mark
from fans.receipts import build_receipt, list_paid_roles


@require_safe
@never_cache
def receipt(request: HttpRequest, key: str) -> HttpResponse:
    experience = _get_by_key(key)
    context = {"receipt": _receipt_data(experience), "receipt_key": key, "artist": experience.artist}
    return _keep_unlisted(render(request, "fans/receipt.html", context))


@require_safe
@never_cache
def receipt_json(request: HttpRequest, key: str) -> HttpResponse:
    return _keep_unlisted(
        JsonResponse(_receipt_data(_get_by_key(key)), json_dumps_params={"indent": 2, "ensure_ascii": False})
    )


def _get_by_key(key: str) -> Experience:
    return get_object_or_404(Experience.objects.select_related("artist", "decision__under"), receipt_key=key)


def _receipt_data(experience: Experience) -> dict[str, Any]:
    """What its rows say, whether the experience was withdrawn since, and in which roles it was paid for."""
    withdrawn = experience.withdrawn_at
    return {
        "artist": experience.artist.name,
        "kind": experience.kind,
        "mark": experience.mark,
        "mark_words": Mark(experience.mark).text_for_others(experience.credit),
        "delivered_at": experience.delivered_at.isoformat(),
        "withdrawn_at": withdrawn.isoformat() if withdrawn else None,
        **build_receipt(experience),
        "paid": list_paid_roles(experience),
    }


def _keep_unlisted(response: HttpResponse) -> HttpResponse:
    """Search engines must not list the address, and links on the page must not reveal it."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response
