"""The socket at /live/, which tells an open page of one person that there is something to fetch.

Nothing that a client sends can write.

    -> {"type": "hello", "newest": 41}
    -> {"type": "notice", "sequence": 42, "kind": "draft.pending", "reference": "draft:7"}
    -> {"type": "heartbeat", "newest": 42}
    -> {"type": "resync"}                    look at everything again: this socket was too slow, and what it missed
                                             follows; or notices that it asked for were deleted
    <- {"after": 40}                         send what came after 40, unless this socket has sent it already

`/live/?after=40` resumes from the start, which also keeps everything in order. A socket is closed with 4400 when a
message cannot be understood, 4401 when nobody is signed in (any more), 4429 when a person has too many sockets, and
1013 when it may try again later.
"""

import asyncio
import logging
from contextlib import suppress
from typing import Annotated, Any
from urllib.parse import parse_qs

import msgspec
from channels.consumer import AsyncConsumer
from channels.exceptions import StopConsumer
from django.db import Error

from live import runtime
from live.db_threads import run_in_db_thread
from live.exceptions import TooManySockets
from live.hub import SocketQueue
from live.sessions import find_session, read_session_key
from live.socket_writer import SocketWriter
from live.wire_format import CLOSE_MALFORMED, CLOSE_SIGNED_OUT, CLOSE_TOO_MANY_SOCKETS, CLOSE_TRY_AGAIN

logger = logging.getLogger(__name__)
MAX_MESSAGE_BYTES = 4096  # of a message from the client
ADDRESS_SLOT = "address_slot"
"""The key in a scope's state of what counts the connection for its address (config/connection_limits.py)."""

type SequenceNumber = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


class ResumeRequest(msgspec.Struct, forbid_unknown_fields=True):
    after: SequenceNumber


_request_decoder = msgspec.json.Decoder(ResumeRequest)


class _SocketRefused(Exception):
    def __init__(self, code: int) -> None:
        self.code = code


class NoticeSocket(AsyncConsumer):  # type: ignore[misc]  # Channels has no types
    """One open page. A task of its own sends everything, so that messages keep their order."""

    _queue: SocketQueue | None = None
    _writer_task: asyncio.Task[None] | None = None

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Do what Channels does, without its call to a thread for every message. We query rows in our own threads."""
        match message["type"]:
            case "websocket.connect":
                await self._connect()
            case "websocket.receive":
                await self._receive(message)
            case "websocket.disconnect":
                await self._disconnect()
                raise StopConsumer

    async def _connect(self) -> None:
        await self.send({"type": "websocket.accept"})  # a browser sees a close code only after this
        try:
            after = _parse_after(self.scope["query_string"])
            self._queue = await _open_queue(read_session_key(self.scope["headers"]))
        except _SocketRefused as refused:
            await self._close(refused.code)
            return
        if slot := self.scope.get("state", {}).get(ADDRESS_SLOT):
            slot.release()  # from now on it counts for its person alone
        self._writer_task = asyncio.create_task(self._write(self._queue, after))

    async def _write(self, queue: SocketQueue, after: int | None) -> None:
        try:
            with suppress(OSError):  # the client has gone, and its disconnect message is on the way
                await SocketWriter(queue, self.base_send).run(after)
        except Exception:
            logger.exception("a socket is closed")
            await self._close(1011)
        finally:
            runtime.get_runtime().hub.remove(queue)

    async def _receive(self, message: dict[str, Any]) -> None:
        if self._queue is None:
            return
        try:
            text = message.get("text") or ""
            if len(text.encode()) > MAX_MESSAGE_BYTES:
                raise msgspec.DecodeError
            self._queue.request_after(_request_decoder.decode(text).after)
        except (msgspec.DecodeError, UnicodeError):
            self._queue.close(CLOSE_MALFORMED)

    async def _close(self, code: int) -> None:
        with suppress(OSError):
            await self.send({"type": "websocket.close", "code": code})

    async def _disconnect(self) -> None:
        if self._writer_task is not None:
            self._writer_task.cancel()
            with suppress(asyncio.CancelledError):
                await self._writer_task


def _parse_after(query: bytes) -> int | None:
    values = parse_qs(query.decode("latin-1")).get("after")
    try:
        return msgspec.convert(values[0], SequenceNumber, strict=False) if values else None
    except msgspec.ValidationError:
        raise _SocketRefused(CLOSE_MALFORMED) from None


async def _open_queue(session_key: str) -> SocketQueue:
    """A new queue in the hub. It is added before the newest sequence is read, so that nothing is missed in between."""
    try:
        session = await run_in_db_thread(find_session, session_key)
    except Error as error:
        logger.warning("a socket is refused, it may try again: %s", error)
        raise _SocketRefused(CLOSE_TRY_AGAIN) from error
    if session is None:
        raise _SocketRefused(CLOSE_SIGNED_OUT)
    queue = SocketQueue(session)
    try:
        runtime.get_runtime().hub.add(queue)
    except TooManySockets:
        raise _SocketRefused(CLOSE_TOO_MANY_SOCKETS) from None
    return queue
