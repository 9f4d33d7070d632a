"""Find the address that a request came from, behind a known number of proxies."""

from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings

IPV6_PREFIX = 64
"""One customer has at least so many addresses of IPv6, so limits count the network."""


def client_address(peer: str | None, headers: list[tuple[bytes, bytes]]) -> str | None:
    """The address of the client, or None where the proxies did not say it.

    `peer` is the other end of the connection. Behind TRUSTED_PROXIES proxies, each has added one address at the end of
    X-Forwarded-For, so the client's is the n-th from the end. What stands before it was sent by the client.
    """
    if not settings.TRUSTED_PROXIES:
        return peer
    entries = b",".join(value for name, value in headers if name == b"x-forwarded-for").decode("latin-1").split(",")
    return _parse(entries[-settings.TRUSTED_PROXIES]) if len(entries) >= settings.TRUSTED_PROXIES else None


def limit_key(address: str) -> str:
    """The address that limits count by: of IPv6 the network, of an IPv4 address within IPv6 the IPv4 address."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return address
    return str(parsed.ipv4_mapped or ip_network((parsed, IPV6_PREFIX), strict=False))


def _parse(entry: str) -> str | None:
    """The address of `192.0.2.1`, `192.0.2.1:5`, `2001:db8::1` or `[2001:db8::1]:5`."""
    text = entry.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return str(ip_address(text))
    except ValueError:
        return None
