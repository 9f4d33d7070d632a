"""Answer: HTTP requests, in a few threads that keep their connections to the database.

Django gives each request under ASGI a thread of its own, which would open a connection for every request and leave
it behind. Here a view borrows one of a fixed number of threads; reading a slow body and writing to a slow reader
happen outside, so nobody can hold a thread for longer than a view takes.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.db import close_old_connections
from django.http import HttpRequest


class PooledASGIHandler(ASGIHandler):
    def __init__(self) -> None:
        super().__init__()
        self._free: asyncio.LifoQueue[ThreadPoolExecutor] = asyncio.LifoQueue()
        for number in range(settings.WEB_THREADS):
            self._free.put_nowait(ThreadPoolExecutor(1, thread_name_prefix=f"web-{number}"))

    async def run_get_response(self, request: HttpRequest) -> Any:
        thread = await self._free.get()
        try:
            async with ThreadSensitiveContext(executor=thread):
                await sync_to_async(close_old_connections)()  # one that broke is replaced
                return await super().run_get_response(request)
        finally:
            self._free.put_nowait(thread)
