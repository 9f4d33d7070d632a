"""Bound: refuse what no view should see, before anything is stored or asked because of it."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

from config import views
from listens.listenbrainz import validation

MAX_BODY_BYTES = (
    11 * 1024 * 1024
)  # bytes of a body; a little more than the scrobblers' door takes, which answers for itself
MAX_DISCARDED_BYTES = (
    6 * MAX_BODY_BYTES
)  # so much more is read and thrown away, so that an ordinary client hears the answer

type Message = Any  # ASGI's dictionaries, which every library types in its own way
type Receive = Callable[[], Awaitable[Message]]
type Send = Callable[[Message], Awaitable[None]]
type App = Callable[[Message, Receive, Send], Awaitable[None]]


class BodyTooLarge(Exception):
    """The body is larger than anything here takes."""


def limit_body_size(app: App) -> App:
    """Django keeps a whole body on disk before it asks anybody whether it is wanted. Here it ends at LARGEST."""

    async def counting(scope: Message, receive: Receive, send: Send) -> None:
        size = 0

        async def counted() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > MAX_BODY_BYTES:
                raise BodyTooLarge
            return message

        try:
            await app(scope, counted, send)
        except BodyTooLarge:
            await _discard_body(receive)
            await _send_too_large(scope["path"], send)

    return counting


async def _discard_body(receive: Receive) -> None:
    left = MAX_DISCARDED_BYTES
    while left > 0:
        message = await receive()
        left -= len(message.get("body", b""))
        if not message.get("more_body"):
            return


async def _send_too_large(path: str, send: Send) -> None:
    said = f"Payload too large. Payload cannot exceed {validation.MAX_BODY_BYTES} bytes"
    scrobbler = "/1/" in path
    told = {"code": 400, "error": said} if scrobbler else {"detail": said, "code": "TooLarge"}
    headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
    if scrobbler:
        headers.append((b"access-control-allow-origin", b"*"))
    await send({"type": "http.response.start", "status": 400 if scrobbler else 413, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(told).encode()})


def legible(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """PostgreSQL has no text with a NUL in it, so no address and no cookie of ours has one.

    What a view takes from the query or a form, it looks at itself.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        for name in [name for name, value in request.COOKIES.items() if "\0" in value]:
            del request.COOKIES[name]
        if "\0" in request.path:
            return views.bad_request(request, BadRequest("a NUL in the address"))
        return get_response(request)

    return answer
