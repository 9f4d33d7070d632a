"""People, sessions, notices and open pages for the tests of live."""

import json
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from accounts.models import Person
from live import notices
from live.models import Notice


def create_person(handle: str) -> Person:
    return Person.objects.create_user(
        f"{handle}@example.org", None, handle=handle, country="DE", age_band="18_plus", name=handle.title()
    )


def create_session(person: Person) -> str:
    """The key of a new session of this person."""
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    return session.session_key


def post_notices(*people: Person, kind: str = "experience.delivered", reference: str = "experience:1") -> None:
    with transaction.atomic():
        notices.post([notices.NewNotice(person.pk, kind, reference) for person in people])


def post_and_roll_back(*people: Person, kind: str = "experience.delivered") -> None:
    with transaction.atomic():
        notices.post([notices.NewNotice(person.pk, kind, "experience:1") for person in people])
        transaction.set_rollback(True)


def post_without_push(*people: Person) -> Notice:
    """Notices whose push was lost: the rows are there, but no web process gets a hint. Return the newest row."""
    with transaction.atomic():
        notices.post([notices.NewNotice(person.pk, "experience.delivered", "experience:9") for person in people])
        transaction.get_connection().run_on_commit.clear()
    return Notice.objects.filter(person=people[-1]).latest("sequence")


@dataclass
class LivePage:
    """One open page, with its socket."""

    link: ClientConnection

    def receive(self, *, within: float = 5) -> dict[str, Any]:
        """The next message."""
        return json.loads(self.link.recv(within))

    def receive_hello(self) -> int:
        """The newest sequence in the hello, which must be the next message."""
        message = self.receive()
        assert message["type"] == "hello"
        return message["newest"]

    def receive_notices(self, count: int, *, within: float = 5) -> list[dict[str, Any]]:
        """The next messages that are no heartbeats, as many as `count`."""
        messages: list[dict[str, Any]] = []
        while len(messages) < count:
            message = self.receive(within=within)
            if message["type"] != "heartbeat":
                messages.append(message)
        return messages

    def receive_sequences(self, count: int, *, within: float = 5) -> list[int]:
        """The sequences of the next notices, as many as `count`."""
        return [notice["sequence"] for notice in self.receive_notices(count, within=within)]

    def receive_until(self, kind: str, *, within: float = 5) -> list[dict[str, Any]]:
        """Every message up to the next one of this type, which is the last."""
        messages = [self.receive(within=within)]
        while messages[-1]["type"] != kind:
            messages.append(self.receive(within=within))
        return messages

    def send(self, message: Any) -> None:
        self.link.send(message if isinstance(message, str | bytes) else json.dumps(message))

    def close_code(self, *, within: float = 5) -> int:
        """The code that the server closes the socket with."""
        try:
            while True:
                self.link.recv(within)
        except ConnectionClosed as closed:
            return closed.rcvd.code
