"""A database with the demo's data: seeded once, copied for each test that changes it."""

from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from config.database import use_database
from config.demo import seed
from tests import servers
from tests.servers import Database


@pytest.fixture(scope="session")
def seeded(template_database: Database, django_db_blocker: DjangoDbBlocker) -> Iterator[Database]:
    with servers.create_database(template=template_database) as database, django_db_blocker.unblock():
        with use_database(NAME=database.name):
            assert seed.seed_demo()
        yield database


@pytest.fixture
def demo_database(
    seeded: Database, django_db_blocker: DjangoDbBlocker, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Database]:
    """A copy of the seeded database. This process is connected to it, and others find it in the environment."""
    with (
        servers.create_database(template=seeded) as database,
        django_db_blocker.unblock(),
        use_database(NAME=database.name),
    ):
        monkeypatch.setenv("DATABASE_URL", database.url)
        yield database
