"""Ask the database from the event loop, through a few threads that keep their connections."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import close_old_connections

THREAD_COUNT = 4

_executor = ThreadPoolExecutor(THREAD_COUNT, thread_name_prefix="live-db")


async def run_in_db_thread[**P, T](function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What the function returns or raises, when called in one of the threads."""

    def call() -> T:
        close_old_connections()  # a broken connection is replaced
        return function(*args, **kwargs)

    return await asyncio.get_running_loop().run_in_executor(_executor, call)
