"""Database connections by role: the app role runs everything, the owner role migrates. And databases for one run."""

import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from config import BASE_DIR, env
from worker import embedded_postgres

OWNER_URL_VARIABLE = "DATABASE_OWNER_URL"
APP_ROLE = "fanfare_app"  # audit/operations.py repeats it, because migrations cannot read settings
EMBEDDED_FOLDER = Path(env.text("EMBEDDED_FOLDER") or BASE_DIR / "var" / "embedded")
APP_FOLDERS = (BASE_DIR, BASE_DIR / "platform")

# For every table that the owner creates from now on. Migrations revoke UPDATE and DELETE where rows are history.
GRANT_TO_APP_ROLE = f"""
GRANT USAGE ON SCHEMA public TO {APP_ROLE};
ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APP_ROLE};
ALTER DEFAULT PRIVILEGES GRANT USAGE ON SEQUENCES TO {APP_ROLE};
"""


class UnknownMigrations(Exception):
    """The database was made by another version: its migrations are unknown. The text says how to start anew."""

    def __init__(self, names: list[str]) -> None:
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        super().__init__(
            f"This database was made by another version of Fanfare, with migrations that this one does not have "
            f"({names[0]}{more}): to start anew, use an empty database, or for the embedded one remove the folder "
            f"{EMBEDDED_FOLDER / '0'}."
        )


@contextmanager
def use_database(**to: Any) -> Iterator[None]:
    """Point the default connection somewhere else for a while, e.g. `NAME="another"`.

    Raises RuntimeError inside a transaction.
    """
    if connection.in_atomic_block:
        raise RuntimeError("A transaction is open: it cannot move to another database.")
    connection.close()
    before = {name: connection.settings_dict[name] for name in to}
    connection.settings_dict.update(to)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


def owner_url(name: str = "") -> str:
    """The owner's address of the database that this process uses, or of the one with this name.

    It is in a file of the embedded PostgreSQL, or in DATABASE_OWNER_URL. Raises ImproperlyConfigured without either.
    Only `prepare`, `seed`, the smoke run, benchmarks and tests ask for it.
    """
    used = connection.settings_dict
    url = embedded_postgres.find_owner_url(EMBEDDED_FOLDER, str(used["HOST"])) or settings.DATABASE_OWNER_URL
    if not url:
        raise ImproperlyConfigured(
            "DATABASE_OWNER_URL is not set: only the owner role may migrate. "
            "Set it, or run this under `manage.py embedded --`."
        )
    return urlsplit(url)._replace(path=f"/{name or used['NAME']}").geturl()


@contextmanager
def as_owner(**to: Any) -> Iterator[None]:
    """Let the default connection use the owner role. Raises ImproperlyConfigured if its address is not known."""
    owner = env.database_settings(owner_url())
    with use_database(
        **{**{name: owner[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")}, **to}
    ):
        yield


def migrate(*, verbosity: int = 0, **to: Any) -> None:
    """Migrate a database as its owner. `to` can name another one than this process uses.

    Raises UnknownMigrations, before anything is changed, for a database that another version made.
    """
    with as_owner(**to):
        if unknown := find_unknown_migrations():
            raise UnknownMigrations(unknown)
        with connection.cursor() as cursor:
            cursor.execute(GRANT_TO_APP_ROLE)
        call_command("migrate", interactive=False, verbosity=verbosity)
        call_command("createcachetable", verbosity=verbosity)


def find_unknown_migrations() -> list[str]:
    """Migrations that were applied to the database and that this version does not have.

    They belong to our own apps, or to apps that are not installed, such as one that a newer version adds.
    """
    others = {app.label for app in apps.get_app_configs() if Path(app.path).parent not in APP_FOLDERS}
    known = MigrationLoader(None).disk_migrations
    applied = MigrationRecorder(connection).applied_migrations()
    return sorted(f"{label}.{name}" for label, name in applied if label not in others and (label, name) not in known)


@contextmanager
def temporary_database(purpose: str) -> Iterator[dict[str, str]]:
    """Create a migrated database for one run, connect this process to it, and drop it afterwards.

    Yields the environment for other processes that use it. The benchmarks and the smoke run need it.
    """
    name = f"fanfare_{purpose}_{uuid.uuid4().hex[:8]}"
    owner = owner_url()
    with psycopg.connect(owner, autocommit=True) as connected:
        connected.execute(f"CREATE DATABASE {name}")
    try:
        migrate(NAME=name)
        with use_database(NAME=name):
            yield {"DATABASE_URL": urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()}
    finally:
        with psycopg.connect(owner, autocommit=True) as connected:
            drop_database(connected, name)


def drop_database(owner: psycopg.Connection, name: str) -> None:
    """Drop a database, even while others use it.

    DROP … WITH (FORCE) fails while autovacuum works in the database. A plain DROP ends autovacuum, so that is tried.
    """
    give_up = time.monotonic() + 10
    while True:
        try:
            owner.execute(f"DROP DATABASE {name} WITH (FORCE)")
        except psycopg.errors.InsufficientPrivilege:
            if time.monotonic() > give_up:
                raise
            with suppress(psycopg.errors.ObjectInUse):
                owner.execute(f"DROP DATABASE {name}")
                return
        else:
            return
