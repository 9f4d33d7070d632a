"""Ask: the database, from the event loop, through a few threads that keep their connections."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import close_old_connections

THREADS = 4

_threads = ThreadPoolExecutor(THREADS, thread_name_prefix="live-rows")


async def ask[**P, T](question: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    def asked() -> T:
        close_old_connections()  # one that broke is replaced
        return question(*args, **kwargs)

    return await asyncio.get_running_loop().run_in_executor(_threads, asked)
