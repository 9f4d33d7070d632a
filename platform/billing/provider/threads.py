"""Threads that ask the provider for several things at once: an answer takes a tenth of a second, most of it to wait."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache

AT_ONCE = 4
"""Requests of a process at the same time. Each thread keeps a connection of its own."""


def ask_all[Subject, Answer](ask: Callable[[Subject], Answer], about: Sequence[Subject]) -> list[Answer]:
    """The answers, in the order of what is asked about. `ask` runs in other threads and uses no database.

    Raises what the first one raises that fails. What was not asked by then is not asked.
    """
    if AT_ONCE == 1 or len(about) < 2:
        return [ask(one) for one in about]
    return list(_get_threads().map(ask, about))


@cache
def _get_threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(AT_ONCE, thread_name_prefix="provider")
