"""Show: the checkable page of one experience, at an address nobody can guess. No fan, no text, no money."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from fans.models import Experience


def _get_by_key(key: str) -> Experience:
    return get_object_or_404(Experience.objects.select_related("artist"), receipt_key=key)


def _receipt_data(experience: Experience) -> dict[str, Any]:
    """What the receipt says: frozen at delivery, plus whether the experience was taken back since."""
    withdrawn = experience.withdrawn_at
    return {
        "artist": experience.artist.name,
        "kind": experience.kind,
        "mark": experience.mark,
        "mark_words": experience.mark_words,
        "delivered_at": experience.delivered_at.isoformat(),
        "withdrawn_at": withdrawn.isoformat() if withdrawn else None,
        **experience.receipt,
    }


def _keep_unlisted(response: HttpResponse) -> HttpResponse:
    """Whoever was given the address may look; no search engine was, and no link tells where it came from."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_safe
@never_cache
def receipt(request: HttpRequest, key: str) -> HttpResponse:
    experience = _get_by_key(key)
    given = {"receipt": _receipt_data(experience), "key": key, "ink_of": experience.artist}
    return _keep_unlisted(render(request, "fans/receipt.html", given))


@require_safe
@never_cache
def receipt_json(request: HttpRequest, key: str) -> HttpResponse:
    return _keep_unlisted(
        JsonResponse(_receipt_data(_get_by_key(key)), json_dumps_params={"indent": 2, "ensure_ascii": False})
    )
