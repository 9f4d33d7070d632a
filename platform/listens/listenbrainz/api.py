"""The ListenBrainz API for scrobblers. A listen is in the outbox before the client gets status 200."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any

import msgspec
from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt

from accounts import tokens
from accounts.models import Person
from events import outbox, topics
from listens import event, incognito
from listens.exceptions import InvalidSubmission, RequestRejected
from listens.listenbrainz import mapping, validation
from listens.listenbrainz.validation import Submission, SubmittedListen
from web import rate_limits

QUEUE_UNAVAILABLE = "Cannot submit listens to queue, please try again later."
PLAYING_NOW_UNAVAILABLE = "Cannot record playing_now at this time."
DATABASE_UNAVAILABLE = "The listen database is momentarily offline. Please wait a few minutes and try again."
RATE_LIMIT_EXCEEDED = (
    "You have exceeded your rate limit. See the X-RateLimit-* response headers for more information on your current "
    "rate limit.\n"
)
EXPOSED_HEADERS = "X-RateLimit-Remaining,X-RateLimit-Limit,X-RateLimit-Reset,X-RateLimit-Reset-In"

type Endpoint = Callable[[HttpRequest, str, Person | None], HttpResponse]


def endpoint(*methods: str, unavailable: str) -> Callable[[Endpoint], Callable[[HttpRequest], HttpResponse]]:
    """Decorate a view of this API: authenticate by token, limit the rate, and answer every error as ListenBrainz does.

    `unavailable` is the message of status 503 while the database is unavailable.
    """
    allowed = ", ".join(sorted({*methods, "OPTIONS"}))

    def decorate(view: Endpoint) -> Callable[[HttpRequest], HttpResponse]:
        @csrf_exempt
        @wraps(view)
        def handle(request: HttpRequest) -> HttpResponse:
            if request.method == "OPTIONS":
                response = HttpResponse(headers={"Allow": allowed})
            elif request.method not in methods:
                response = _error_response(405, "Method not allowed.")
                response["Allow"] = allowed
            else:
                try:
                    response = _rate_limited(view, request)
                except (OperationalError, InterfaceError):
                    response = _error_response(503, unavailable)
            response["Access-Control-Allow-Origin"] = "*"
            response["Access-Control-Allow-Methods"] = allowed
            response["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
            response["Access-Control-Max-Age"] = "21600"
            return response

        return handle

    return decorate


def _rate_limited(view: Endpoint, request: HttpRequest) -> HttpResponse:
    """Limit requests by token, and requests without a valid token by address."""
    secret = _token_secret(request)
    person = tokens.authenticate(secret) if secret else None
    if person:
        rate = rate_limits.hit(f"listens token {secret}", settings.LISTENS_RATE_PER_TOKEN, settings.LISTENS_RATE_WINDOW)
    else:
        address = request.META.get("REMOTE_ADDR", "")
        rate = rate_limits.hit(
            f"listens address {address}", settings.LISTENS_RATE_PER_ADDRESS, settings.LISTENS_RATE_WINDOW
        )
    response = _call_endpoint(view, request, secret, person) if rate.allowed else _rate_limit_response(rate)
    response["X-RateLimit-Limit"] = str(rate.limit)
    response["X-RateLimit-Remaining"] = str(rate.remaining)
    response["X-RateLimit-Reset-In"] = str(rate.reset_in)
    response["X-RateLimit-Reset"] = str(rate.reset_at)
    response["Access-Control-Expose-Headers"] = EXPOSED_HEADERS
    return response


def _call_endpoint(view: Endpoint, request: HttpRequest, secret: str, person: Person | None) -> HttpResponse:
    try:
        return view(request, secret, person)
    except RequestRejected as error:
        return _error_response(error.status, error.message)
    except InvalidSubmission as error:
        return _error_response(400, error.message, error.listen)


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


@endpoint("POST", unavailable=QUEUE_UNAVAILABLE)
def submit_listens(request: HttpRequest, secret: str, person: Person | None) -> HttpResponse:
    """Accept listens, or what the fan is playing now."""
    if not request.headers.get("Authorization"):
        raise RequestRejected(401, "You need to provide an Authorization header.")
    if " " not in request.headers["Authorization"]:
        raise RequestRejected(401, "Provided Authorization header is invalid.")
    if person is None:
        raise RequestRejected(401, "Invalid authorization token.")
    now = datetime.now(UTC)
    submission = validation.validate_submission(_read_body(request), now=now.timestamp())
    answer = {"status": "ok"}
    if submission.listen_type == "playing_now" and "return_msid" in request.GET:
        answer["recording_msid"] = str(mapping.recording_msid(submission.listens[0]))
    try:
        _store_submission(submission, person, now)
    except (OperationalError, InterfaceError):
        raise RequestRejected(
            503, PLAYING_NOW_UNAVAILABLE if submission.listen_type == "playing_now" else QUEUE_UNAVAILABLE
        ) from None
    return _json_response(answer)


def _read_body(request: HttpRequest) -> bytes:
    """Return the raw body, whatever its Content-Type. Of a body that is too large, read one byte over the limit."""
    try:
        return request.read(validation.MAX_BODY_BYTES + 1)
    except UnreadablePostError as error:
        raise InvalidSubmission("Cannot parse JSON document: the request ended too early") from error


def _store_submission(submission: Submission, person: Person, now: datetime) -> None:
    """Put all listens of a submission into the outbox, or none. Listens of an incognito period are dropped."""
    listen_type = submission.listen_type
    outgoing = [
        event.to_outgoing(
            person.pk,
            mapping.encode_listen_event(listen, listen_type, person.pk, accepted_at=now),
            topic=topics.LISTENS_IMPORT if listen_type == "import" else topics.LISTENS,
            keep_until_counted=listen_type != "playing_now",
        )
        for listen in _without_incognito(submission, person, now)
    ]
    with transaction.atomic():
        outbox.put(outgoing)


def _without_incognito(submission: Submission, person: Person, now: datetime) -> list[SubmittedListen]:
    starts = [datetime.fromtimestamp(listen.listened_at or now.timestamp(), UTC) for listen in submission.listens]
    hidden = incognito.hidden_flags(person.pk, starts, accepted_at=now, live=submission.listen_type != "import")
    return [listen for listen, is_hidden in zip(submission.listens, hidden, strict=True) if not is_hidden]


@endpoint("GET", "HEAD", unavailable=DATABASE_UNAVAILABLE)
def validate_token(request: HttpRequest, secret: str, person: Person | None) -> HttpResponse:
    """Say whether a token is valid, and whose it is."""
    if not secret:
        raise RequestRejected(400, "You need to provide an Authorization token.")
    if person is None:
        return _json_response({"code": 200, "message": "Token invalid.", "valid": False})
    return _json_response({"code": 200, "message": "Token valid.", "valid": True, "user_name": person.handle})


def _json_response(answer: dict[str, Any], status: int = 200) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(answer), status=status, content_type="application/json")


def _error_response(status: int, message: str, listen: dict[str, Any] | None = None) -> HttpResponse:
    """Answer with `code` and `error`, beside the keys of the listen at fault."""
    return _json_response({**(listen or {}), "code": status, "error": message}, status)
