"""The ASGI application: HTTP by Django, WebSockets by Channels. The live runtime starts and stops with the process."""

import asyncio
import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup(set_prefix=False)  # before anything that imports a model

from channels.routing import ProtocolTypeRouter  # noqa: E402

from config.asgi_handler import PooledASGIHandler  # noqa: E402
from config.asgi_limits import limit_body_size, read_client_address  # noqa: E402
from config.routing import websocket_application  # noqa: E402
from live import runtime  # noqa: E402

type Message = MutableMapping[str, Any]


async def lifespan(
    scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    """Start and stop the live runtime when uvicorn says so. After a second Ctrl-C, uvicorn cancels this instead."""
    await receive()
    runtime.get_runtime()
    await send({"type": "lifespan.startup.complete"})
    try:
        await receive()
    except asyncio.CancelledError:
        return  # the event loop ends at once
    await runtime.stop_runtime()
    await send({"type": "lifespan.shutdown.complete"})


application = ProtocolTypeRouter(
    {
        "http": read_client_address(limit_body_size(PooledASGIHandler())),
        "websocket": websocket_application,
        "lifespan": lifespan,
    }
)
