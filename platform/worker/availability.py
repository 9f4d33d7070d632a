"""Wait for PostgreSQL when a process starts. A server that answers and refuses us is not waited for."""

import logging
import threading
import time

from django.db import InterfaceError, OperationalError, connection
from psycopg import pq
from psycopg.conninfo import make_conninfo

logger = logging.getLogger(__name__)

RETRY_SECONDS = 0.5
UNAVAILABLE = {pq.Ping.NO_RESPONSE, pq.Ping.REJECT}  # REJECT: it is starting, stopping or recovering


class DatabaseRefused(Exception):
    """PostgreSQL answers, but not to this user, password or database name. The text is its reason."""


def wait_for_database(stop: threading.Event) -> None:
    """Return once PostgreSQL accepts a connection, or when `stop` is set. Raises DatabaseRefused.

    PostgreSQL's reasons come in its own language and without a code here. So libpq's ping, which needs no user and no
    database, tells a server that is unavailable from one that refuses us.
    """
    is_waiting = False
    while not stop.is_set():
        answer = pq.Ping(pq.PGconn.ping(_conninfo()))
        try:
            connection.ensure_connection()
            break
        except (OperationalError, InterfaceError) as error:
            if answer not in UNAVAILABLE:
                raise DatabaseRefused(f"PostgreSQL refuses the connection: {_reason(error)}") from error
            if not is_waiting:
                logger.warning("The database is unavailable, waiting for it: %s", _reason(error))
            is_waiting = True
            time.sleep(RETRY_SECONDS)  # no stop.wait(): the signal's handler could not set it at some moments
    connection.close()
    if is_waiting and not stop.is_set():
        logger.warning("The database is available")


def _conninfo() -> bytes:
    """The address of Django's connection, without what only Django and psycopg understand."""
    known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()}
    params = connection.get_connection_params()
    return make_conninfo(**{name: value for name, value in params.items() if name in known}).encode()


def _reason(error: Exception) -> str:
    """The last line: the ones before it name the addresses that were tried."""
    return str(error).strip().splitlines()[-1].strip()
