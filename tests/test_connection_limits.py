"""Connections of strangers to a running site: half requests, slow ones, and too many."""

import itertools
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest
import requests
from websockets.sync.client import connect

from tests import factories
from tests.live.factories import create_session
from tests.servers import Database, Processes, Site, find_or_start_site, start_site

HALF_HEADERS = b"GET /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Half: "
HALF_BODY = b"POST /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000\r\n%b\r\nlogin="


class Stranger:
    """Raw connections to a site. `address` is the loopback address that they come from."""

    def __init__(self, site: Site, stack: ExitStack) -> None:
        self._port, self._stack = urlsplit(site.url).port, stack

    def send(self, data: bytes, address: str = "127.0.0.1") -> socket.socket:
        """Open a connection, send this and leave it open."""
        link = socket.create_connection(("127.0.0.1", self._port), timeout=20, source_address=(address, 0))
        self._stack.enter_context(link)
        link.sendall(data)
        return link

    def get(self, headers: bytes = b"", address: str = "127.0.0.1") -> bytes:
        """The status line of a whole request."""
        request = b"GET /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n%b\r\n" % headers
        return read_all(self.send(request, address)).partition(b"\r\n")[0]


def read_all(link: socket.socket) -> bytes:
    """Everything until the other end closes the connection."""
    received = b""
    try:
        while data := link.recv(65536):
            received += data
    except ConnectionResetError:
        pass
    return received


def is_open(link: socket.socket) -> bool:
    link.settimeout(0.3)
    try:
        return link.recv(1) != b""
    except TimeoutError:
        return True
    except ConnectionResetError:
        return False


def trickle(link: socket.socket) -> str:
    """Send ten bytes a second, until the other end has enough of it."""
    try:
        for _ in range(100):
            link.sendall(b"x")
            time.sleep(0.1)
    except OSError:
        return "ended"
    return "open"


def forwarded_for(address: str) -> bytes:
    return b"X-Forwarded-For: %b\r\n" % address.encode()


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def impatient_site(processes: Processes) -> Site:
    """One site for all tests of slow requests, which have the mark `shared_site`. It waits for a second."""
    return find_or_start_site(processes, SLOW_REQUEST_SECONDS="1")


def test_a_page_is_answered_while_a_thousand_half_requests_are_open(processes: Processes, stack: ExitStack) -> None:
    site = start_site(processes)
    stranger = Stranger(site, stack)
    halves = [
        stranger.send(HALF_HEADERS if number % 2 else HALF_BODY % b"", f"127.0.1.{number % 20 + 1}")
        for number in range(1000)
    ]

    begun = time.monotonic()
    page = requests.get(f"{site.url}/accounts/login/", timeout=10)
    print(f"answered after {time.monotonic() - begun:.3f} s")  # noqa: T201  # shown with -s, or when the test fails

    assert page.status_code == 200
    assert [is_open(half) for half in halves[-3:]] == [True] * 3


def test_half_requests_of_ones_own_address_do_not_keep_a_page_away(processes: Processes, stack: ExitStack) -> None:
    stranger = Stranger(start_site(processes, HALF_OPEN_PER_ADDRESS="5"), stack)

    halves = [stranger.send(HALF_HEADERS) for _ in range(8)]

    assert stranger.get() == b"HTTP/1.1 200 OK"
    assert [is_open(half) for half in halves] == [False] * 4 + [True] * 4


@pytest.mark.shared_site
@pytest.mark.parametrize("sent", [b"", HALF_HEADERS, HALF_BODY % b""], ids=["nothing", "headers", "body"])
def test_a_request_that_does_not_go_on_ends(impatient_site: Site, stack: ExitStack, sent: bytes) -> None:
    stranger = Stranger(impatient_site, stack)

    assert read_all(stranger.send(sent)) == b""


@pytest.mark.shared_site
@pytest.mark.parametrize("sent", [HALF_HEADERS, HALF_BODY % b""], ids=["headers", "body"])
def test_a_request_that_trickles_ends(impatient_site: Site, stack: ExitStack, sent: bytes) -> None:
    link = Stranger(impatient_site, stack).send(sent)

    assert trickle(link) == "ended"


def test_a_body_that_comes_steadily_is_read_to_its_end(processes: Processes, stack: ExitStack) -> None:
    site = start_site(processes, SLOW_REQUEST_SECONDS="1", SLOW_REQUEST_BYTES_PER_SECOND="100")
    body = b"x" * 2_000
    request = b"POST /1/submit-listens HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: 2000\r\n\r\n"
    link = Stranger(site, stack).send(request)

    for begin in range(0, 2_000, 100):
        link.sendall(body[begin : begin + 100])
        time.sleep(0.12)

    assert read_all(link).startswith(b"HTTP/1.1 401 Unauthorized")


