"""The WebSocket application. It accepts connections from pages of this site only."""

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
    """Refuse connections from pages of another origin, because a browser sends its cookie whichever page connects.

    A request without an origin is refused too. Channels' own validator compares host names only, not port and scheme.
    """

    async def checked(
        scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
    ) -> None:
        await (app if is_same_origin(scope) else WebsocketDenier())(scope, receive, send)

    return checked


def is_same_origin(scope: Message) -> bool:
    """Whether the page's origin is SITE_URL, or the host of this request, if that is in ALLOWED_HOSTS."""
    origin = parse_origin(_header(scope, b"origin"))
    requested = parse_origin(f"{_scheme(scope)}://{_header(scope, b'host')}")
    allowed = {known for known in (requested, parse_origin(settings.SITE_URL)) if known}
    return origin in allowed and validate_host(origin[1], settings.ALLOWED_HOSTS)


def parse_origin(address: str) -> Origin | None:
    """Scheme, host name and port; None if the text is no origin, as `null` or a URL with a path."""
    try:
        split = urlsplit(address.lower())
        port = split.port or DEFAULT_PORTS[split.scheme]
    except (KeyError, ValueError):
        return None
    name = f"[{split.hostname}]" if ":" in (split.hostname or "") else split.hostname
    is_origin = not (split.path.strip("/") or split.query or split.fragment or "@" in split.netloc)
    return (split.scheme, name, port) if name and is_origin else None


def _scheme(scope: Message) -> str:
    """The scheme that the browser used; from the proxy's header, if the settings trust it."""
    if trusted := settings.SECURE_PROXY_SSL_HEADER:
        name, secure = trusted
        forwarded = _header(scope, name.removeprefix("HTTP_").replace("_", "-").lower().encode())
        if forwarded:
            return "https" if forwarded.partition(",")[0].strip() == secure else "http"
    return "https" if scope.get("scheme") == "wss" else "http"


def _header(scope: Message, name: bytes) -> str:
    """The value of a header; "" if it is missing or was sent twice."""
    [value, *more] = [value for key, value in scope["headers"] if key == name] or [b""]
    return "" if more else value.decode("latin-1")


websocket_application = same_origin_only(
    URLRouter([path("live/", NoticeSocket.as_asgi()), re_path(r"^", WebsocketDenier.as_asgi())])
)
