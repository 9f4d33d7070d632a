"""Limit the size of request bodies before Django stores them."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from django.conf import settings

from config.views import is_listenbrainz_request
from listens.listenbrainz import validation

DISCARD_FACTOR = 6  # an oversized body is read on up to this many times the limit, so that the client sees the answer

type Message = Any  # ASGI's dictionaries, which every library types in its own way
type Receive = Callable[[], Awaitable[Message]]
type Send = Callable[[Message], Awaitable[None]]
type App = Callable[[Message, Receive, Send], Awaitable[None]]


class BodyTooLarge(Exception):
    """The body is larger than DATA_UPLOAD_MAX_MEMORY_SIZE bytes."""


def limit_body_size(app: App) -> App:
    """Stop reading a body at DATA_UPLOAD_MAX_MEMORY_SIZE and answer 413, or 400 to ListenBrainz clients.

    Django itself writes a whole body to disk before any view can refuse it.
    """

    async def limited(scope: Message, receive: Receive, send: Send) -> None:
        size = 0

        async def receive_counted() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
                raise BodyTooLarge
            return message

        try:
            await app(scope, receive_counted, send)
        except BodyTooLarge:
            await _discard_body(receive)
            await _send_too_large(scope["path"], send)

    return limited


async def _discard_body(receive: Receive) -> None:
    remaining = DISCARD_FACTOR * settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    while remaining > 0:
        message = await receive()
        remaining -= len(message.get("body", b""))
        if not message.get("more_body"):
            return


async def _send_too_large(path: str, send: Send) -> None:
    sentence = f"Payload too large. Payload cannot exceed {validation.MAX_BODY_BYTES} bytes"
    listenbrainz = is_listenbrainz_request(path)
    body = {"code": 400, "error": sentence} if listenbrainz else {"detail": sentence, "code": "TooLarge"}
    headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
    if listenbrainz:
        headers.append((b"access-control-allow-origin", b"*"))
    await send({"type": "http.response.start", "status": 400 if listenbrainz else 413, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})
