"""The ListenBrainz API for scrobblers. A listen is in the outbox before the client gets status 200."""

from datetime import UTC, datetime

from django.db import InterfaceError, OperationalError, transaction
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt

from accounts.models import Person
from events import outbox, topics
from listens import event, incognito
from listens.exceptions import InvalidSubmission, RequestRejected
from listens.listenbrainz import history, mapping, validation
from listens.listenbrainz.endpoint import allow_any_origin, endpoint, error_response, json_response
from listens.listenbrainz.validation import Submission, SubmittedListen

QUEUE_UNAVAILABLE = "Cannot submit listens to queue, please try again later."
PLAYING_NOW_UNAVAILABLE = "Cannot record playing_now at this time."
DATABASE_UNAVAILABLE = "The listen database is momentarily offline. Please wait a few minutes and try again."
COUNT_UNAVAILABLE = "Cannot fetch user listen count right now."


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
        [listen] = submission.listens
        answer["recording_msid"] = str(mapping.recording_msid(listen.track, listen.artist))
    try:
        _store_submission(submission, person, now)
    except (OperationalError, InterfaceError):
        raise RequestRejected(
            503, PLAYING_NOW_UNAVAILABLE if submission.listen_type == "playing_now" else QUEUE_UNAVAILABLE
        ) from None
    return json_response(answer)


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
        return json_response({"code": 200, "message": "Token invalid.", "valid": False})
    return json_response({"code": 200, "message": "Token valid.", "valid": True, "user_name": person.handle})


@endpoint("GET", "HEAD", unavailable=DATABASE_UNAVAILABLE)
def user_listens(request: HttpRequest, secret: str, person: Person | None, user_name: str) -> HttpResponse:
    """Return listens of the token's fan, newest first."""
    fan = _require_own_token(person, user_name)
    listens = history.fetch_listens(fan, history.parse_query(request.GET))
    oldest, latest = history.first_and_last_second(fan)
    return json_response(
        {
            "payload": {
                "user_id": fan.handle,
                "count": len(listens),
                "listens": [history.to_json(listen, fan.handle) for listen in listens],
                "latest_listen_ts": latest,
                "oldest_listen_ts": oldest,
            }
        }
    )


@endpoint("GET", "HEAD", unavailable=COUNT_UNAVAILABLE)
def listen_count(request: HttpRequest, secret: str, person: Person | None, user_name: str) -> HttpResponse:
    """Return how many listens the token's fan has."""
    return json_response({"payload": {"count": history.count_listens(_require_own_token(person, user_name))}})


@endpoint("GET", "HEAD", unavailable=DATABASE_UNAVAILABLE)
def playing_now(request: HttpRequest, secret: str, person: Person | None, user_name: str) -> HttpResponse:
    """Answer that nothing is playing: what a fan plays now is passed on, and kept in no table."""
    fan = _require_own_token(person, user_name)
    return json_response({"payload": {"user_id": fan.handle, "count": 0, "playing_now": True, "listens": []}})


def _require_own_token(person: Person | None, user_name: str) -> Person:
    """Return the token's fan if it has this name. Others do not even learn whether there is such a fan."""
    if person is None or person.handle != user_name.lower():
        raise RequestRejected(404, f"Cannot find user: {user_name}")
    return person


@csrf_exempt
def unknown_address(request: HttpRequest) -> HttpResponse:
    """Answer 404 in JSON to every method, because a scrobbler cannot read a page.

    A browser asks by OPTIONS before it sends a token, and lets a scrobbler read the 404 only after a success.
    """
    if request.method == "OPTIONS":
        return allow_any_origin(json_response({}))
    return allow_any_origin(error_response(404, "This server has nothing at this address."))
