"""Views of no app: the front page, the health check, and the error pages."""

import logging
import secrets
import sys
from http import HTTPStatus
from typing import cast

from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from config.exception_handler import DATABASE_UNAVAILABLE
from fans.views import feed
from listens.listenbrainz import endpoint
from web import problems

logger = logging.getLogger(__name__)

LISTENBRAINZ_PREFIXES = ("/1/", "/apis/listenbrainz/")
AUDIOSCROBBLER_REFUSAL = "FAILED This server has no AudioScrobbler API. Use its ListenBrainz API.\n"
API_PREFIXES = ("/api/", "/health", "/webhooks/", *LISTENBRAINZ_PREFIXES)


def is_api_request(path: str) -> bool:
    """Whether a program asks: it reads JSON, never a page."""
    return path.startswith(API_PREFIXES)


def may_be_page(path: str) -> bool:
    """Whether the answer may be a page for a person. It is none in an API, nor for a picture, which caches may keep."""
    return not is_api_request(path) and not path.startswith("/pictures/")


def is_listenbrainz_request(path: str) -> bool:
    """Whether a scrobbler asks, which expects errors in the format of ListenBrainz."""
    return path.startswith(LISTENBRAINZ_PREFIXES)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show a signed-in person their feed, and everybody else what Fanfare is.

    An AudioScrobbler client greets the server here. It reads the first word of a text, so a page would confuse it.
    """
    if request.GET.get("hs") == "true":
        return HttpResponse(AUDIOSCROBBLER_REFUSAL, content_type="text/plain; charset=utf-8")
    if request.user.is_authenticated:
        return feed.feed(cast(feed.FeedRequest, request))
    return render(request, "home.html")


@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Answer load balancers: 200 when this process can reach the database, else 503."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"ok": False}, status=503)
    return JsonResponse({"ok": True})


def error_page(request: HttpRequest, status: int, title: str, sentence: str, *, way: str = "") -> HttpResponse:
    """A page for a person, or JSON for a program. `way` is the path of a link onward; the default is the front page."""
    if is_listenbrainz_request(request.path):
        return endpoint.allow_any_origin(endpoint.error_response(status, sentence))
    if is_api_request(request.path):
        return _problem_response(status, sentence, HTTPStatus(status).phrase.replace(" ", ""))
    context = {"status": status, "title": title, "sentence": sentence, "way": way, "layout": "base.html"}
    return render(request, "error.html", context, status=status)


def _problem_response(status: int, detail: str, code: str) -> JsonResponse:
    body = problems.problem_details(status, detail, code)
    return JsonResponse(body, status=status, content_type=problems.CONTENT_TYPE)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, 404, "Nothing here", problems.NOTHING_HERE)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, 403, "Not yours to do", str(exception) or "This is for somebody else to decide.")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, 400, "Not understood", "We could not make sense of what was sent. Nothing was changed.")


def method_not_allowed(request: HttpRequest, way: str) -> HttpResponse:
    """405, for a person who opens a URL that only accepts a form. `way` is the path of a page to go to."""
    sentence = "This address is for a button; there is nothing to read at it. Nothing was changed."
    return error_page(request, 405, "A button, not a page", sentence, way=way)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403, for a form without this session's token: sent by another site, or opened before the last sign-in."""
    sentence = (
        "This page is from before you last signed in or out. Nothing was changed. Load it anew and send it again."
    )
    return error_page(request, 403, "Page too old", sentence)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 when the database is unreachable. The code on the page is also in the log.

    It reads neither the person nor the database, because either may be what failed.
    """
    unavailable = isinstance(sys.exception(), (OperationalError, InterfaceError))
    status, code = (503 if unavailable else 500), secrets.token_hex(3).upper()
    logger.error("error %s at %s", code, request.resolver_match and request.resolver_match.view_name)
    sentence = DATABASE_UNAVAILABLE if unavailable else "That did not go through. Nothing was half done."
    if is_listenbrainz_request(request.path):
        return endpoint.allow_any_origin(endpoint.error_response(status, f"{sentence} ({code})"))
    if is_api_request(request.path):
        return _problem_response(status, sentence, code)
    context = {"status": status, "title": "Not now", "sentence": sentence, "code": code, "layout": "base_minimal.html"}
    return HttpResponse(render_to_string("error.html", context), status=status)
