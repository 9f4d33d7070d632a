"""Limit the size of request bodies before Django stores them."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from django.conf import settings

from config.views import is_listenbrainz_request

DISCARD_FACTOR = 6  # an oversized body is read on up to this many times the limit, so that the client sees the answer

type Message = Any  # ASGI's dictionaries, which every library types in its own way
type Receive = Callable[[], Awaitable[Message]]
type Send = Callable[[Message], Awaitable[None]]
type App = Callable[[Message, Receive, Send], Awaitable[None]]


class BodyTooLarge(Exception):
    """The body is larger than DATA_UPLOAD_MAX_MEMORY_SIZE bytes."""


def limit_body_size(app: App) -> App:
    """Stop keeping a body at DATA_UPLOAD_MAX_MEMORY_SIZE and answer 413.

    Django itself writes a whole body to disk before any view can refuse it. The ListenBrainz API gets the beginning
    of the body and refuses it itself, after it has checked the token and counted the request.
    """

    async def limited(scope: Message, receive: Receive, send: Send) -> None:
        request = LimitedRequest(scope, receive, send)
        try:
            await app(scope, request.receive, request.send)
        except BodyTooLarge:
            await _send_too_large(request.send)

    return limited


class LimitedRequest:
    """Receives and sends the messages of one request, and ends a body that is too large."""

    def __init__(self, scope: Message, receive: Receive, send: Send) -> None:
        self._path, self._receive, self._send = scope.get("path", ""), receive, send
        self._size = 0

    def _is_too_large(self) -> bool:
        return self._size > settings.DATA_UPLOAD_MAX_MEMORY_SIZE

    async def receive(self) -> Message:
        if self._is_too_large():  # the body has ended for the application
            return await _wait_for_disconnect(self._receive)
        message = await self._receive()
        self._size += len(message.get("body", b""))
        if not self._is_too_large():
            return message
        if message.get("more_body"):
            await _discard_body(self._receive)
        if not is_listenbrainz_request(self._path):
            raise BodyTooLarge
        return {**message, "more_body": False}

    async def send(self, message: Message) -> None:
        """Close the connection after a body that is too large: part of it may never be read."""
        if self._is_too_large() and message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], (b"connection", b"close")]}
        await self._send(message)


async def _discard_body(receive: Receive) -> None:
    remaining = DISCARD_FACTOR * settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    while remaining > 0:
        message = await receive()
        remaining -= len(message.get("body", b""))
        if not message.get("more_body"):
            return


async def _wait_for_disconnect(receive: Receive) -> Message:
    while (message := await receive())["type"] != "http.disconnect":
        pass
    return message


async def _send_too_large(send: Send) -> None:
    sentence = f"The body is too large. It may have {settings.DATA_UPLOAD_MAX_MEMORY_SIZE} bytes."
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps({"detail": sentence, "code": "TooLarge"}).encode()})
