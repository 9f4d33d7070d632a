"""Route: what comes in over WebSocket. Every write comes in over HTTP."""

from channels.routing import URLRouter
from channels.security.websocket import AllowedHostsOriginValidator, WebsocketDenier
from django.urls import path, re_path

from live.sockets import Socket

sockets = AllowedHostsOriginValidator(
    URLRouter([path("live/", Socket.as_asgi()), re_path(r"^", WebsocketDenier.as_asgi())])
)
