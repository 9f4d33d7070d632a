"""Hold back the answer to a request, without holding a thread (config/asgi_handler.py waits)."""

import time

from django.http import HttpRequest


def answer_not_before(request: HttpRequest, seconds: float) -> None:
    """Let the client wait until so many seconds from now, whatever the answer is and however soon it is known."""
    request.answer_at = time.monotonic() + seconds  # type: ignore[attr-defined]


def seconds_to_wait(request: HttpRequest) -> float:
    """For how long to hold back the answer: 0 for most requests."""
    answer_at: float = getattr(request, "answer_at", 0)
    return max(0.0, answer_at - time.monotonic()) if answer_at else 0.0
