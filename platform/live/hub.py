"""Hand on: what came from Kafka, to the open sockets of this process. Everything here runs in the event loop."""

import asyncio
from collections.abc import Iterable, Iterator

import msgspec
from django.conf import settings

from live.sessions import SocketSession
from live.wire_format import SESSION_ENDED, Hint

MAX_QUEUED_HINTS = 64  # hints that wait for one slow socket

CLOSE_SIGNED_OUT, CLOSE_TOO_MANY_SOCKETS = 4401, 4429


class TooManySockets(Exception):
    """This person has as many sockets open as anybody may."""


class SocketQueue:
    """What waits to be said on one open socket. Bounded: hints beyond it are dropped, the rows are not."""

    __slots__ = ("_waiter", "asked", "beat", "code", "hints", "resync", "visitor")

    def __init__(self, visitor: SocketSession) -> None:
        self.visitor = visitor
        self.hints: list[tuple[int, str]] = []  # sequence, and the message as it goes out
        self.resync = False
        self.asked: int | None = None  # the client wants what came after this
        self.beat: int | None = None  # a heartbeat is due: the person's newest
        self.code: int | None = None  # close with this
        self._waiter: asyncio.Future[None] | None = None

    def put(self, sequence: int, message: str) -> None:
        if len(self.hints) >= MAX_QUEUED_HINTS:
            self.hints.clear()
            self.resync = True
        self.hints.append((sequence, message))
        self.wake()

    def ask(self, after: int) -> None:
        self.asked = after if self.asked is None else min(after, self.asked)
        self.wake()

    def heartbeat(self, newest: int) -> None:
        self.beat = newest
        self.wake()

    def close(self, code: int) -> None:
        self.code = code
        self.wake()

    def wake(self) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)

    @property
    def quiet(self) -> bool:
        return not (self.hints or self.resync) and self.asked is self.beat is self.code is None

    async def news(self) -> None:
        """Return once there is something to say."""
        while self.quiet:
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter


class Hub:
    """person -> the lines of the open sockets."""

    def __init__(self) -> None:
        self._lines: dict[bytes, set[SocketQueue]] = {}

    def open(self, line: SocketQueue) -> None:
        lines = self._lines.setdefault(line.visitor.person_id.bytes, set())
        if len(lines) >= settings.LIVE_SOCKETS_PER_PERSON:
            raise TooManySockets
        lines.add(line)

    def shut(self, line: SocketQueue) -> None:
        person = line.visitor.person_id.bytes
        lines = self._lines.get(person, set())
        lines.discard(line)
        if not lines:
            self._lines.pop(person, None)

    def hears(self, person: bytes) -> bool:
        """Whether anybody listens here; the one question that other threads may ask."""
        return person in self._lines

    def deliver(self, hints: Iterable[Hint]) -> None:
        for hint in hints:
            lines = self._lines.get(hint.person)
            if not lines:
                continue
            if hint.sequence:
                message = encode_notice(hint.sequence, hint.kind, hint.reference)
                for line in lines:
                    line.put(hint.sequence, message)
            elif hint.kind == SESSION_ENDED:
                for line in lines:
                    if line.visitor.session_reference == hint.reference:
                        line.close(CLOSE_SIGNED_OUT)

    def __iter__(self) -> Iterator[SocketQueue]:
        """All lines of this moment."""
        return iter([line for lines in self._lines.values() for line in lines])


def encode_notice(sequence: int, kind: str, reference: str) -> str:
    """The message about one notice, encoded once for all sockets of its person."""
    said = {"type": "notice", "sequence": sequence, "kind": kind, "reference": reference}
    return msgspec.json.encode(said).decode()
