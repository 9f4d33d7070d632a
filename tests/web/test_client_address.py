"""The client's address, behind proxies and without."""

import pytest
from pytest_django import Settings

from web.client_address import client_address, limit_key

PEER = "192.0.2.9"


def address(*forwarded: str) -> str | None:
    return client_address(PEER, [(b"host", b"x"), *((b"x-forwarded-for", each.encode()) for each in forwarded)])


def test_without_proxies_the_header_is_not_read(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = 0

    assert (address(), address("10.0.0.1")) == (PEER, PEER)


def test_behind_a_proxy_it_is_the_entry_that_this_proxy_added(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = 1

    assert [address("10.0.0.1"), address("6.6.6.6, 10.0.0.1"), address("6.6.6.6", "10.0.0.1")] == ["10.0.0.1"] * 3


def test_behind_two_proxies_it_is_the_last_but_one(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = 2

    assert address("6.6.6.6, 10.0.0.1, 192.0.2.1") == "10.0.0.1"


@pytest.mark.parametrize("forwarded", [[], [""], ["unknown"], ["6.6.6.6, "], ["6.6.6.6, 1.2.3"], ["6.6.6.6, \xff"]])
def test_an_address_that_the_proxy_did_not_say_is_none(settings: Settings, forwarded: list[str]) -> None:
    settings.TRUSTED_PROXIES = 1

    assert address(*forwarded) is None


def test_an_entry_may_have_a_port(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = 1

    assert [address("10.0.0.1:4711"), address("[2001:db8::1]:4711"), address("2001:DB8::1")] == [
        "10.0.0.1",
        "2001:db8::1",
        "2001:db8::1",
    ]


def test_limits_count_a_network_of_ipv6() -> None:
    addresses = ["10.0.0.1", "::ffff:10.0.0.1", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::1", "2001:db8:1:3::1", "unix:"]

    assert [limit_key(each) for each in addresses] == [
        "10.0.0.1",
        "10.0.0.1",
        "2001:db8:1:2::/64",
        "2001:db8:1:2::/64",
        "2001:db8:1:3::/64",
        "unix:",
    ]
