"""Open pages of real people, on a real site, and somebody who tells them things."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from accounts.models import Person
from live import notices, publisher
from live.models import Notice
from tests.servers import Database, Processes, Site, start_site


def create_person(handle: str) -> Person:
    return Person.objects.create_user(
        f"{handle}@example.org", None, handle=handle, country="DE", age_band="18_plus", name=handle.title()
    )


def create_session(somebody: Person) -> str:
    """The key of a new session."""
    session = SessionStore()
    session[SESSION_KEY] = str(somebody.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = somebody.get_session_auth_hash()
    session.create()
    return session.session_key


def post_notices(*people: Person, kind: str = "experience.delivered", reference: str = "experience:1") -> None:
    with transaction.atomic():
        notices.post([notices.NewNotice(one.pk, kind, reference) for one in people])


def post_and_roll_back(*people: Person, kind: str = "experience.delivered") -> None:
    """Post, and think better of it."""
    with transaction.atomic():
        notices.post([notices.NewNotice(one.pk, kind, "experience:1") for one in people])
        transaction.set_rollback(True)


def post_without_push(somebody: Person) -> Notice:
    """A notice whose push was lost: the rows are there, no web process was told."""
    with transaction.atomic():
        notices.post([notices.NewNotice(somebody.pk, "experience.delivered", "experience:9")])
        transaction.get_connection().run_on_commit.clear()
    return Notice.objects.filter(person=somebody).latest("sequence")


@dataclass
class LivePage:
    """One open page."""

    link: ClientConnection

    def next(self, *, within: float = 5) -> dict[str, Any]:
        return json.loads(self.link.recv(within))

    def notices(self, count: int, *, within: float = 5) -> list[dict[str, Any]]:
        """The next so many notices, heartbeats apart."""
        heard: list[dict[str, Any]] = []
        while len(heard) < count:
            message = self.next(within=within)
            if message["type"] != "heartbeat":
                heard.append(message)
        return heard

    def hear(self, count: int, *, within: float = 5) -> list[int]:
        """Their sequences."""
        return [notice["sequence"] for notice in self.notices(count, within=within)]

    def until(self, kind: str, *, within: float = 5) -> list[dict[str, Any]]:
        """Everything up to the next message of a type, that one included."""
        heard = [self.next(within=within)]
        while heard[-1]["type"] != kind:
            heard.append(self.next(within=within))
        return heard

    def say(self, what: Any) -> None:
        self.link.send(what if isinstance(what, str | bytes) else json.dumps(what))

    def closed(self, *, within: float = 5) -> int:
        """With which code the server closes."""
        try:
            while True:
                self.link.recv(within)
        except ConnectionClosed as end:
            return end.rcvd.code


type OpenPage = Callable[..., LivePage]


@pytest.fixture(autouse=True)
def courier_of_this_test() -> Iterator[None]:
    """It knows the broker of this test, not that of another."""
    publisher._publisher.reset()
    yield
    publisher._publisher.close()
    if publisher._publisher._thread.ident:
        publisher._publisher._thread.join(10)  # a broker that is away takes its time to say so


@pytest.fixture
def calm_site(processes: Processes) -> Site:
    """A site whose heart beats once, when it begins to hear Kafka, and then too rarely to repair anything."""
    return start_site(processes, LIVE_HEARTBEAT_SECONDS="600")


@pytest.fixture
def quick_site(processes: Processes) -> Site:
    """A site whose heart beats every second."""
    return start_site(processes, LIVE_HEARTBEAT_SECONDS="1")


@pytest.fixture
def pages() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def open_page(pages: ExitStack) -> OpenPage:
    """`open_page(site, session_key, after=3)`: connected, before its hello."""

    def open_one(
        at: Site, session_key: str | None, *, after: int | str | None = None, origin: str | None = None
    ) -> LivePage:
        headers = {"Cookie": f"sessionid={session_key}"} if session_key else {}
        address = f"{at.socket_url}/live/" + ("" if after is None else f"?after={after}")
        link = connect(address, origin=origin or at.url, additional_headers=headers, proxy=None, close_timeout=2)
        return LivePage(pages.enter_context(link))

    return open_one


@pytest.fixture
def ana(committing_db: Database) -> Person:
    return create_person("ana")


@pytest.fixture
def ben(committing_db: Database) -> Person:
    return create_person("ben")
