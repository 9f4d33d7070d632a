"""Send each notice once and in order on one socket, whether it came as a hint or is read from the rows.

Sequences have no gaps and follow the order of commits. If a hint leaves a sequence out, a push is late or lost, and the
missing rows are read. A hint at or below the last sent sequence is a repetition.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import msgspec
from django.db import Error

from live import notices
from live.db_threads import run_in_db_thread
from live.hub import SocketQueue
from live.wire_format import CLOSE_TRY_AGAIN, encode_notice

logger = logging.getLogger(__name__)
ROWS_PER_QUERY = 200

type Send = Callable[[dict[str, Any]], Awaitable[None]]


class _SocketClosing(Exception):
    """The socket is to be closed, so nothing more is sent."""


class SocketWriter:
    """Sends on one socket. Every notice after `_sent_after` up to `_sent_up_to` was sent."""

    def __init__(self, queue: SocketQueue, send: Send) -> None:
        self._queue, self._send = queue, send
        self._sent_after = self._sent_up_to = 0

    async def run(self, after: int | None) -> None:
        """Send until the socket is closed. `after` is the sequence to resume at; None sends only what is new."""
        try:
            await self._send_hello(after)
            while True:
                await self._queue.wait()
                await self._send_pending()
        except _SocketClosing:
            await self._send({"type": "websocket.close", "code": self._queue.close_code})
        except Error as error:
            logger.warning("a socket is closed, it may try again: %s", error)
            await self._send({"type": "websocket.close", "code": CLOSE_TRY_AGAIN})

    async def _send_hello(self, after: int | None) -> None:
        person = self._queue.session.person_id
        newest = (await run_in_db_thread(notices.newest_sequences, [person]))[person]
        self._sent_after = self._sent_up_to = newest if after is None else min(after, newest)
        await self._send_message(type="hello", newest=newest)
        await self._send_missed(newest)

    async def _send_pending(self) -> None:
        queue = self._queue
        if queue.resync:
            queue.resync = False
            await self._send_message(type="resync")
        if queue.requested_after is not None:
            after, queue.requested_after = queue.requested_after, None
            await self._send_earlier(after)
        hints, queue.hints = queue.hints, []
        for sequence, message in hints:
            await self._send_hint(sequence, message)
        if queue.heartbeat_newest is not None:
            newest, queue.heartbeat_newest = queue.heartbeat_newest, None
            await self._send_missed(newest)
            await self._send_message(type="heartbeat", newest=newest)
        self._raise_if_closing()

    async def _send_hint(self, sequence: int, message: str) -> None:
        if sequence > self._sent_up_to + 1:
            await self._send_missed(sequence)
        elif sequence == self._sent_up_to + 1:
            await self._send_text(message)
            self._sent_up_to = sequence

    async def _send_missed(self, newest: int) -> None:
        """Send the rows up to `newest` that were not sent yet."""
        while self._sent_up_to < newest:
            self._sent_up_to = await self._send_rows(self._sent_up_to, newest)

    async def _send_earlier(self, after: int) -> None:
        """Send what the client asks for and what came before the first notice that this socket sent."""
        up_to, self._sent_after = self._sent_after, min(after, self._sent_after)
        while after < up_to:
            after = await self._send_rows(after, up_to)

    async def _send_rows(self, after: int, up_to: int) -> int:
        """Send one page of rows, after a resync if some were deleted. Returns the sequence that it reaches."""
        person: UUID = self._queue.session.person_id
        rows = [
            row
            for row in await run_in_db_thread(notices.list_after, person, after, ROWS_PER_QUERY)
            if row.sequence <= up_to
        ]
        if notices.has_gap(rows, after=after, limit=ROWS_PER_QUERY, newest=up_to):
            await self._send_message(type="resync")
        for row in rows:
            await self._send_text(encode_notice(row.sequence, row.kind, row.reference))
        return rows[-1].sequence if len(rows) == ROWS_PER_QUERY else up_to

    async def _send_message(self, **message: object) -> None:
        await self._send_text(msgspec.json.encode(message).decode())

    async def _send_text(self, text: str) -> None:
        self._raise_if_closing()
        await self._send({"type": "websocket.send", "text": text})

    def _raise_if_closing(self) -> None:
        if self._queue.close_code is not None:
            raise _SocketClosing
