"""A WebSocket client that keeps many connections open and stores what each receives, with the time."""

import asyncio
import json
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect


@dataclass
class OpenSocket:
    """The connection of one open page, and its messages with their time in seconds since 1970."""

    owner: str
    messages: list[tuple[float, dict[str, Any]]] = field(default_factory=list)

    def notices(self, kind: str) -> list[tuple[float, dict[str, Any]]]:
        """The notices of this kind that have arrived."""
        return [(at, body) for at, body in self.messages if body.get("type") == "notice" and body["kind"] == kind]


class SocketClient:
    """Runs an event loop in a thread of its own, where the connections receive while the run goes on."""

    def __init__(self, site: str) -> None:
        self.site = site
        self.loop = asyncio.new_event_loop()
        self.connections: list[ClientConnection] = []
        threading.Thread(target=self.loop.run_forever, daemon=True).start()

    def open(self, owner: str, cookie: str) -> OpenSocket:
        """Connect, and return once the server has sent its first message."""
        socket = OpenSocket(owner)
        asyncio.run_coroutine_threadsafe(self._connect(socket, cookie), self.loop).result(30)
        return socket

    async def _connect(self, socket: OpenSocket, cookie: str) -> None:
        address = self.site.replace("http://", "ws://") + "/live/"
        headers = {"Cookie": cookie}
        connection = await connect(address, origin=self.site, additional_headers=headers, proxy=None)  # type: ignore[arg-type]
        self.connections.append(connection)
        greeted = asyncio.Event()
        self.loop.create_task(self._listen(connection, socket, greeted))
        await asyncio.wait_for(greeted.wait(), 10)

    async def _listen(self, connection: ClientConnection, socket: OpenSocket, greeted: asyncio.Event) -> None:
        async for message in connection:
            socket.messages.append((time.time(), json.loads(message)))
            greeted.set()

    def close(self) -> None:
        """Close every connection and stop the event loop."""

        async def close_connections() -> None:
            await asyncio.gather(*(connection.close() for connection in self.connections))

        asyncio.run_coroutine_threadsafe(close_connections(), self.loop).result(30)
        self.loop.call_soon_threadsafe(self.loop.stop)
