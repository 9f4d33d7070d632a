"""Open sockets, as many as it takes, and when each of them heard what."""

import asyncio
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect


@dataclass
class OpenSocket:
    """One open page: what it heard, and at which time (seconds since 1970)."""

    whose: str
    heard: list[tuple[float, dict[str, Any]]] = field(default_factory=list)

    def notices(self, kind: str) -> list[tuple[float, dict[str, Any]]]:
        return [(at, said) for at, said in self.heard if said.get("type") == "notice" and said["kind"] == kind]


class SocketClient:
    """A loop of its own in which sockets listen while the story goes on."""

    def __init__(self, site: str) -> None:
        self.site = site
        self.loop = asyncio.new_event_loop()
        self.links: list[ClientConnection] = []
        threading.Thread(target=self.loop.run_forever, daemon=True).start()

    def open(self, whose: str, cookie: str) -> OpenSocket:
        socket = OpenSocket(whose)
        asyncio.run_coroutine_threadsafe(self._connect(socket, cookie), self.loop).result(30)
        return socket

    async def _connect(self, socket: OpenSocket, cookie: str) -> None:
        address = self.site.replace("http://", "ws://") + "/live/"
        headers = {"Cookie": cookie}
        link = await connect(address, origin=self.site, additional_headers=headers, proxy=None)  # type: ignore[arg-type]
        self.links.append(link)
        hello = asyncio.Event()
        self.loop.create_task(self._listen(link, socket, hello))
        await asyncio.wait_for(hello.wait(), 10)

    async def _listen(self, link: ClientConnection, socket: OpenSocket, hello: asyncio.Event) -> None:
        async for message in link:
            socket.heard.append((time.time(), json.loads(message)))
            hello.set()

    def close(self) -> None:
        async def all_of_them() -> None:
            await asyncio.gather(*(link.close() for link in self.links))

        asyncio.run_coroutine_threadsafe(all_of_them(), self.loop).result(30)
        self.loop.call_soon_threadsafe(self.loop.stop)


def wait_for(so: Callable[[], Any], *, seconds: float) -> Any:
    """Ask again and again until the answer is true, or the time is up; the last answer."""
    deadline = time.monotonic() + seconds
    while not (answer := so()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return answer
