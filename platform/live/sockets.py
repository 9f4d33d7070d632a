"""Listen: a person's open page at /live/ hears that there is something to fetch. Nothing that it sends can write.

    -> {"type": "hello", "newest": 41}
    -> {"type": "notice", "sequence": 42, "kind": "draft.pending", "reference": "draft:7"}
    -> {"type": "heartbeat", "newest": 42}
    -> {"type": "resync"}                    this socket was too slow; what it missed follows
    <- {"after": 40}                         say again what came after 40, as far as this socket has not heard it

`/live/?after=40` resumes from the start, which also keeps everything in order. Closed with 4400: not understood,
4401: not signed in, or no longer, 4429: too many sockets of one person, 1013: try again later.
"""

import asyncio
import logging
from contextlib import suppress
from typing import Annotated, Any
from urllib.parse import parse_qs

import msgspec
from channels.consumer import AsyncConsumer
from channels.exceptions import StopConsumer
from django.conf import settings
from django.db import Error
from django.http import parse_cookie

from live import runtime
from live.db_threads import run_in_db_thread
from live.hub import CLOSE_SIGNED_OUT, CLOSE_TOO_MANY_SOCKETS, SocketQueue, TooManySockets
from live.sessions import find_session
from live.socket_writer import CLOSE_TRY_AGAIN, SocketWriter

logger = logging.getLogger(__name__)
MAX_MESSAGE_BYTES = 4096  # bytes of a message from the client
CLOSE_MALFORMED = 4400

type SequenceNumber = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


class ResumeRequest(msgspec.Struct, forbid_unknown_fields=True):
    after: SequenceNumber


_request_decoder = msgspec.json.Decoder(ResumeRequest)


class _SocketRefused(Exception):
    def __init__(self, code: int) -> None:
        self.code = code


class NoticeSocket(AsyncConsumer):  # type: ignore[misc]  # Channels has no types
    """One open page. Its words go out through a task of their own, so that they keep their order."""

    _line: SocketQueue | None = None
    _speech: asyncio.Task[None] | None = None

    async def dispatch(self, message: dict[str, Any]) -> None:
        """As Channels', without its hop to a thread for every message: our rows are asked in threads of their own."""
        match message["type"]:
            case "websocket.connect":
                await self._open()
            case "websocket.receive":
                await self._hear(message)
            case "websocket.disconnect":
                await self._end()
                raise StopConsumer

    async def _open(self) -> None:
        await self.send({"type": "websocket.accept"})  # a browser sees a close code only after this
        try:
            after = _parse_after(self.scope["query_string"])
            self._line = await _open_queue(_read_session_key(self.scope["headers"]))
        except _SocketRefused as refused:
            await self._close(refused.code)
            return
        self._speech = asyncio.create_task(self._speak(self._line, after))

    async def _speak(self, line: SocketQueue, after: int | None) -> None:
        try:
            with suppress(OSError):  # gone while we spoke; its disconnect is on the way
                await SocketWriter(line, self.base_send).run(after)
        except Exception:
            logger.exception("a socket is closed")
            await self._close(1011)
        finally:
            runtime.get_runtime().hub.shut(line)

    async def _hear(self, message: dict[str, Any]) -> None:
        if self._line is None:
            return
        try:
            text = message.get("text") or ""
            if len(text.encode()) > MAX_MESSAGE_BYTES:
                raise msgspec.DecodeError
            self._line.ask(_request_decoder.decode(text).after)
        except (msgspec.DecodeError, UnicodeError):
            self._line.close(CLOSE_MALFORMED)

    async def _close(self, code: int) -> None:
        with suppress(OSError):
            await self.send({"type": "websocket.close", "code": code})

    async def _end(self) -> None:
        if self._speech is not None:
            self._speech.cancel()
            with suppress(asyncio.CancelledError):
                await self._speech


def _read_session_key(headers: list[tuple[bytes, bytes]]) -> str:
    """What the browser shows as its session; nothing is a session that nobody has."""
    shown = b"; ".join(value for name, value in headers if name == b"cookie")
    return parse_cookie(shown.decode("latin-1")).get(settings.SESSION_COOKIE_NAME, "")


def _parse_after(query: bytes) -> int | None:
    named = parse_qs(query.decode("latin-1")).get("after")
    try:
        return msgspec.convert(named[0], SequenceNumber, strict=False) if named else None
    except msgspec.ValidationError:
        raise _SocketRefused(CLOSE_MALFORMED) from None


async def _open_queue(session_key: str) -> SocketQueue:
    """A line in the hub. Opened before its person's newest sequence is asked for, so that nothing falls between."""
    try:
        visitor = await run_in_db_thread(find_session, session_key)
    except Error as error:
        logger.warning("a socket is refused, it may try again: %s", error)
        raise _SocketRefused(CLOSE_TRY_AGAIN) from error
    if visitor is None:
        raise _SocketRefused(CLOSE_SIGNED_OUT)
    line = SocketQueue(visitor)
    try:
        runtime.get_runtime().hub.open(line)
    except TooManySockets:
        raise _SocketRefused(CLOSE_TOO_MANY_SOCKETS) from None
    return line
