"""Bound the open connections of each address, and end requests that arrive too slowly. `serve` gives this to uvicorn.

uvicorn itself waits for ever for the rest of a request.
"""

from asyncio import TimerHandle, Transport
from collections.abc import Callable
from dataclasses import dataclass, field

from django.conf import settings
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from live.sockets import ADDRESS_SLOT
from web.client_address import client_address, limit_key

TOO_MANY = (
    b"HTTP/1.1 429 Too Many Requests\r\ncontent-type: text/plain; charset=utf-8\r\nretry-after: 5\r\n"
    b"connection: close\r\n\r\nToo many connections are open from your address.\n"
)


class TooManyConnections(Exception):
    """The address has CONNECTIONS_PER_ADDRESS open connections."""


@dataclass(eq=False)
class _Address:
    """The connections of one address in this process."""

    slots: set["Slot"] = field(default_factory=set)
    half_open: dict["Slot", None] = field(default_factory=dict)  # oldest first


_addresses: dict[str, _Address] = {}


class Slot:
    """The place of one connection among those of its address. `end` closes the connection."""

    def __init__(self, address: str, end: Callable[[], None]) -> None:
        self._key, self.end = limit_key(address), end
        self._address = _addresses.setdefault(self._key, _Address())
        if len(self._address.slots) >= settings.CONNECTIONS_PER_ADDRESS:
            raise TooManyConnections
        self._address.slots.add(self)

    def begin_request(self) -> None:
        """Its request is half-open from now on. Beyond HALF_OPEN_PER_ADDRESS, the oldest of the address ends."""
        half_open = self._address.half_open
        half_open[self] = None
        if len(half_open) > settings.HALF_OPEN_PER_ADDRESS:
            oldest = next(iter(half_open))
            oldest.release()
            oldest.end()

    def end_request(self) -> None:
        """Its request has arrived whole."""
        self._address.half_open.pop(self, None)

    def release(self) -> None:
        """Count the connection no longer."""
        self.end_request()
        self._address.slots.discard(self)
        if not self._address.slots and _addresses.get(self._key) is self._address:
            del _addresses[self._key]


class BoundedHttpProtocol(HttpToolsProtocol):
    """uvicorn's HTTP connection with limits.

    A connection counts for the address at its other end. Behind proxies it counts for the client of the request that it
    carries, while it carries one.
    """

    _slot: Slot | None = None
    _timer: TimerHandle | None = None
    _body_bytes = 0

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if not settings.TRUSTED_PROXIES:
            self._take_slot(self.client[0] if self.client else None)
        self._expect_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        self._release_slot()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self._timer is None:  # a further request; the first begins with the connection
            self._expect_headers()

    def on_headers_complete(self) -> None:
        if settings.TRUSTED_PROXIES:
            self._release_slot()
            self._take_slot(client_address(None, self.headers))
        if self.transport.is_closing():
            return
        if self._slot:
            self._slot.begin_request()
        self._body_bytes = 0
        self._start_timer(self._check_body)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        if not self.transport.is_closing():
            super().on_body(body)

    def on_message_complete(self) -> None:
        self._stop_timer()
        if self._slot:
            self._slot.end_request()
        if not self.transport.is_closing():
            super().on_message_complete()

    def on_response_complete(self) -> None:
        if settings.TRUSTED_PROXIES:
            self._release_slot()
        super().on_response_complete()

    def handle_websocket_upgrade(self) -> None:
        """Hand the slot to the socket, which gives it back when a person has signed in (live/sockets.py)."""
        self._stop_timer()
        if self.transport.is_closing():
            return
        if self._slot:
            self._slot.end_request()
            self.app_state = {**self.app_state, ADDRESS_SLOT: self._slot}
        super().handle_websocket_upgrade()

    def _take_slot(self, address: str | None) -> None:
        """Count the connection for this address, or refuse it. A proxy's own request counts for nobody."""
        if address is None:
            return
        try:
            self._slot = Slot(address, self._end)
        except TooManyConnections:
            self.transport.write(TOO_MANY)
            self._end()

    def _release_slot(self) -> None:
        if self._slot:
            self._slot.release()
            self._slot = None

    def _expect_headers(self) -> None:
        if self._slot:
            self._slot.begin_request()
        self._start_timer(self._check_headers)

    def _check_headers(self) -> None:
        """End the request if its headers are not complete, unless we ourselves do not read on."""
        if self.flow.read_paused:
            self._start_timer(self._check_headers)
        else:
            self._end()

    def _check_body(self) -> None:
        """End the request if its body brought too little since the last check, unless we ourselves do not read on."""
        least = settings.SLOW_REQUEST_SECONDS * settings.SLOW_REQUEST_BYTES_PER_SECOND
        if self._body_bytes < least and not self.flow.read_paused:
            self._end()
            return
        self._body_bytes = 0
        self._start_timer(self._check_body)

    def _start_timer(self, callback: Callable[[], None]) -> None:
        self._stop_timer()
        self._timer = self.loop.call_later(settings.SLOW_REQUEST_SECONDS, callback)

    def _stop_timer(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _end(self) -> None:
        self._stop_timer()
        self.transport.close()


class BoundedSocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket connection. It has the slot of the HTTP connection that it was."""

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if slot := self.app_state.get(ADDRESS_SLOT):
            slot.release()
