"""Which pages may open a socket: only those of this site, because a browser sends its cookie from any page."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from pytest_django import Settings
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from accounts.models import Person
from config.routing import Origin, is_same_origin, parse_origin
from tests.live.factories import create_session
from tests.servers import Database, Processes, Site, start_site

pytestmark = pytest.mark.shared_site

type ConnectStatus = Callable[..., int]


@pytest.fixture
def connect_status(ana: Person) -> ConnectStatus:
    """The HTTP status that a page of this origin gets when it sends a valid cookie."""
    session = create_session(ana)

    def status(site: Site, origin: str | None, **headers: str) -> int:
        sent_headers = {
            "Cookie": f"sessionid={session}",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        with (
            suppress(InvalidStatus),
            connect(f"{site.socket_url}/live/", origin=origin, additional_headers=sent_headers, proxy=None) as link,
        ):
            assert '"hello"' in str(link.recv(5))
            return 101
        return 403

    return status


def test_only_a_page_of_this_site_may_connect(
    calm_site: Site, connect_status: ConnectStatus, committing_db: Database
) -> None:
    port = calm_site.url.rpartition(":")[2]

    answers = {
        name: connect_status(calm_site, origin)
        for name, origin in {
            "its own": calm_site.url,
            "another port": "http://127.0.0.1:9999",
            "no port": "http://127.0.0.1",
            "another name of this machine": f"http://localhost:{port}",
            "another scheme": f"https://127.0.0.1:{port}",
            "another name": f"http://fanfare.example:{port}",
            "a name that begins alike": f"http://127.0.0.1.evil.example:{port}",
            "a user before it": f"http://127.0.0.1:{port}@evil.example",
            "null": "null",
            "none": None,
            "no address": "127.0.0.1",
        }.items()
    }

    assert answers == {name: 101 if name == "its own" else 403 for name in answers}


def test_each_name_of_the_site_accepts_its_own_pages(calm_site: Site, connect_status: ConnectStatus) -> None:
    port = calm_site.url.rpartition(":")[2]
    site = Site(calm_site.url, f"ws://localhost:{port}", calm_site.process)

    answers = [
        connect_status(site, f"http://{name}") for name in (f"localhost:{port}", f"127.0.0.1:{port}", "localhost:9999")
    ]

    assert answers == [101, 101, 403]  # the second is our SITE_URL


@pytest.mark.parametrize(("trusted", "answers"), [("1", [101, 403]), ("0", [403, 101])])
def test_a_trusted_proxy_says_which_scheme_a_page_used(
    processes: Processes, connect_status: ConnectStatus, trusted: str, answers: list[int]
) -> None:
    behind = start_site(processes, TRUSTED_PROXIES=trusted, SITE_URL="https://fanfare.example")
    own = behind.url.partition("//")[2]

    statuses = [connect_status(behind, f"{scheme}://{own}", X_Forwarded_Proto="https") for scheme in ("https", "http")]

    assert statuses == answers


def test_a_host_that_is_not_allowed_accepts_no_page(settings: Settings) -> None:
    settings.ALLOWED_HOSTS, settings.SITE_URL = ["fanfare.example"], "https://fanfare.example"

    def accepts(page: str, host: str) -> bool:
        headers = [(b"host", host.encode()), (b"origin", page.encode())]
        return is_same_origin({"scheme": "ws", "headers": headers})

    assert not accepts("http://evil.example", "evil.example")
    assert accepts("https://fanfare.example", "10.0.0.7:8000")
    assert not accepts("http://fanfare.example", "10.0.0.7:8000")
    settings.SITE_URL = "http://127.0.0.1:8000"  # left as it comes
    assert not accepts("http://127.0.0.1:8000", "fanfare.example")


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("HTTPS://Fanfare.example", ("https", "fanfare.example", 443)),
        ("http://[::1]:8000", ("http", "[::1]", 8000)),
        ("https://fanfare.example/", ("https", "fanfare.example", 443)),
        ("https://fanfare.example/page", None),
        ("ftp://fanfare.example", None),
        ("http://fanfare.example:99999", None),
        ("http://[::1", None),
        ("", None),
    ],
)
def test_an_origin_is_parsed_into_scheme_name_and_port(address: str, found: Origin | None) -> None:
    assert parse_origin(address) == found
