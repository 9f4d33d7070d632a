"""Say which client a request is of, and limit the size of its body before Django stores it."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from django.conf import settings

from config.views import is_listenbrainz_request
from live import sessions
from live.db_threads import run_in_db_thread
from web import problems
from web.client_address import client_address

DISCARD_FACTOR = 6  # an oversized body is read on up to this many times the limit, so that the client sees the answer

type Message = Any  # ASGI's dictionaries, which every library types in its own way
type Receive = Callable[[], Awaitable[Message]]
type Send = Callable[[Message], Awaitable[None]]
type App = Callable[[Message, Receive, Send], Awaitable[None]]


class BodyTooLarge(Exception):
    """The body is larger than `limit` bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"The body is too large. It may have {limit} bytes.")


def read_client_address(app: App) -> App:
    """Put the client's address into the scope, from which REMOTE_ADDR comes, in place of the proxy's."""

    async def addressed(scope: Message, receive: Receive, send: Send) -> None:
        peer, port = scope.get("client") or (None, 0)
        address = client_address(peer, scope["headers"]) or peer
        await app({**scope, "client": address and (address, port)}, receive, send)

    return addressed


def limit_body_size(app: App) -> App:
    """Stop keeping a body at DATA_UPLOAD_MAX_MEMORY_SIZE and answer 413.

    Django itself writes a whole body to disk before any view can refuse it. Who has not signed in may send
    ANONYMOUS_UPLOAD_MAX_MEMORY_SIZE. The ListenBrainz API takes uploads: it gets the beginning of a body that is too
    large and refuses it itself, after it has checked the token and counted the request.
    """

    async def limited(scope: Message, receive: Receive, send: Send) -> None:
        request = LimitedRequest(scope, receive, send)
        try:
            await app(scope, request.receive, request.send)
        except BodyTooLarge as error:
            await _send_too_large(str(error), request.send)

    return limited


class LimitedRequest:
    """Receives and sends the messages of one request, and ends a body that is too large."""

    def __init__(self, scope: Message, receive: Receive, send: Send) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._takes_uploads = is_listenbrainz_request(scope["path"])
        self._size, self._limit = 0, settings.ANONYMOUS_UPLOAD_MAX_MEMORY_SIZE

    def _is_too_large(self) -> bool:
        return self._size > self._limit

    async def _may_send_more(self) -> bool:
        if self._limit >= settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return False
        return self._takes_uploads or await _is_signed_in(self._scope)

    async def receive(self) -> Message:
        if self._is_too_large():  # the body has ended for the application
            return await _wait_for_disconnect(self._receive)
        message = await self._receive()
        self._size += len(message.get("body", b""))
        if self._is_too_large() and await self._may_send_more():
            self._limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if not self._is_too_large():
            return message
        if message.get("more_body"):
            await _discard_body(self._receive, self._limit)
        if not self._takes_uploads:
            raise BodyTooLarge(self._limit)
        return {**message, "more_body": False}

    async def send(self, message: Message) -> None:
        """Close the connection after a body that is too large: part of it may never be read."""
        if self._is_too_large() and message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], (b"connection", b"close")]}
        await self._send(message)


async def _is_signed_in(scope: Message) -> bool:
    return await run_in_db_thread(sessions.find_session, sessions.read_session_key(scope["headers"])) is not None


async def _discard_body(receive: Receive, limit: int) -> None:
    remaining = DISCARD_FACTOR * limit
    while remaining > 0:
        message = await receive()
        remaining -= len(message.get("body", b""))
        if not message.get("more_body"):
            return


async def _wait_for_disconnect(receive: Receive) -> Message:
    while (message := await receive())["type"] != "http.disconnect":
        pass
    return message


async def _send_too_large(sentence: str, send: Send) -> None:
    body = json.dumps(problems.problem_details(413, sentence, "TooLarge")).encode()
    headers = [(b"content-type", problems.CONTENT_TYPE.encode())]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})