def test_an_address_with_too_many_connections_is_refused_and_another_is_not(
    processes: Processes, stack: ExitStack
) -> None:
    stranger = Stranger(start_site(processes, CONNECTIONS_PER_ADDRESS="4"), stack)
    links = [stranger.send(HALF_HEADERS, "127.0.1.1") for _ in range(4)]

    refused, other = stranger.get(address="127.0.1.1"), stranger.get(address="127.0.1.2")
    for link in links:
        link.close()
    time.sleep(0.3)

    assert (refused, other) == (b"HTTP/1.1 429 Too Many Requests", b"HTTP/1.1 200 OK")
    assert stranger.get(address="127.0.1.1") == b"HTTP/1.1 200 OK"


def test_behind_a_proxy_its_clients_are_counted_and_not_the_proxy(processes: Processes, stack: ExitStack) -> None:
    limits = {"CONNECTIONS_PER_ADDRESS": "3", "HALF_OPEN_PER_ADDRESS": "3", "TRUSTED_PROXIES": "1"}
    stranger = Stranger(start_site(processes, **limits), stack)

    numbers = itertools.count()  # what the client itself wrote

    def post_half(client: str) -> socket.socket:
        return stranger.send(HALF_BODY % forwarded_for(f"203.0.113.{next(numbers)}, {client}"))

    for client in ("10.0.0.1", "10.0.0.2"):
        for _ in range(3):
            assert is_open(post_half(client))
    unnamed = [stranger.send(HALF_BODY % b"") for _ in range(5)]

    assert stranger.get(forwarded_for("10.0.0.1")) == b"HTTP/1.1 429 Too Many Requests"
    assert stranger.get(forwarded_for("10.0.0.3")) == b"HTTP/1.1 200 OK"
    assert [is_open(link) for link in unnamed] == [True] * 5


def test_sockets_count_for_their_person_and_for_the_address_until_somebody_is_signed_in(
    processes: Processes, stack: ExitStack, committing_db: Database
) -> None:
    site = start_site(processes, CONNECTIONS_PER_ADDRESS="3", LIVE_SOCKETS_PER_PERSON="5")
    cookie = {"Cookie": f"sessionid={create_session(factories.create_person())}"}

    def open_socket(headers: dict[str, str]) -> str:
        link = connect(
            f"{site.socket_url}/live/", origin=site.url, additional_headers=headers, proxy=None, close_timeout=1
        )
        return str(stack.enter_context(link).recv(10))

    assert [open_socket(cookie) for _ in range(5)] == ['{"type":"hello","newest":0}'] * 5
    assert Stranger(site, stack).get() == b"HTTP/1.1 200 OK"


def test_a_new_address_in_a_header_does_not_avoid_a_limit(processes: Processes) -> None:
    limits = {"API_REQUESTS_PER_MINUTE": "3", "LISTENS_RATE_PER_ADDRESS": "3", "LISTENS_RATE_WINDOW": "60"}
    site = start_site(processes, **limits)
    behind = start_site(processes, TRUSTED_PROXIES="1", **{**limits, "API_REQUESTS_PER_MINUTE": "4"})

    def statuses(site: Site, path: str, forwarded: str) -> list[int]:
        headers = [{"X-Forwarded-For": forwarded.format(number)} for number in range(5)]
        return [requests.get(f"{site.url}{path}", headers=each, timeout=10).status_code for each in headers]

    assert statuses(site, "/api/v1/schema", "10.0.0.{}") == [200] * 3 + [429] * 2
    assert statuses(site, "/1/validate-token", "10.0.0.{}") == [400] * 3 + [429] * 2
    assert statuses(behind, "/api/v1/schema", "6.6.6.{}, 10.0.0.9") == [200] * 4 + [429]
    assert statuses(behind, "/api/v1/schema", "10.0.1.{}") == [200] * 5
    assert statuses(behind, "/1/validate-token", "6.6.6.{}, 10.0.0.9") == [400] * 3 + [429] * 2


def test_who_has_not_signed_in_sends_at_most_one_megabyte_except_listens(live_site: Site) -> None:
    body, json = b'"' + b"x" * 1_100_000 + b'"', {"Content-Type": "application/json"}
    person = factories.create_person()
    cookies = {"sessionid": create_session(person), "csrftoken": "a" * 32}
    signed_in = {**json, "X-CSRFToken": "a" * 32}

    answers = [
        requests.patch(f"{live_site.url}/api/v1/me", body, headers=json, timeout=20),
        requests.patch(f"{live_site.url}/api/v1/me", body, headers=json, cookies={"sessionid": "a" * 32}, timeout=20),
        requests.patch(f"{live_site.url}/api/v1/me", body[9:], headers=json, timeout=20),
        requests.patch(f"{live_site.url}/api/v1/me", body, headers=signed_in, cookies=cookies, timeout=20),
        requests.post(f"{live_site.url}/1/submit-listens", body, headers=json, timeout=20),
    ]

    assert [answer.status_code for answer in answers] == [413, 413, 413, 400, 401]
    assert answers[0].json()["detail"] == "The body is too large. It may have 1048576 bytes."
