"""A seeded world: made once, copied for each test that changes it."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from pytest_django import DjangoDbBlocker

from config.database import use_database
from config.demo import seed
from tests import servers
from tests.servers import Database


@pytest.fixture(scope="package")
def seeded(template: Database, django_db_blocker: DjangoDbBlocker) -> Iterator[Database]:
    before = settings.DATABASE_OWNER_URL
    with servers.create_database(template=template) as made, django_db_blocker.unblock():
        settings.DATABASE_OWNER_URL = made.owner_url
        try:
            with use_database(NAME=made.name):
                assert seed.seed_demo()
        finally:
            settings.DATABASE_OWNER_URL = before
        yield made


@pytest.fixture
def lived_in(
    seeded: Database, django_db_blocker: DjangoDbBlocker, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Database]:
    """A copy of the seeded world, this process connected to it, and others by the environment."""
    with servers.create_database(template=seeded) as made, django_db_blocker.unblock(), use_database(NAME=made.name):
        monkeypatch.setenv("DATABASE_URL", made.url)
        monkeypatch.setenv("DATABASE_OWNER_URL", made.owner_url)
        monkeypatch.setattr(settings, "DATABASE_OWNER_URL", made.owner_url)
        yield made
