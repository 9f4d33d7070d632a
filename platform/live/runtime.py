"""What one web process runs for its open sockets: the hub, the subscriber that feeds it, and the heartbeat.

The heartbeat repairs what got lost: it tells every socket the newest sequence of its person.
"""

import asyncio
import logging
from contextlib import suppress
from functools import cache

from django.conf import settings
from django.db import Error

from live.db_threads import run_in_db_thread
from live.hub import Hub
from live.sessions import check_sessions
from live.subscriber import Subscriber
from live.wire_format import CLOSE_SIGNED_OUT, Hint

logger = logging.getLogger(__name__)
HEARTBEATS_PER_TURN = 100  # before the event loop may do something else
STOP_TIMEOUT_SECONDS = 3


class Runtime:
    """Made in the event loop, and starts at once."""

    def __init__(self) -> None:
        self.hub = Hub()
        self._loop = asyncio.get_running_loop()
        self._heartbeat_due = asyncio.Event()
        self._subscriber = Subscriber(self._deliver, self._request_heartbeat)
        self._subscriber.start()
        self._heartbeat_task = self._loop.create_task(self._run_heartbeats())

    async def stop(self) -> None:
        self._subscriber.stop()
        self._heartbeat_task.cancel()
        with suppress(asyncio.CancelledError):
            await self._heartbeat_task
        await asyncio.to_thread(self._subscriber.join, STOP_TIMEOUT_SECONDS)

    def _deliver(self, hints: list[Hint]) -> None:
        """Called in the subscriber's thread. The event loop is woken only for people who have a socket here.

        A socket that opens at this moment misses nothing: it asks for the newest sequence after it was added to the
        hub, and this hint was committed before.
        """
        wanted = [hint for hint in hints if self.hub.has_sockets(hint.person)]
        if wanted:
            self._call_in_loop(self.hub.deliver, wanted)

    def _request_heartbeat(self) -> None:
        self._call_in_loop(self._heartbeat_due.set)

    def _call_in_loop(self, *call: object) -> None:
        with suppress(RuntimeError):  # the loop has ended before the subscriber's last batch
            self._loop.call_soon_threadsafe(*call)  # type: ignore[arg-type]

    async def _run_heartbeats(self) -> None:
        """Send heartbeats every few seconds, and at once when the subscriber has begun to read."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._heartbeat_due.wait(), settings.LIVE_HEARTBEAT_SECONDS)
            self._heartbeat_due.clear()
            try:
                await self._send_heartbeats()
            except Error as error:
                logger.warning("no heartbeat: %s", error)
            except Exception:
                logger.exception("no heartbeat")

    async def _send_heartbeats(self) -> None:
        """Check all sessions in one query. Close the sockets of those that ended; send the others their newest."""
        queues = list(self.hub)
        if not queues:
            return
        newest_sequences = await run_in_db_thread(check_sessions, [queue.session for queue in queues])
        for number, (queue, newest) in enumerate(zip(queues, newest_sequences, strict=True), 1):
            if newest is None:
                queue.close(CLOSE_SIGNED_OUT)
            else:
                queue.heartbeat(newest)
            if number % HEARTBEATS_PER_TURN == 0:
                await asyncio.sleep(0)


@cache
def get_runtime() -> Runtime:
    """The runtime of this process. ASGI's lifespan starts it; under a server without lifespan the first socket does."""
    return Runtime()


async def stop_runtime() -> None:
    if get_runtime.cache_info().currsize:
        await get_runtime().stop()
        get_runtime.cache_clear()
