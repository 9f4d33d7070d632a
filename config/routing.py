"""Route: what comes in over WebSocket, from pages of this very site alone. Every write comes in over HTTP."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from channels.routing import URLRouter
from channels.security.websocket import WebsocketDenier
from django.conf import settings
from django.http.request import validate_host
from django.urls import path, re_path

from live.sockets import NoticeSocket

DEFAULT_PORTS = {"http": 80, "https": 443}

type Message = Any  # ASGI's dictionaries, which every library types in its own way
type App = Callable[[Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]
type Origin = tuple[str, str, int]


def same_origin_only(app: App) -> App:
    """A browser shows its cookie to a socket from whichever page: a page of another port, scheme or name is refused.

    Channels' own validator compares names alone, and a name has many ports. Who names no origin is refused too.
    """

    async def guarded(
        scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
    ) -> None:
        await (app if is_same_origin(scope) else WebsocketDenier())(scope, receive, send)

    return guarded


def is_same_origin(scope: Message) -> bool:
    """Whether the page is at our own address, or at the one that this very request came to, if that is one of ours."""
    shown = parse_origin(_header(scope, b"origin"))
    here = parse_origin(f"{_scheme(scope)}://{_header(scope, b'host')}")
    ours = {known for known in (here, parse_origin(settings.SITE_URL)) if known}
    return shown in ours and validate_host(shown[1], settings.ALLOWED_HOSTS)


def parse_origin(address: str) -> Origin | None:
    """Scheme, name and port; None for what is no origin, as `null` and what has more to it than these."""
    try:
        split = urlsplit(address.lower())
        port = split.port or DEFAULT_PORTS[split.scheme]
    except (KeyError, ValueError):
        return None
    name = f"[{split.hostname}]" if ":" in (split.hostname or "") else split.hostname
    plain = not (split.path.strip("/") or split.query or split.fragment or "@" in split.netloc)
    return (split.scheme, name, port) if name and plain else None


def _scheme(scope: Message) -> str:
    """As the browser sees it: in front of us may be a proxy, which the settings trust or do not."""
    if trusted := settings.SECURE_PROXY_SSL_HEADER:
        name, secure = trusted
        told = _header(scope, name.removeprefix("HTTP_").replace("_", "-").lower().encode())
        if told:
            return "https" if told.partition(",")[0].strip() == secure else "http"
    return "https" if scope.get("scheme") == "wss" else "http"


def _header(scope: Message, name: bytes) -> str:
    """What was sent, once; twice is nothing."""
    [value, *more] = [value for key, value in scope["headers"] if key == name] or [b""]
    return "" if more else value.decode("latin-1")


websocket_application = same_origin_only(
    URLRouter([path("live/", NoticeSocket.as_asgi()), re_path(r"^", WebsocketDenier.as_asgi())])
)
