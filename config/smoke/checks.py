"""Checks of the smoke run: require a fact, wait for one, and ask whether the site answers."""

import time
from collections.abc import Callable
from http import HTTPStatus
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

DIRECT = build_opener(ProxyHandler({}))  # no proxy between us and our own machine


class SmokeFailed(Exception):
    """The run has failed. The message says what should have been true."""


def require(condition: object, sentence: str) -> None:
    """Raise SmokeFailed with the sentence unless the condition is true."""
    if not condition:
        raise SmokeFailed(sentence)


def wait_for[T](condition: Callable[[], T], *, seconds: float, every: float = 0.05) -> T:
    """Call `condition` until it returns something true or the time is up. Returns its last result."""
    deadline = time.monotonic() + seconds
    while not (result := condition()) and time.monotonic() < deadline:
        time.sleep(every)
    return result


def is_healthy(site: str, path: str = "/health") -> bool:
    """Whether the site answers 200 at the path within 5 seconds."""
    try:
        with DIRECT.open(site + path, timeout=5) as response:
            return bool(response.status == HTTPStatus.OK)
    except (URLError, OSError):
        return False
