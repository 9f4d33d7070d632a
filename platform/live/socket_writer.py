"""Say: on one socket, each notice once and in order, whatever way we heard of it.

Sequences have no gaps and are in commit order. So a hint that leaves one out means that a push is late or lost, and
the rows that are missing are there to be read; a hint that we have passed is a repetition.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import msgspec
from django.db import Error

from live import notices
from live.db_threads import run_in_db_thread
from live.hub import SocketQueue, encode_notice

logger = logging.getLogger(__name__)
ROWS_PER_QUERY = 200
CLOSE_TRY_AGAIN = 1013  # as the registry of close codes has it

type Send = Callable[[dict[str, Any]], Awaitable[None]]


class _SocketClosing(Exception):
    """The line is to be closed: say nothing more."""


class SocketWriter:
    """What one socket was told: every notice after `_floor` up to `_said`."""

    def __init__(self, line: SocketQueue, send: Send) -> None:
        self._line, self._send = line, send
        self._floor = self._said = 0

    async def run(self, after: int | None) -> None:
        """Until the line is closed. `after`: resume there; None: begin with what comes from now on."""
        try:
            await self._hello(after)
            while True:
                await self._line.news()
                await self._tell()
        except _SocketClosing:
            await self._send({"type": "websocket.close", "code": self._line.code})
        except Error as error:
            logger.warning("a socket is closed, it may try again: %s", error)
            await self._send({"type": "websocket.close", "code": CLOSE_TRY_AGAIN})

    async def _hello(self, after: int | None) -> None:
        person = self._line.visitor.person_id
        newest = (await run_in_db_thread(notices.newest_sequences, [person]))[person]
        self._floor = self._said = newest if after is None else min(after, newest)
        await self._say(type="hello", newest=newest)
        await self._catch_up(newest)

    async def _tell(self) -> None:
        line = self._line
        if line.resync:
            line.resync = False
            await self._say(type="resync")
        if line.asked is not None:
            asked, line.asked = line.asked, None
            await self._reach_back(asked)
        hints, line.hints = line.hints, []
        for sequence, message in hints:
            await self._pass_on(sequence, message)
        if line.beat is not None:
            newest, line.beat = line.beat, None
            await self._catch_up(newest)
            await self._say(type="heartbeat", newest=newest)
        self._check()

    async def _pass_on(self, sequence: int, message: str) -> None:
        if sequence > self._said + 1:
            await self._catch_up(sequence)
        elif sequence == self._said + 1:
            await self._put(message)
            self._said = sequence

    async def _catch_up(self, newest: int) -> None:
        """Say what is in the rows and was not said."""
        while self._said < newest:
            self._said = await self._read_out(self._said, newest)

    async def _reach_back(self, after: int) -> None:
        """Say what came before this socket was opened and after what the client names."""
        upto, self._floor = self._floor, min(after, self._floor)
        while after < upto:
            after = await self._read_out(after, upto)

    async def _read_out(self, after: int, upto: int) -> int:
        """One page of rows; how far that leads. Rows that are no longer there are passed over."""
        person: UUID = self._line.visitor.person_id
        rows = [
            row
            for row in await run_in_db_thread(notices.list_after, person, after, ROWS_PER_QUERY)
            if row.sequence <= upto
        ]
        for row in rows:
            await self._put(encode_notice(row.sequence, row.kind, row.reference))
        return rows[-1].sequence if len(rows) == ROWS_PER_QUERY else upto

    async def _say(self, **said: object) -> None:
        await self._put(msgspec.json.encode(said).decode())

    async def _put(self, message: str) -> None:
        self._check()
        await self._send({"type": "websocket.send", "text": message})

    def _check(self) -> None:
        if self._line.code is not None:
            raise _SocketClosing
