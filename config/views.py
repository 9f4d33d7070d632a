"""The pages that belong to no room: the front door, health, and what is said when something is not there."""

import logging
import secrets
import sys
from typing import cast

from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from config.exception_handler import DATABASE_UNAVAILABLE
from fans.views import feed

logger = logging.getLogger(__name__)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this is, for who does not know us; one's own feed for who does."""
    if request.user.is_authenticated:
        return feed.feed(cast(feed.FeedRequest, request))
    return render(request, "home.html")


@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """200 when this process can reach the database, else 503. For load balancers; says nothing more."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"ok": False}, status=503)
    return JsonResponse({"ok": True})


def error_page(request: HttpRequest, status: int, title: str, sentence: str, *, way: str = "") -> HttpResponse:
    """A page for a person, with a way on where there is a better one than the front page; JSON for a program."""
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": sentence}, status=status)
    facts = {"status": status, "title": title, "sentence": sentence, "way": way, "layout": "base.html"}
    return render(request, "error.html", facts, status=status)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, 404, "Nothing here", "There is nothing at this address, or it is not yours to see.")


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, 403, "Not yours to do", str(exception) or "This is for somebody else to decide.")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, 400, "Not understood", "We could not make sense of what was sent. Nothing was changed.")


def method_not_allowed(request: HttpRequest, way: str) -> HttpResponse:
    """405: somebody reads where only a button leads."""
    words = "This address is for a button; there is nothing to read at it. Nothing was changed."
    return error_page(request, 405, "A button, not a page", words, way=way)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without the token of this session: another site's, or a page from before one signed in anew."""
    words = "This page is from before you last signed in or out. Nothing was changed. Load it anew and send it again."
    return error_page(request, 403, "Page too old", words)


def server_error(request: HttpRequest) -> HttpResponse:
    """Asks neither person nor database: either may be what went wrong. The code leads to the line in the log."""
    away = isinstance(sys.exception(), (OperationalError, InterfaceError))
    status, code = (503 if away else 500), secrets.token_hex(3).upper()
    logger.error("error %s at %s", code, request.resolver_match and request.resolver_match.view_name)
    sentence = DATABASE_UNAVAILABLE if away else "That did not go through. Nothing was half done."
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": sentence, "code": code}, status=status)
    facts = {"status": status, "title": "Not now", "sentence": sentence, "code": code, "layout": "base_minimal.html"}
    return HttpResponse(render_to_string("error.html", facts), status=status)
