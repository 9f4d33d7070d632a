"""Which addresses a model's server may have: https at a public host of one list, or an internal host of another."""

import asyncio
import ipaddress
import socket
from collections.abc import Set
from urllib.parse import urlsplit

from ai.exceptions import ModelFailed

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
OPENAI_HOST = "api.openai.com"


def check_address(base_url: str, hosts: Set[str], internal_hosts: Set[str]) -> None:
    """Raise ModelFailed unless the URL is https at one of `hosts`, or http(s) at one of `internal_hosts`.

    An entry of a list is a host, or a host and a port: `127.0.0.1:11434`.
    """
    try:
        parts = urlsplit(base_url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise ModelFailed("address", "not an address") from None
    if parts.scheme not in ("http", "https") or not host:
        raise ModelFailed("address", "not an http address")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ModelFailed("address", "an address with a user, a query or a fragment")
    if not is_listed(base_url, internal_hosts) and (parts.scheme != "https" or not is_listed(base_url, hosts)):
        raise ModelFailed(
            "address", f"{host} is neither an internal host of the settings nor https at a host of theirs"
        )


def is_listed(base_url: str, hosts: Set[str]) -> bool:
    """Whether the host of this URL, alone or with its port, is in the list."""
    parts = urlsplit(base_url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    return host in hosts or f"{host}:{port}" in hosts


def is_openai(base_url: str) -> bool:
    """Whether OpenAI itself answers there."""
    return urlsplit(base_url).hostname == OPENAI_HOST


async def require_public(base_url: str) -> None:
    """Raise ModelFailed where the host of this URL stands for an address inside our own network.

    The name may mean something else a moment later, when the connection is made. It is https then, so a server inside
    our network would need the public host's certificate before it is sent anything.
    """
    parts = urlsplit(base_url)
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    except OSError:
        raise ModelFailed("connection", "its name is not known") from None
    if not all(_is_public(str(address[0])) for *_, address in found):
        raise ModelFailed("address", f"{parts.hostname} leads into an internal network")


def _is_public(text: str) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_global and not address.is_multicast
