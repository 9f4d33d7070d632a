"""Run views in a fixed number of threads, which keep their connections to the database.

Under ASGI, Django gives each request a thread of its own, with a new database connection. Here a view borrows one of
WEB_THREADS threads. Bodies are read and responses are sent outside it, so that a slow client holds no thread.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.db import close_old_connections
from django.http import HttpRequest

from web import slow_answers


class PooledASGIHandler(ASGIHandler):
    """Django's handler with WEB_THREADS threads. A request waits while all of them are busy."""

    def __init__(self) -> None:
        super().__init__()
        self._free: asyncio.LifoQueue[ThreadPoolExecutor] = asyncio.LifoQueue()
        for number in range(settings.WEB_THREADS):
            self._free.put_nowait(ThreadPoolExecutor(1, thread_name_prefix=f"web-{number}"))

    async def run_get_response(self, request: HttpRequest) -> Any:
        thread = await self._free.get()
        try:
            async with ThreadSensitiveContext(executor=thread):
                await sync_to_async(close_old_connections)()  # a broken one is replaced
                response = await super().run_get_response(request)
        finally:
            self._free.put_nowait(thread)
        if seconds := slow_answers.seconds_to_wait(request):
            await asyncio.sleep(seconds)
        return response
