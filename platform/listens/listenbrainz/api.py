"""Answer: the door for scrobblers, which speaks ListenBrainz. A listen is in the outbox before anybody hears 200."""

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
from events import cloudevents, outbox, topics
from events.outbox import Outgoing
from listens import incognito
from listens.listenbrainz import mapping, validation
from listens.listenbrainz.validation import Refused, Submission, SubmittedListen
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


class TurnedAway(Exception):
    """Nobody we know, or something is missing. The answer's status and sentence."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def endpoint(*methods: str, away: str) -> Callable[[Endpoint], Callable[[HttpRequest], HttpResponse]]:
    """Whoever comes by `methods` is looked up by their token and counted; every way out is an answer of the contract.

    `away` is what is said, with 503, while the database is away.
    """
    allowed = ", ".join(sorted({*methods, "OPTIONS"}))

    def guard(visit: Endpoint) -> Callable[[HttpRequest], HttpResponse]:
        @csrf_exempt
        @wraps(visit)
        def enter(request: HttpRequest) -> HttpResponse:
            if request.method == "OPTIONS":
                response = HttpResponse(headers={"Allow": allowed})
            elif request.method not in methods:
                response = _error_response(405, "Method not allowed.")
                response["Allow"] = allowed
            else:
                try:
                    response = _rate_limited(visit, request)
                except (OperationalError, InterfaceError):
                    response = _error_response(503, away)
            response["Access-Control-Allow-Origin"] = "*"
            response["Access-Control-Allow-Methods"] = allowed
            response["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
            response["Access-Control-Max-Age"] = "21600"
            return response

        return enter

    return guard


def _rate_limited(visit: Endpoint, request: HttpRequest) -> HttpResponse:
    """Count by token; who has no valid one is counted by address."""
    secret = _token_secret(request)
    person = tokens.authenticate(secret) if secret else None
    if person:
        rate = rate_limits.hit(f"listens token {secret}", settings.LISTENS_RATE_PER_TOKEN, settings.LISTENS_RATE_WINDOW)
    else:
        address = request.META.get("REMOTE_ADDR", "")
        rate = rate_limits.hit(
            f"listens address {address}", settings.LISTENS_RATE_PER_ADDRESS, settings.LISTENS_RATE_WINDOW
        )
    response = _call_endpoint(visit, request, secret, person) if rate.allowed else _rate_limit_response(rate)
    response["X-RateLimit-Limit"] = str(rate.limit)
    response["X-RateLimit-Remaining"] = str(rate.remaining)
    response["X-RateLimit-Reset-In"] = str(rate.reset_in)
    response["X-RateLimit-Reset"] = str(rate.reset_at)
    response["Access-Control-Expose-Headers"] = EXPOSED_HEADERS
    return response


def _call_endpoint(visit: Endpoint, request: HttpRequest, secret: str, person: Person | None) -> HttpResponse:
    try:
        return visit(request, secret, person)
    except TurnedAway as reason:
        return _error_response(reason.status, reason.message)
    except Refused as reason:
        return _error_response(400, reason.message, reason.listen)


def _rate_limit_response(rate: rate_limits.RateLimitStatus) -> HttpResponse:
    """ListenBrainz sends no Retry-After; some clients honour it all the same."""
    return HttpResponse(
        RATE_LIMIT_EXCEEDED,
        status=429,
        content_type="text/plain; charset=utf-8",
        headers={"Retry-After": str(rate.reset_in)},
    )


def _token_secret(request: HttpRequest) -> str:
    """The second word of the Authorization header, whatever the first may be; or what the address says."""
    words = request.headers.get("Authorization", "").split(" ")
    return words[1] if len(words) > 1 else request.GET.get("token", "")


@endpoint("POST", away=QUEUE_UNAVAILABLE)
def submit_listens(request: HttpRequest, secret: str, person: Person | None) -> HttpResponse:
    if not request.headers.get("Authorization"):
        raise TurnedAway(401, "You need to provide an Authorization header.")
    if " " not in request.headers["Authorization"]:
        raise TurnedAway(401, "Provided Authorization header is invalid.")
    if person is None:
        raise TurnedAway(401, "Invalid authorization token.")
    at = datetime.now(UTC)
    submission = validation.validate_submission(_read_body(request), now=at.timestamp())
    answer = {"status": "ok"}
    if submission.kind == "playing_now" and "return_msid" in request.GET:
        answer["recording_msid"] = str(mapping.recording_msid(submission.listens[0]))
    try:
        _store_submission(submission, person, at)
    except (OperationalError, InterfaceError):
        raise TurnedAway(
            503, PLAYING_NOW_UNAVAILABLE if submission.kind == "playing_now" else QUEUE_UNAVAILABLE
        ) from None
    return _json_response(answer)


def _read_body(request: HttpRequest) -> bytes:
    """The raw body, whatever its Content-Type, and no more of it than shows that it is too large."""
    try:
        return request.read(validation.MAX_BODY_BYTES + 1)
    except UnreadablePostError as error:
        raise Refused("Cannot parse JSON document: it ended before its end") from error


def _store_submission(submission: Submission, person: Person, at: datetime) -> None:
    """All listens of a submission wait for Kafka, or none does; but for those that the fan wants nobody to know."""
    topic = topics.LISTENS_IMPORT if submission.kind == "import" else topics.LISTENS
    key = str(person.pk).encode()
    rests = submission.kind != "playing_now"
    outgoing = [
        Outgoing(
            topic,
            key,
            mapping.encode_listen_event(heard, submission.kind, person.pk, at=at),
            rests,
            cloudevents.STRUCTURED_HEADERS,
        )
        for heard in _without_incognito(submission, person, at)
    ]
    with transaction.atomic():
        outbox.put(outgoing)


def _without_incognito(submission: Submission, person: Person, at: datetime) -> list[SubmittedListen]:
    starts = [datetime.fromtimestamp(one.listened_at or at.timestamp(), UTC) for one in submission.listens]
    hidden = incognito.hidden_flags(person.pk, starts, accepted_at=at, live=submission.kind != "import")
    return [one for one, drop in zip(submission.listens, hidden, strict=True) if not drop]


@endpoint("GET", "HEAD", away=DATABASE_UNAVAILABLE)
def validate_token(request: HttpRequest, secret: str, person: Person | None) -> HttpResponse:
    if not secret:
        raise TurnedAway(400, "You need to provide an Authorization token.")
    if person is None:
        return _json_response({"code": 200, "message": "Token invalid.", "valid": False})
    return _json_response({"code": 200, "message": "Token valid.", "valid": True, "user_name": person.handle})


def _json_response(answer: dict[str, Any], status: int = 200) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(answer), status=status, content_type="application/json")


def _error_response(status: int, message: str, listen: dict[str, Any] | None = None) -> HttpResponse:
    """A listen at fault is told back, its own keys beside the code and the error."""
    return _json_response({**(listen or {}), "code": status, "error": message}, status)
