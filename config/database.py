"""Who talks to the database: the app role, which runs everything, and for moments the owner, which migrates."""

import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import psycopg
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection

from config import env

APP_ROLE = "fanfare_app"  # audit/operations.py names it too: migrations cannot ask the settings

# Grants for what the owner makes from here on; audit.operations takes some of them back where history lives.
GRANT_TO_APP_ROLE = f"""
GRANT USAGE ON SCHEMA public TO {APP_ROLE};
ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APP_ROLE};
ALTER DEFAULT PRIVILEGES GRANT USAGE ON SEQUENCES TO {APP_ROLE};
"""


@contextmanager
def use_database(**to: Any) -> Iterator[None]:
    """The default connection leads somewhere else for a while, e.g. `NAME="another"`."""
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


@contextmanager
def as_owner(**to: Any) -> Iterator[None]:
    """The default connection belongs to the owner role, of DATABASE_OWNER_URL."""
    if not settings.DATABASE_OWNER_URL:
        raise ImproperlyConfigured(
            "DATABASE_OWNER_URL is not set: only the owner role may migrate. "
            "Set it, or run this under `manage.py embedded --`."
        )
    owner = env.database_settings(settings.DATABASE_OWNER_URL)
    with use_database(
        **{**{name: owner[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")}, **to}
    ):
        yield


def migrate(*, verbosity: int = 0, **to: Any) -> None:
    """Bring a database to the present schema, as its owner; `to` names another one than DATABASE_OWNER_URL does."""
    with as_owner(**to):
        with connection.cursor() as cursor:
            cursor.execute(GRANT_TO_APP_ROLE)
        call_command("migrate", interactive=False, verbosity=verbosity)
        call_command("createcachetable", verbosity=verbosity)


@contextmanager
def temporary_database(purpose: str) -> Iterator[dict[str, str]]:
    """A database of its own for one run, migrated, and this process connected to it; gone afterwards.

    Yields the environment for other processes that shall work on it. The benchmarks and the story use it.
    """
    name = f"fanfare_{purpose}_{uuid.uuid4().hex[:8]}"
    owner = settings.DATABASE_OWNER_URL
    with psycopg.connect(owner, autocommit=True) as link:
        link.execute(f"CREATE DATABASE {name}")
    try:
        migrate(NAME=name)
        with use_database(NAME=name):
            urls = {key: os.environ[key] for key in ("DATABASE_URL", "DATABASE_OWNER_URL")}
            yield {key: urlsplit(url)._replace(path=f"/{name}").geturl() for key, url in urls.items()}
    finally:
        with psycopg.connect(owner, autocommit=True) as link:
            drop_database(link, name)


def drop_database(owner: psycopg.Connection, name: str) -> None:
    """Remove a database, whoever still uses it. Force may not end an autovacuum at work in it; a drop without does."""
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
