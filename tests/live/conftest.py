"""Sites with sockets, and open pages on them."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from websockets.sync.client import connect

from accounts.models import Person
from live import publisher
from tests.live.factories import LivePage, create_person
from tests.servers import Database, Processes, Site, find_or_start_site

type OpenPage = Callable[..., LivePage]


@pytest.fixture(autouse=True)
def fresh_publisher() -> Iterator[None]:
    """A publisher that knows the broker of this test, and not the broker of another test."""
    publisher._publisher.reset()
    yield
    publisher._publisher.close()
    if publisher._publisher._thread.ident:
        publisher._publisher._thread.join(10)  # it takes a while to find out that a broker is away


@pytest.fixture
def calm_site(processes: Processes) -> Site:
    """A site that sends one heartbeat when it has connected to Kafka, and then none that could repair anything."""
    return find_or_start_site(processes, LIVE_HEARTBEAT_SECONDS="600")


@pytest.fixture
def quick_site(processes: Processes) -> Site:
    """A site that sends a heartbeat every second."""
    return find_or_start_site(processes, LIVE_HEARTBEAT_SECONDS="1")


@pytest.fixture
def pages() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def open_page(pages: ExitStack) -> OpenPage:
    """`open_page(site, session_key, after=3)` connects, and leaves the hello to be received."""

    def connect_page(
        site: Site, session_key: str | None, *, after: int | str | None = None, origin: str | None = None
    ) -> LivePage:
        headers = {"Cookie": f"sessionid={session_key}"} if session_key else {}
        url = f"{site.socket_url}/live/" + ("" if after is None else f"?after={after}")
        link = connect(url, origin=origin or site.url, additional_headers=headers, proxy=None, close_timeout=2)
        return LivePage(pages.enter_context(link))

    return connect_page


@pytest.fixture
def ana(committing_db: Database) -> Person:
    return create_person(f"ana-{uuid.uuid4().hex[:8]}")


@pytest.fixture
def ben(committing_db: Database) -> Person:
    return create_person(f"ben-{uuid.uuid4().hex[:8]}")
