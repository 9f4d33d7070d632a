"""Find the embedded servers in their Python wheels, and wait until a server answers."""

import importlib.util
import os
import time
from functools import partial
from pathlib import Path

import psycopg

from worker.supervisor import SupervisedProcess, Supervisor

START_TIMEOUT_SECONDS = 20.0
CLEAN_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}  # without the user's PG* and Kafka settings


class ServerUnavailable(Exception):
    """A server cannot run on this machine. The text says why and what to do."""


def wait_until_ready(supervisor: Supervisor, supervised: SupervisedProcess, try_server: partial[None]) -> None:
    """Try the server until it answers. Meanwhile restart it: PostgreSQL of a killed run may still use the folder."""
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while True:
        try:
            return try_server()
        except (OSError, psycopg.OperationalError) as error:
            if time.monotonic() > deadline:
                raise ServerUnavailable(
                    f"{supervised.process.name} does not answer; {supervised.process.log} may say why."
                ) from error
        supervisor.supervise(0.05)


def wheel_folder(name: str) -> Path:
    """Return a wheel's folder, without importing it: these packages act on import. Raises ServerUnavailable."""
    spec = importlib.util.find_spec(name)
    if not spec or not spec.submodule_search_locations:
        raise ServerUnavailable(
            f"{name} is not installed: see requirements-embedded.txt, or set DATABASE_URL and KAFKA_BOOTSTRAP_SERVERS."
        )
    return Path(spec.submodule_search_locations[0])


def new_log(folder: Path, name: str) -> Path:
    """Create an empty log."""
    log = folder / f"{name}.log"
    log.write_bytes(b"")
    return log
