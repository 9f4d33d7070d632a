"""A reveal is committed to the audit before personal text is read, whatever fails afterwards."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import transaction
from django.test import Client
from pytest_django import DjangoDbBlocker

from config.admin import reveals
from config.admin.read_only import ReadOnlyAdmin
from config.database import use_database
from fans.models import Experience
from tests import factories, servers
from tests.operator.addresses import REASON, address
from tests.operator.conftest import create_objects
from tests.servers import Database


@pytest.fixture(scope="module")
def filled_database(template_database: Database, django_db_blocker: DjangoDbBlocker) -> Iterator[Database]:
    """One object of every model. It is copied for each test."""
    with servers.create_database(template=template_database) as database:
        with django_db_blocker.unblock(), use_database(NAME=database.name):
            create_objects()
        yield database


@pytest.fixture
def own_database(filled_database: Database) -> Iterator[Database]:
    with servers.create_database(template=filled_database) as database:
        yield database


@pytest.fixture
def committed(committing_db: Database) -> tuple[Client, Experience]:
    experience = Experience.objects.get(person__name="Fatima Fan")
    return factories.fresh_client(factories.get_staff(), raise_request_exception=False), experience


def count_committed_reveals(database: Database) -> int:
    with psycopg.connect(database.owner_url) as owner:
        row = owner.execute("SELECT count(*) FROM audit_entry WHERE action = 'operator.revealed'").fetchone()
    return int(row[0]) if row else 0


def test_the_entry_is_committed_before_the_text_is_read(
    committed: tuple[Client, Experience], committing_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, experience = committed
    seen = []
    monkeypatch.setattr(
        Experience, "refresh_from_db", lambda *args, **kwargs: seen.append(count_committed_reveals(committing_db))
    )

    client.post(address("reveal", experience), REASON)

    assert set(seen) == {1}


@pytest.mark.parametrize("broken", ["reading", "rendering"])
def test_the_entry_stays_when_showing_fails(
    committed: tuple[Client, Experience], committing_db: Database, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    client, experience = committed

    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError(broken)

    owner, name = {"reading": (Experience, "refresh_from_db"), "rendering": (ReadOnlyAdmin, "_displayed")}[broken]
    monkeypatch.setattr(owner, name, fail)

    answer = client.post(address("reveal", experience), REASON)

    assert answer.status_code == 500
    assert count_committed_reveals(committing_db) == 1


def test_when_the_audit_cannot_be_written_nothing_is_shown(
    committed: tuple[Client, Experience], committing_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, experience = committed
    with psycopg.connect(committing_db.owner_url) as owner:
        owner.execute("REVOKE INSERT ON audit_entry FROM fanfare_app")

    answer = client.post(address("reveal", experience), REASON)

    assert answer.status_code == 500
    assert b"Fatima" not in answer.content


def test_a_reveal_inside_a_transaction_is_refused(committed: tuple[Client, Experience]) -> None:
    """It could be rolled back after the text was shown."""
    form = reveals.RevealForm(REASON)
    assert form.is_valid()

    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        reveals.record_reveal("fans.experience", "experience:1", ["text"], form, by=factories.get_staff())
