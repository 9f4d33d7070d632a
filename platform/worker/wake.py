"""Wake background processes through NOTIFY and LISTEN: a transaction that leaves work notifies a channel."""

import time
from types import TracebackType
from typing import Any, Self

import psycopg
from django.db import connection
from psycopg import sql


def notify(channel: str) -> None:
    """Wake the listeners of a channel when the current transaction commits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [channel])


class Listener:
    """Waits for notifications of some channels, over a connection of its own.

    It may miss notifications while the database is unavailable. Therefore a reconnection counts as a notification.
    """

    def __init__(self, *channels: str) -> None:
        self.channels = channels
        self.session: psycopg.Connection[Any] | None = None

    def __enter__(self) -> Self:
        self._connect()
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._disconnect()

    def wait(self, seconds: float) -> bool:
        """Return True as soon as a notification came, or may have been missed. Return False after `seconds`."""
        if self.session is None:
            if self._connect():
                return True
            time.sleep(seconds)
            return False
        try:
            notified = bool(list(self.session.notifies(timeout=seconds, stop_after=1)))
            if notified:  # one round of work answers all notifications so far
                list(self.session.notifies(timeout=0))
        except psycopg.OperationalError:
            self._disconnect()
            return False
        return notified

    def _connect(self) -> bool:
        params = {**connection.get_connection_params(), "autocommit": True}
        try:
            self.session = psycopg.connect(**params)
            for channel in self.channels:
                self.session.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
        except psycopg.OperationalError:
            self._disconnect()
            return False
        return True

    def _disconnect(self) -> None:
        if self.session:
            self.session.close()
        self.session = None
