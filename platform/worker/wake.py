"""Wake: a transaction that leaves work says so, and the process that does such work hears it once it is committed."""

import time
from types import TracebackType
from typing import Any, Self

import psycopg
from django.db import connection
from psycopg import sql


def notify(channel: str) -> None:
    """Wake who listens to the channel, when the present transaction commits and only then."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [channel])


class Listener:
    """Hears `notify` on some channels, over a connection of its own.

    It may miss what is said while the database is away; therefore it counts the return itself as a call.
    """

    def __init__(self, *channels: str) -> None:
        self.channels = channels
        self.line: psycopg.Connection[Any] | None = None

    def __enter__(self) -> Self:
        self._connect()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hang_up()

    def wait(self, seconds: float) -> bool:
        """True as soon as somebody calls, or may have called unheard; False when `seconds` pass in silence."""
        if self.line is None:
            if self._connect():
                return True
            time.sleep(seconds)
            return False
        try:
            called = bool(list(self.line.notifies(timeout=seconds, stop_after=1)))
            if called:  # one round of work answers all calls made so far
                list(self.line.notifies(timeout=0))
        except psycopg.OperationalError:
            self._hang_up()
            return False
        return called

    def _connect(self) -> bool:
        params = {"connect_timeout": 5, **connection.get_connection_params(), "autocommit": True}
        try:
            self.line = psycopg.connect(**params)
            for channel in self.channels:
                self.line.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
        except psycopg.OperationalError:
            self._hang_up()
            return False
        return True

    def _hang_up(self) -> None:
        if self.line:
            self.line.close()
        self.line = None
