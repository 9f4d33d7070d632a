"""The process's front: the API and its control for programs, everything else to Django's pages."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from django.core.handlers.asgi import ASGIHandler

from billing.simulated import control, faults
from billing.simulated.runtime import get_runtime
from billing.simulated.server import Answer, ConnectionLost

type Message = dict[str, Any]
type Receive = Callable[[], Awaitable[Message]]
type Send = Callable[[Mapping[str, Any]], Awaitable[None]]

logger = logging.getLogger(__name__)
MAX_BODY_BYTES = 1_000_000
TIMEOUT_SECONDS = 25  # what a request waits that a fault lets time out: longer than the client's 20


class Application:
    """`/v1/…` is Stripe's API, `/control/…` what tests and the demo may do beside it."""

    def __init__(self, pages: ASGIHandler) -> None:
        self.pages = pages

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if not scope["path"].startswith(("/v1/", "/control/")):
            await self.pages(scope, receive, send)
            return
        try:
            answer = await asyncio.to_thread(answer_request, scope, await read_body(receive))
        except ConnectionLost as lost:
            if str(lost) == "timeout":
                await asyncio.sleep(TIMEOUT_SECONDS)
            await cut(send)
            return
        await send_answer(answer, send)


def answer_request(scope: Message, body: str) -> Answer:
    """Answer one request to the API, with the changes that it made saved."""
    query = scope["query_string"].decode("latin-1")
    url = scope["path"] + (f"?{query}" if query else "")
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    try:
        with get_runtime().locked() as fake:
            if scope["path"].startswith("/control/"):
                return control.answer(fake, scope["method"], scope["path"], headers, body)
            return fake.handle(scope["method"], url, headers, body)
    except ConnectionLost:
        raise
    except Exception:
        logger.exception("%s %s failed.", scope["method"], scope["path"])
        return Answer(500, faults.error_body(500))


async def read_body(receive: Receive) -> str:
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if len(body) > MAX_BODY_BYTES:
            raise ValueError("The request is too large.")
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            return body.decode()


async def send_answer(answer: Answer, send: Send) -> None:
    body = answer.text().encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    headers += [(name.lower().encode(), value.encode()) for name, value in answer.headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def cut(send: Send) -> None:
    """Close the connection without an answer. uvicorn's `send` belongs to the object that has the connection."""
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is not None:
        transport.abort()
    await asyncio.sleep(0)  # let uvicorn notice
