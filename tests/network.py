"""Keeps tests on this machine."""

import socket
from ipaddress import ip_address
from typing import Any


def block_network(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse connections to other machines. Child processes and C libraries are not covered."""
    if event == "socket.connect" and arguments[0].family != socket.AF_UNIX:
        host = arguments[1][0]
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    name = host.decode() if isinstance(host, bytes) else host
    if name not in (None, "", "localhost") and not _is_loopback(name):
        raise RuntimeError(f"A test tried to reach {name}: tests stay on this machine.")


def _is_loopback(name: str) -> bool:
    try:
        return ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False
