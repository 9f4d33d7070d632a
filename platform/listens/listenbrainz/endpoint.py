"""What every view of the ListenBrainz API shares: tokens, rate limits, CORS, and errors in ListenBrainz's format."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import msgspec
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from accounts import tokens
from accounts.models import Person
from listens.exceptions import InvalidSubmission, RequestRejected
from web import rate_limits
from web.client_address import limit_key

RATE_LIMIT_EXCEEDED = (
    "You have exceeded your rate limit. See the X-RateLimit-* response headers for more information on your current "
    "rate limit.\n"
)
EXPOSED_HEADERS = "X-RateLimit-Remaining,X-RateLimit-Limit,X-RateLimit-Reset,X-RateLimit-Reset-In"


def _allowed(*methods: str) -> str:
    return ", ".join(sorted({*methods, "OPTIONS"}))


ALL_ALLOWED = _allowed("GET", "HEAD", "POST")

type View = Callable[..., HttpResponse]
"""Called with the request, the token's secret, the token's fan (None for an unknown token) and the URL's parts."""


def endpoint(*methods: str, unavailable: str) -> Callable[[View], View]:
    """Decorate a view of this API: authenticate by token, limit the rate, and answer every error as ListenBrainz does.

    `unavailable` is the message of status 503 while the database is unavailable.
    """
    allowed = _allowed(*methods)

    def decorate(view: View) -> View:
        @csrf_exempt
        @wraps(view)
        def handle(request: HttpRequest, **parts: str) -> HttpResponse:
            if request.method == "OPTIONS":
                response = HttpResponse(headers={"Allow": allowed})
            elif request.method not in methods:
                response = error_response(405, "Method not allowed.")
                response["Allow"] = allowed
            else:
                try:
                    response = _rate_limited(view, request, parts)
                except (OperationalError, InterfaceError):
                    response = error_response(503, unavailable)
            return allow_any_origin(response, allowed)

        return handle

    return decorate


def allow_any_origin(response: HttpResponse, allowed: str = ALL_ALLOWED) -> HttpResponse:
    """Let pages of every origin read the response, because scrobblers run in browsers too."""
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Allow-Methods"] = allowed
    response["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
    response["Access-Control-Max-Age"] = "21600"
    return response


def _rate_limited(view: View, request: HttpRequest, parts: dict[str, str]) -> HttpResponse:
    """Limit requests by token, and requests without a valid token by address."""
    secret = _token_secret(request)
    person = tokens.authenticate(secret) if secret else None
    if person:
        rate = rate_limits.hit(f"listens token {secret}", settings.LISTENS_RATE_PER_TOKEN, settings.LISTENS_RATE_WINDOW)
    else:
        address = limit_key(request.META["REMOTE_ADDR"])
        rate = rate_limits.hit(
            f"listens address {address}", settings.LISTENS_RATE_PER_ADDRESS, settings.LISTENS_RATE_WINDOW
        )
    response = _call_view(view, request, secret, person, parts) if rate.allowed else _rate_limit_response(rate)
    response["X-RateLimit-Limit"] = str(rate.limit)
    response["X-RateLimit-Remaining"] = str(rate.remaining)
    response["X-RateLimit-Reset-In"] = str(rate.reset_in)
    response["X-RateLimit-Reset"] = str(rate.reset_at)
    response["Access-Control-Expose-Headers"] = EXPOSED_HEADERS
    return response


def _call_view(
    view: View, request: HttpRequest, secret: str, person: Person | None, parts: dict[str, str]
) -> HttpResponse:
    try:
        return view(request, secret, person, **parts)
    except RequestRejected as error:
        return error_response(error.status, error.message)
    except InvalidSubmission as error:
        return error_response(400, error.message, error.listen)


def _rate_limit_response(rate: rate_limits.RateLimitStatus) -> HttpResponse:
    """Answer 429. ListenBrainz itself sends no Retry-After, but some clients respect it."""
    return HttpResponse(
        RATE_LIMIT_EXCEEDED,
        status=429,
        content_type="text/plain; charset=utf-8",
        headers={"Retry-After": str(rate.reset_in)},
    )


def _token_secret(request: HttpRequest) -> str:
    """Return the second word of the Authorization header, whatever the first is, or the query parameter `token`."""
    words = request.headers.get("Authorization", "").split(" ")
    return words[1] if len(words) > 1 else request.GET.get("token", "")


def json_response(answer: dict[str, Any], status: int = 200) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(answer), status=status, content_type="application/json")


def error_response(status: int, message: str, listen: dict[str, Any] | None = None) -> HttpResponse:
    """Answer with `code` and `error`, beside the keys of the listen at fault."""
    return json_response({**(listen or {}), "code": status, "error": message}, status)
