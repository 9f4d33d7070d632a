"""Run: the hub of one web process, with the tail that feeds it and the heartbeat that repairs what got lost."""

import asyncio
import logging
from contextlib import suppress
from functools import cache

from django.conf import settings
from django.db import Error

from live.db_threads import run_in_db_thread
from live.hub import CLOSE_SIGNED_OUT, Hub
from live.sessions import check_sessions
from live.subscriber import Subscriber
from live.wire_format import Hint

logger = logging.getLogger(__name__)
HEARTBEATS_PER_TURN = 100  # heartbeats between two looks at what else the event loop has to do


class Runtime:
    def __init__(self) -> None:
        self.hub = Hub()
        self._loop = asyncio.get_running_loop()
        self._hurry = asyncio.Event()
        self._tail = Subscriber(self._hand_over, self._look_soon)
        self._tail.start()
        self._pulse = self._loop.create_task(self._beat())

    async def stop(self) -> None:
        self._tail.stop()
        self._pulse.cancel()
        with suppress(asyncio.CancelledError):
            await self._pulse
        await asyncio.to_thread(self._tail.join, 3)

    def _hand_over(self, hints: list[Hint]) -> None:
        """In the tail's thread: wake the loop only for people who listen here.

        A line that opens just now asks for the newest sequence after it has opened: this hint was committed before.
        """
        wanted = [hint for hint in hints if self.hub.hears(hint.person)]
        if wanted:
            self._in_loop(self.hub.deliver, wanted)

    def _look_soon(self) -> None:
        self._in_loop(self._hurry.set)

    def _in_loop(self, *call: object) -> None:
        with suppress(RuntimeError):  # the loop has ended before the tail's last batch
            self._loop.call_soon_threadsafe(*call)  # type: ignore[arg-type]

    async def _beat(self) -> None:
        """Every few seconds, and at once when the tail has caught on: whose session stands, what is their newest?"""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._hurry.wait(), settings.LIVE_HEARTBEAT_SECONDS)
            self._hurry.clear()
            try:
                await self._look()
            except Error as error:
                logger.warning("no heartbeat: %s", error)
            except Exception:
                logger.exception("no heartbeat")

    async def _look(self) -> None:
        lines = list(self.hub)
        if not lines:
            return
        answers = await run_in_db_thread(check_sessions, [line.visitor for line in lines])
        for place, (line, newest) in enumerate(zip(lines, answers, strict=True), 1):
            if newest is None:
                line.close(CLOSE_SIGNED_OUT)
            else:
                line.heartbeat(newest)
            if place % HEARTBEATS_PER_TURN == 0:
                await asyncio.sleep(0)


@cache
def get_runtime() -> Runtime:
    """This process's station. ASGI's lifespan starts it; where a server has none, the first socket does."""
    return Runtime()


async def stop_runtime() -> None:
    if get_runtime.cache_info().currsize:
        await get_runtime().stop()
        get_runtime.cache_clear()
