"""Give the hints that came from Kafka to the open sockets of this process. All of it runs in the event loop."""

import asyncio
from collections.abc import Iterable, Iterator

from django.conf import settings

from live.exceptions import TooManySockets
from live.sessions import SocketSession
from live.wire_format import CLOSE_SIGNED_OUT, SESSION_ENDED, Hint, encode_notice

MAX_QUEUED_HINTS = 64  # for one slow socket


class SocketQueue:
    """What one open socket still has to send.

    It is bounded: when too many hints wait, they are dropped and the client is told to resync. The rows stay.
    """

    __slots__ = ("_waiter", "close_code", "heartbeat_newest", "hints", "requested_after", "resync", "session")

    def __init__(self, session: SocketSession) -> None:
        self.session = session
        self.hints: list[tuple[int, str]] = []  # the sequence, and the message as it is sent
        self.resync = False
        self.requested_after: int | None = None  # the client wants the notices after this sequence
        self.heartbeat_newest: int | None = None  # a heartbeat is due, with the person's newest sequence
        self.close_code: int | None = None  # close the socket with this code
        self._waiter: asyncio.Future[None] | None = None

    def put(self, sequence: int, message: str) -> None:
        if len(self.hints) >= MAX_QUEUED_HINTS:
            self.hints.clear()
            self.resync = True
        self.hints.append((sequence, message))
        self.wake()

    def request_after(self, after: int) -> None:
        """Send the notices after this sequence again. Of two waiting requests the one that reaches further counts."""
        self.requested_after = after if self.requested_after is None else min(after, self.requested_after)
        self.wake()

    def heartbeat(self, newest: int) -> None:
        self.heartbeat_newest = newest
        self.wake()

    def close(self, code: int) -> None:
        self.close_code = code
        self.wake()

    def wake(self) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)

    @property
    def is_empty(self) -> bool:
        if self.hints or self.resync:
            return False
        return self.requested_after is self.heartbeat_newest is self.close_code is None

    async def wait(self) -> None:
        """Return once there is something to send."""
        while self.is_empty:
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter


class Hub:
    """The queues of the open sockets of this process, by person."""

    def __init__(self) -> None:
        self._queues: dict[bytes, set[SocketQueue]] = {}

    def add(self, queue: SocketQueue) -> None:
        """Raises TooManySockets."""
        queues = self._queues.setdefault(queue.session.person_id.bytes, set())
        if len(queues) >= settings.LIVE_SOCKETS_PER_PERSON:
            raise TooManySockets
        queues.add(queue)

    def remove(self, queue: SocketQueue) -> None:
        person = queue.session.person_id.bytes
        queues = self._queues.get(person, set())
        queues.discard(queue)
        if not queues:
            self._queues.pop(person, None)

    def has_sockets(self, person: bytes) -> bool:
        """Whether this person has an open socket here. Other threads may call this method, and no other one."""
        return person in self._queues

    def deliver(self, hints: Iterable[Hint]) -> None:
        """Put each notice into the queues of its person, and close the sockets of sessions that have ended."""
        for hint in hints:
            queues = self._queues.get(hint.person)
            if not queues:
                continue
            if hint.sequence:
                message = encode_notice(hint.sequence, hint.kind, hint.reference)
                for queue in queues:
                    queue.put(hint.sequence, message)
            elif hint.kind == SESSION_ENDED:
                for queue in queues:
                    if queue.session.session_reference == hint.reference:
                        queue.close(CLOSE_SIGNED_OUT)

    def __iter__(self) -> Iterator[SocketQueue]:
        """Every queue, as they are at this moment."""
        return iter([queue for queues in self._queues.values() for queue in queues])
